// Runs in the page: rounds of mutated bytes through the box walker; what came of them, and what it cost.
async ({ body, seed, rounds, still }) => {
    const { containerOf } = await import("/static/js/precheck-type.js");
    const { Nonsense, readFilm, readStill } = await import("/static/js/precheck-boxes.js");
    const whole = Uint8Array.from(atob(body), (one) => one.charCodeAt(0));
    let state = seed;
    const random = (below) => {
        state = (state + 0x6d2b79f5) | 0;
        let t = Math.imul(state ^ (state >>> 15), 1 | state);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) % below;
    };
    const EDGES = [0, 1, 7, 8, 9, 15, 16, 0x7fffffff, 0x80000000, 0xffffffff];
    const mutated = () => {
        const bytes = whole.slice(0, random(8) ? whole.length : random(whole.length));
        for (let n = random(12) + 1; n > 0 && bytes.length > 8; n -= 1) {
            const at = random(bytes.length - 4);
            if (random(2)) bytes[at] = random(256);
            else new DataView(bytes.buffer).setUint32(at, EDGES[random(EDGES.length)]);
        }
        return bytes;
    };
    const told = { read: 0, nonsense: 0, slowest: 0, most: 0, wrong: [] };
    const numbers = ["length_ms", "width", "height", "fps"];
    for (let round = 0; round < rounds; round += 1) {
        const blob = new Blob([mutated()]);
        let bytes = 0;
        const file = { size: blob.size, slice: (from, to) => { const part = blob.slice(from, to); bytes += part.size; return part; } };
        const began = performance.now();
        try {
            await containerOf(file);
            const claims = await (still ? readStill : readFilm)(file);
            told.read += 1;
            for (const name of numbers) {
                const value = claims[name];
                if (value !== undefined && !(typeof value === "number" && value >= 0)) told.wrong.push(`${round}: ${name} ${value}`);
            }
        } catch (error) {
            if (error instanceof Nonsense) told.nonsense += 1;
            else told.wrong.push(`${round}: ${error}`);
        }
        told.slowest = Math.max(told.slowest, performance.now() - began);
        told.most = Math.max(told.most, bytes / blob.size || 0);
    }
    return told;
}
