// Two works side by side: each plays from where they agree, and one at a time, so that they can be told apart.

const sides = [...document.querySelectorAll("[data-side]")];

for (const side of sides) {
  const button = side.querySelector("[data-play]");
  const video = side.querySelector("video");
  if (!button || !video) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    for (const other of sides) if (other !== side) other.querySelector("video")?.pause();
    const begin = () => {
      video.currentTime = Number(side.dataset.atMs) / 1000;
      video.play();
    };
    if (video.readyState >= HTMLMediaElement.HAVE_METADATA) begin();
    else {
      video.addEventListener("loadedmetadata", begin, { once: true });
      video.load();
    }
  });
}
