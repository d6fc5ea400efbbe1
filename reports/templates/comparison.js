// Flips beyond the first lie in a template, outside the document, until they are asked for.
const FLIPS_AT_ONCE = 20;

function startFlips() {
  const form = document.getElementById("flip-filter");
  if (!form) return;
  const list = document.getElementById("flip-list");
  const rest = document.getElementById("flip-rest");
  const more = document.getElementById("more-flips");
  const flips = Array.from(list.children).concat(rest ? Array.from(rest.content.children) : []);
  const texts = new Map();
  let shown = FLIPS_AT_ONCE;

  const textOf = (flip) => {
    if (!texts.has(flip)) texts.set(flip, flip.textContent.toLowerCase());
    return texts.get(flip);
  };
  const matches = (flip, wanted) =>
    ["suite", "model", "move"].every((key) => !wanted[key] || flip.dataset[key] === wanted[key]) &&
    (!wanted.text || textOf(flip).includes(wanted.text));
  const update = () => {
    const wanted = { text: form.elements.text.value.trim().toLowerCase() };
    for (const key of ["suite", "model", "move"]) wanted[key] = form.elements[key].value;
    const found = flips.filter((flip) => matches(flip, wanted));
    list.replaceChildren(...found.slice(0, shown));
    form.elements.count.value = `${count(Math.min(found.length, shown))} of ${count(found.length)} matching`;
    more.hidden = found.length <= shown;
  };
  const reveal = () => {
    const place = flips.findIndex((item) => "#" + item.id === location.hash);
    if (place < 0 || flips[place].isConnected) return;
    form.reset();
    shown = place + 1;
    update();
    flips[place].scrollIntoView();
  };

  form.addEventListener("input", () => { shown = FLIPS_AT_ONCE; update(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  more.addEventListener("click", () => {
    const next = list.children.length;
    shown += 2 * FLIPS_AT_ONCE;
    update();
    const link = list.children[next] && list.children[next].querySelector("a");
    if (link) link.focus();
  });
  window.addEventListener("hashchange", reveal);
  form.hidden = false;
  update();
  reveal();
}

// On paper nothing can be unfolded.
function startPrintingComparison() {
  let opened = [];
  window.addEventListener("beforeprint", () => {
    const closed = Array.from(document.querySelectorAll(".compared details:not([open])"));
    for (const item of closed) item.open = true;
    opened = opened.concat(closed);
  });
  window.addEventListener("afterprint", () => {
    for (const item of opened) item.open = false;
    opened = [];
  });
}

startFlips();
startPrintingComparison();
