// Reads what an MP4, MOV, HEIC or AVIF says of itself, also where the browser cannot play it (HEVC) and where the index
// stands at the end of the file. It looks at box headers by small slices and holds at most one index in memory; whatever
// makes no sense is refused with Nonsense, never followed. What it finds is only told: the server measures.
const MOST_OUTER = 2000; // boxes looked at before the index; a fragmented recording has two for each piece
const MOST_INNER = 20_000;
const MOST_INDEX = 16 * 1024 * 1024; // of three minutes it has some 200 KB
const CODECS = {
  avc1: "h264", avc3: "h264", hvc1: "hevc", hev1: "hevc", dvh1: "hevc", dvhe: "hevc", av01: "av1", vp08: "vp8", vp09: "vp9", mp4v: "mpeg4", jpeg: "mjpeg", s263: "h263",
  apch: "prores", apcn: "prores", apcs: "prores", apco: "prores", ap4h: "prores", ap4x: "prores",
};
const SOUNDS = { mp4a: "aac", Opus: "opus", "ac-3": "ac3", "ec-3": "eac3", alac: "alac", fLaC: "flac", ".mp3": "mp3", samr: "amr_nb", sowt: "pcm_s16le", twos: "pcm_s16be", lpcm: "pcm_s16le" };

const UNCLEAR = Symbol("unclear");

export class Nonsense extends Error {}

/** Of a film: length_ms, width, height (as shown), codec, audio_codec, has_sound, fps; or {fault: "moov-missing"}. */
export async function readFilm(file) {
  const found = await outerBox(file, "moov");
  if (!found) return { fault: "moov-missing" };
  return found === UNCLEAR ? {} : filmOf(await within(file, found));
}

/** Of a still picture: width and height as shown. */
export async function readStill(file) {
  const found = await outerBox(file, "meta");
  return found && found !== UNCLEAR ? stillOf(await within(file, found)) : {};
}

// The first outer box of that kind; null when the file ends without it, UNCLEAR when it would take too long to know.
async function outerBox(file, kind) {
  let offset = 0;
  for (let count = 0; offset + 8 <= file.size; count += 1) {
    if (count === MOST_OUTER) return UNCLEAR;
    const header = new DataView(await file.slice(offset, offset + 16).arrayBuffer());
    const box = boxAt(header, 0, file.size - offset);
    if (!box) return null;
    if (box.kind === kind) {
      if (offset + box.length > file.size) return null; // it is not all here
      return { from: offset + box.header, to: offset + box.length };
    }
    if (box.kind === "moof") return UNCLEAR; // pieces before any index
    offset += box.length;
  }
  return null;
}

async function within(file, { from, to }) {
  if (to - from > MOST_INDEX) throw new Nonsense("the index is too large to be read here");
  return new Reader(new DataView(await file.slice(from, to).arrayBuffer()));
}

// The box whose header begins at `at`: kind, length with header, length of the header; null when it makes no sense.
function boxAt(view, at, room) {
  if (at + 8 > view.byteLength) return null;
  let length = view.getUint32(at);
  let header = 8;
  if (length === 1) {
    if (at + 16 > view.byteLength) return null;
    length = view.getUint32(at + 8) * 2 ** 32 + view.getUint32(at + 12);
    header = 16;
  } else if (length === 0) length = room;
  return length < header ? null : { kind: fourCharacters(view, at + 4), length, header };
}

const fourCharacters = (view, at) => String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3));

// Boxes inside one index; reading beyond an end throws Nonsense, as does an index of endless boxes.
class Reader {
  constructor(view) { this.view = view; this.seen = 0; }

  get whole() { return { from: 0, to: this.view.byteLength }; }

  children({ from, to }, skip = 0) {
    const found = [];
    for (let at = from + skip; at + 8 <= to;) {
      if ((this.seen += 1) > MOST_INNER) throw new Nonsense("too many boxes");
      const box = boxAt(this.view, at, to - at);
      if (!box || at + box.length > to) break; // players leave it at that too
      found.push({ kind: box.kind, from: at + box.header, to: at + box.length });
      at += box.length;
    }
    return found;
  }

  find(box, ...path) {
    return path.reduce((inside, kind) => inside && this.children(inside).find((one) => one.kind === kind), box);
  }

  number(box, at, bytes = 4) {
    if (!box || box.from + at + bytes > box.to) throw new Nonsense("a box is too short");
    const { view } = this;
    if (bytes === 8) return view.getUint32(box.from + at) * 2 ** 32 + view.getUint32(box.from + at + 4);
    return bytes === 4 ? view.getUint32(box.from + at) : bytes === 2 ? view.getUint16(box.from + at) : view.getUint8(box.from + at);
  }

  kind(box, at) {
    this.number(box, at);
    return fourCharacters(this.view, box.from + at);
  }
}

// Times in one unit and how many units make a second: of mvhd and mdhd, which are alike. All ones: not known.
function clockOf(reader, box) {
  const isLong = reader.number(box, 0, 1) === 1;
  const unit = reader.number(box, isLong ? 20 : 12);
  const length = isLong ? reader.number(box, 24, 8) : reader.number(box, 16);
  return { unit, length: length >= (isLong ? 2 ** 53 : 2 ** 32 - 1) ? 0 : length };
}

function filmOf(reader) {
  const movie = reader.find(reader.whole, "mvhd");
  if (!movie) throw new Nonsense("no movie header");
  const { unit } = clockOf(reader, movie);
  const tracks = reader.children(reader.whole).filter((box) => box.kind === "trak").map((box) => trackOf(reader, box, unit));
  const pictures = tracks.filter((track) => track.kind === "vide").sort((a, b) => b.width * b.height - a.width * a.height)[0];
  const sounds = tracks.filter((track) => track.kind === "soun");
  const isInPieces = Boolean(reader.find(reader.whole, "mvex"));
  const lengths = [pictures, ...sounds].filter(Boolean).map((track) => track.ms);
  const told = { has_picture: Boolean(pictures), has_sound: sounds.length > 0, audio_codec: SOUNDS[sounds[0]?.codec] ?? "" };
  if (pictures) Object.assign(told, { width: pictures.width, height: pictures.height, codec: CODECS[pictures.codec] ?? "" });
  if (!isInPieces && lengths.length) Object.assign(told, { length_ms: Math.max(...lengths), fps: pictures?.fps });
  return told;
}

function trackOf(reader, track, movieUnit) {
  const media = reader.find(track, "mdia");
  const kind = reader.kind(reader.find(media, "hdlr"), 8);
  if (kind !== "vide" && kind !== "soun") return { kind };
  const table = reader.find(media, "minf", "stbl");
  const { unit, length } = clockOf(reader, reader.find(media, "mdhd"));
  const { samples, units } = samplesOf(reader, reader.find(table, "stts"));
  const mediaMs = unit ? ((units || length) / unit) * 1000 : 0; // the samples know better than the header
  const ms = Math.min(mediaMs, shownMs(reader, reader.find(track, "edts", "elst"), movieUnit) ?? mediaMs);
  const codec = reader.kind(reader.find(table, "stsd"), 12);
  const fps = mediaMs ? (samples * 1000) / mediaMs : 0;
  return { kind, codec, ms, fps, ...(kind === "vide" ? sidesOf(reader, track, table) : {}) };
}

function samplesOf(reader, box) {
  if (!box) return { samples: 0, units: 0 };
  const most = Math.min(reader.number(box, 4), Math.floor((box.to - box.from - 8) / 8));
  let samples = 0;
  let units = 0;
  for (let n = 0; n < most; n += 1) {
    const count = reader.number(box, 8 + 8 * n);
    samples += count;
    units += count * reader.number(box, 12 + 8 * n);
  }
  return { samples, units };
}

// How much of the track its edit list shows; null when it has none or shows all.
function shownMs(reader, box, unit) {
  if (!box || !unit) return null;
  const isLong = reader.number(box, 0, 1) === 1;
  const size = isLong ? 20 : 12;
  const most = Math.min(reader.number(box, 4), Math.floor((box.to - box.from - 8) / size));
  let shown = 0;
  for (let n = 0; n < most; n += 1) {
    const at = 8 + size * n;
    const begin = reader.number(box, at + (isLong ? 8 : 4));
    if (begin !== 0xffffffff) shown += reader.number(box, at, isLong ? 8 : 4); // all ones: an empty stretch before
  }
  return shown ? (shown / unit) * 1000 : null;
}

// Width and height as a player shows them: a quarter turn in the matrix exchanges them.
function sidesOf(reader, track, table) {
  const header = reader.find(track, "tkhd");
  const matrix = reader.number(header, 0, 1) === 1 ? 52 : 40;
  const entry = reader.find(table, "stsd");
  const width = reader.number(header, matrix + 36) / 65536 || reader.number(entry, 40, 2);
  const height = reader.number(header, matrix + 40) / 65536 || reader.number(entry, 42, 2);
  const isTurned = reader.number(header, matrix) === 0 && reader.number(header, matrix + 4) !== 0;
  const [across, down] = isTurned ? [height, width] : [width, height];
  return { width: Math.round(across), height: Math.round(down) };
}

// The largest picture among the items; a quarter turn of any of them is that of all.
function stillOf(reader) {
  const properties = reader.children(reader.whole, 4).find((box) => box.kind === "iprp");
  const list = properties ? reader.children(reader.find(properties, "ipco") ?? { from: 0, to: 0 }) : [];
  const sides = list.filter((box) => box.kind === "ispe").map((box) => [reader.number(box, 4), reader.number(box, 8)]);
  if (!sides.length) return {};
  const [width, height] = sides.sort((a, b) => b[0] * b[1] - a[0] * a[1])[0];
  const isTurned = list.some((box) => box.kind === "irot" && reader.number(box, 0, 1) % 2 === 1);
  return isTurned ? { width: height, height: width } : { width, height };
}
