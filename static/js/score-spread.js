// Where this work would stand among the judge's own totals: a line in the picture, and a sentence.
export const useSpread = words => {
  const box = document.querySelector("[data-spread]");
  if (!box) return () => {};
  const totals = box.dataset.spread.split(",").map(Number);
  const [low, high] = [Number(box.dataset.low), Number(box.dataset.high)];
  const here = box.querySelector("[data-here]");
  return total => {
    here.toggleAttribute("hidden", total === null);
    const rank = box.querySelector("[data-rank]");
    rank.textContent = "";
    if (total === null) return;
    const x = Math.min(358, Math.max(2, ((total - low) / (high - low)) * 360));
    here.setAttribute("d", `M${x} 4V70`);
    const place = totals.filter(other => other > total).length + 1;
    const said = { total: String(Math.round(total) / 100), place: String(place), all: String(totals.length + 1) };
    rank.textContent = Object.entries(said).reduce((text, [key, value]) => text.replace(`{${key}}`, value), words);
  };
};
