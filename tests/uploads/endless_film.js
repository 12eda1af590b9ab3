// Runs in the page: films that would never end, or never fit, if one believed them.
async () => {
    const { readFilm, Nonsense } = await import("/static/js/precheck-boxes.js");
    const free = new Uint8Array([0, 0, 0, 8, 102, 114, 101, 101]);
    let slices = 0;
    const file = { size: 1e15, slice: (from, to) => {
        slices += 1;
        const bytes = new Uint8Array(Math.min(to - from, 1 << 20));
        for (let at = 0; at < bytes.length; at += 1) bytes[at] = free[(from + at) % 8];
        return new Blob([bytes]);
    } };
    const endless = await readFilm(file);
    const moov = new Uint8Array(16 << 20);
    for (let at = 0; at < moov.length; at += 1) moov[at] = free[at % 8];
    const head = [0, 0, 0, 0, 109, 111, 111, 118];
    new DataView(moov.buffer).setUint32(0, moov.length);
    moov.set(head.slice(4), 4);
    let said = "";
    const began = performance.now();
    try { await readFilm(new Blob([moov])); } catch (error) { said = error instanceof Nonsense ? error.message : String(error); }
    const large = { size: 2 ** 40, slice: () => new Blob([Uint8Array.from([0, 0, 0, 1, 109, 111, 111, 118, 0, 0, 0, 64, 0, 0, 0, 0])]) };
    let refused = "";
    try { await readFilm(large); } catch (error) { refused = error.message; }
    return { endless, slices, said, refused, isQuick: performance.now() - began < 2000 };
}
