// The round's form: a running sum of weights, spare lines put away until wanted. The invitation's link: a copy button.
// Every page works without this.
const sheet = document.querySelector("[data-rubric]");
if (sheet) {
  const lines = [...sheet.querySelectorAll("[data-line]")];
  const weight = line => line.querySelector("input[name$='-weight']");
  const sum = sheet.querySelector("[data-sum]");
  const add = sheet.querySelector("[data-add]");

  const hundredths = text => {
    const [, whole, rest = ""] = text.normalize("NFKC").trim().match(/^(\d+)(?:\.(\d{0,2}))?$/) || [];
    return whole === undefined ? 0 : Number(whole) * 100 + Number(rest.padEnd(2, "0"));
  };
  const tell = () => {
    const total = lines.reduce((all, line) => all + hundredths(weight(line).value), 0);
    sum.textContent = total === 10000 ? sheet.dataset.tRight : sheet.dataset.tSum.replace("{sum}", String(total / 100));
  };
  const spare = () => lines.filter(line => line.hidden);

  sheet.addEventListener("input", tell);
  lines.forEach(line => { line.hidden = line.classList.contains("rubric__line--spare"); });
  add.hidden = !spare().length;
  add.addEventListener("click", () => {
    const [next] = spare();
    next.hidden = false;
    next.querySelector("input").focus();
    add.hidden = !spare().length;
  });
  tell();
}

const link = document.querySelector("[data-copy-from]");
const copy = document.querySelector("[data-copy]");
if (link && copy) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    link.select();
    try {
      await navigator.clipboard.writeText(link.value);
    } catch {
      document.execCommand("copy"); // no clipboard API on plain http, as on an intranet
    }
    copy.querySelector("span").textContent = copy.dataset.tDone;
  });
}
