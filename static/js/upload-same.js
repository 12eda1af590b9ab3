// Tells a file from all others by its size and the SHA-256 of its first MiB. Names and times are not asked: phones rename
// what is chosen and copy it anew.
const FIRST = 1024 * 1024;

/** As contest.uploads keeps it in first_chunk_sha256. */
export async function firstSha256(file) {
  const bytes = await file.slice(0, FIRST).arrayBuffer();
  // On plain http, as on an intranet without certificates, browsers give pages no crypto.subtle.
  const digest = globalThis.crypto?.subtle ? new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)) : sha256(new Uint8Array(bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const roots = (power, count) => {
  const primes = [];
  for (let n = 2; primes.length < count; n += 1) if (primes.every((prime) => n % prime)) primes.push(n);
  return primes.map((prime) => { const root = prime ** power; return ((root - Math.floor(root)) * 2 ** 32) | 0; });
};
const turn = (word, by) => (word >>> by) | (word << (32 - by));

/** FIPS 180-4, section 6.2. */
export function sha256(bytes) {
  const K = roots(1 / 3, 64);
  const H = roots(1 / 2, 8);
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(padded.length - 4, bytes.length << 3);
  const W = new Int32Array(64);
  for (let block = 0; block < padded.length; block += 64) {
    for (let t = 0; t < 16; t += 1) W[t] = view.getInt32(block + 4 * t);
    for (let t = 16; t < 64; t += 1) {
      const s0 = turn(W[t - 15], 7) ^ turn(W[t - 15], 18) ^ (W[t - 15] >>> 3);
      const s1 = turn(W[t - 2], 17) ^ turn(W[t - 2], 19) ^ (W[t - 2] >>> 10);
      W[t] = W[t - 16] + s0 + W[t - 7] + s1;
    }
    let [a, b, c, d, e, f, g, h] = H;
    for (let t = 0; t < 64; t += 1) {
      const t1 = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[t] + W[t]) | 0;
      const t2 = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, n) => { H[n] = (H[n] + word) | 0; });
  }
  const digest = new DataView(new ArrayBuffer(32));
  H.forEach((word, n) => digest.setInt32(4 * n, word));
  return new Uint8Array(digest.buffer);
}
