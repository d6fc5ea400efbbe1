// The table of samples: filtered by text, suite, model and outcome, a page of rows at a time.
const PAGE_ROWS = 50;

function startSamples() {
  const form = document.getElementById("filter");
  if (!form) return;
  const more = document.getElementById("more");
  const rows = Array.from(document.querySelectorAll(".samples tbody tr"));
  const texts = new Map();
  let shown = PAGE_ROWS;

  const textOf = (row) => {
    if (!texts.has(row)) texts.set(row, row.textContent.toLowerCase());
    return texts.get(row);
  };
  const matches = (row, wanted) =>
    ["suite", "model", "outcome"].every((key) => !wanted[key] || row.dataset[key] === wanted[key]) &&
    (!wanted.text || textOf(row).includes(wanted.text));
  const update = () => {
    const wanted = {
      text: form.elements.text.value.trim().toLowerCase(), suite: form.elements.suite.value,
      model: form.elements.model.value, outcome: form.elements.outcome.value,
    };
    let n = 0;
    for (const row of rows) row.hidden = !(matches(row, wanted) && ++n <= shown);
    form.elements.count.value = `${count(Math.min(n, shown))} of ${count(n)} matching`;
    more.hidden = n <= shown;
  };
  const restart = () => { shown = PAGE_ROWS; update(); };
  const reveal = () => {
    const row = rows.find((item) => "#" + item.id === location.hash);
    if (row && row.hidden) { form.reset(); shown = Infinity; update(); row.scrollIntoView(); }
  };

  form.addEventListener("input", restart);
  form.addEventListener("submit", (event) => event.preventDefault());
  more.addEventListener("click", () => { shown += 2 * PAGE_ROWS; update(); });
  window.addEventListener("hashchange", reveal);
  form.hidden = false;
  update();
  reveal();
}
