// What can be known of a file on the device, before a byte is sent. It judges nothing and says nothing: what it finds goes
// to the server, which holds it against the same rules as the file itself and answers in the same words.
import { containerOf } from "./precheck-type.js";
import { Nonsense, readFilm, readStill } from "./precheck-boxes.js";

const PATIENCE_MS = 3000; // a browser may never say whether it can play a file
const BOXED = { mp4: readFilm, heif: readStill, avif: readStill };

/** container, and as far as it can be told: length_ms, width, height, codec, audio_codec, has_sound, fps, fault. */
export async function claimsOf(file) {
  try {
    const container = await containerOf(file);
    const told = await boxed(file, container);
    const isKnown = told && (told.fault || (told.width && (told.length_ms || container !== "mp4")));
    return rounded({ container, ...(isKnown ? {} : await shown(file, container)), ...told });
  } catch {
    return {}; // a file in the cloud, or one that was removed meanwhile: sending it will tell
  }
}

async function boxed(file, container) {
  try {
    return await BOXED[container]?.(file);
  } catch (error) {
    if (error instanceof Nonsense) return undefined;
    throw error;
  }
}

function rounded(claims) {
  const whole = (value) => (Number.isFinite(value) && value > 0 ? Math.round(value) : undefined);
  return {
    ...claims, length_ms: whole(claims.length_ms), width: whole(claims.width), height: whole(claims.height),
    fps: Number.isFinite(claims.fps) && claims.fps > 0 ? claims.fps : undefined,
  };
}

const STILLS = new Set(["jpeg", "png", "apng", "gif", "webp", "webp-animated", "heif", "avif", "bmp"]);

// What the browser itself makes of it.
function shown(file, container) {
  return STILLS.has(container) ? ask(file, "img") : ask(file, "video");
}

function ask(file, name) {
  const element = document.createElement(name);
  const address = URL.createObjectURL(file);
  return new Promise((resolve) => {
    const answer = (told) => {
      clearTimeout(timer);
      element.onload = element.onloadedmetadata = element.onerror = null;
      element.removeAttribute("src");
      URL.revokeObjectURL(address);
      resolve(told);
    };
    const timer = setTimeout(() => answer({}), PATIENCE_MS);
    element.onerror = () => answer({});
    element.onload = () => answer({ width: element.naturalWidth, height: element.naturalHeight });
    element.onloadedmetadata = () => answer({ length_ms: element.duration * 1000, width: element.videoWidth, height: element.videoHeight });
    if (name === "video") element.preload = "metadata";
    element.src = address;
  });
}
