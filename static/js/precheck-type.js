// What a file is by its first bytes; the same signs as contest/media/sniff.py, in the same order.
const HEAD = 64 * 1024;
// A MOV of before 2001 has no ftyp; these are the boxes it may begin with.
const FIRST_BOXES = new Set(["ftyp", "moov", "mdat", "wide", "free", "skip", "pnot", "moof", "styp"]);
const STILL_BRANDS = new Set(["heic", "heix", "heim", "heis", "mif1", "hevc", "hevx"]);
const BEGINNINGS = [
  ["\x1a\x45\xdf\xa3", "matroska"], ["\xff\xd8\xff", "jpeg"], ["\x89PNG\r\n\x1a\n", "png"], ["GIF8", "gif"], ["FLV\x01", "flv"],
  ["\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"], ["\x00\x00\x01\xba", "mpeg"], [".RMF", "rm"], ["OggS", "ogg"], ["ID3", "audio"], ["fLaC", "audio"],
  ["#!AMR", "audio"], ["caff", "audio"], ["MThd", "audio"],
  ...["\xfb", "\xfa", "\xf3", "\xf2", "\xf1", "\xf9"].map((second) => [`\xff${second}`, "audio"]), ["II*\x00", "tiff"], ["MM\x00*", "tiff"], ["BM", "bmp"],
];
const RIFF = { "AVI ": "avi", WAVE: "audio" };

const text = (bytes, from, to) => String.fromCharCode(...bytes.subarray(from, to));

/** mp4, matroska, mpegts, avi, jpeg, png, apng, gif, webp, webp-animated, heif, avif, audio..., or nothing. */
export async function containerOf(file) {
  const head = new Uint8Array(await file.slice(0, HEAD).arrayBuffer());
  const kind = text(head, 4, 8);
  if (FIRST_BOXES.has(kind)) return iso(kind === "ftyp" ? text(head, 8, 12) : "");
  if (text(head, 0, 4) === "RIFF") return text(head, 8, 12) === "WEBP" ? webp(head) : RIFF[text(head, 8, 12)] ?? "";
  if (text(head, 0, 4) === "FORM" && ["AIFF", "AIFC"].includes(text(head, 8, 12))) return "audio";
  const [, name] = BEGINNINGS.find(([sign]) => text(head, 0, sign.length) === sign) ?? [];
  if (name) return name === "png" && isAnimated(head) ? "apng" : name;
  return [[0, 188], [4, 192], [0, 204]].some(([first, step]) => isTransport(head, first, step)) ? "mpegts" : "";
}

const iso = (brand) => (STILL_BRANDS.has(brand) ? "heif" : brand === "avif" || brand === "avis" ? "avif" : "mp4");
const webp = (head) => (text(head, 12, 16) === "VP8X" && head.length > 20 && head[20] & 2 ? "webp-animated" : "webp");
const isTransport = (head, first, step) => head.length > first + 2 * step && [0, 1, 2].every((n) => head[first + n * step] === 0x47);

function isAnimated(head) {
  let before = "";
  for (let from = 0; from < head.length; from += 4096) before += text(head, from, Math.min(head.length, from + 4096));
  return before.split("IDAT", 1)[0].includes("acTL");
}
