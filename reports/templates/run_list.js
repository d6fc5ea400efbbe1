// The list of runs: filtered by text, line and verdict, a page of rows at a time; two can be picked.
const PAGE_ROWS = 100;

function startRunList() {
  const form = document.getElementById("filter");
  if (!form) return;
  const more = document.getElementById("more");
  const table = document.querySelector("table.runs");
  const rows = Array.from(table.tBodies[0].rows);
  const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  let shown = PAGE_ROWS;

  const update = () => {
    const words = form.elements.text.value.trim().toLowerCase().split(/\s+/);
    const matches = (row) =>
      ["line", "kind"].every((key) => !form.elements[key].value || row.dataset[key] === form.elements[key].value) &&
      words.every((word) => texts.get(row).includes(word));
    let n = 0;
    for (const row of table.tBodies[0].rows) row.hidden = !(matches(row) && ++n <= shown);
    form.elements.count.value = `${count(Math.min(n, shown))} of ${count(n)} matching`;
    more.hidden = n <= shown;
  };

  form.addEventListener("input", () => { shown = PAGE_ROWS; update(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  more.addEventListener("click", () => { shown += 2 * PAGE_ROWS; update(); });
  table.tHead.addEventListener("click", update);
  form.hidden = false;
  update();
}

function startPicking() {
  const bar = document.getElementById("picked");
  if (!bar) return;
  const boxes = Array.from(document.querySelectorAll("td.pick input"));
  const order = boxes.map((box) => box.value);
  let picked = [];

  const update = () => {
    for (const box of boxes) box.checked = picked.includes(box.value);
    bar.hidden = picked.length === 0;
    const isWhole = picked.length === 2;
    bar.querySelector("output").value = isWhole ? "Two runs are chosen." : "Choose one more run.";
    bar.querySelector("a").hidden = !isWhole;
    if (!isWhole) return;
    // The older one is what the other is compared with; the list was written newest first.
    const [b, a] = picked.slice().sort((x, y) => order.indexOf(x) - order.indexOf(y));
    bar.querySelector("a").href = `compare.html#a=${encodeURIComponent(a)}&b=${encodeURIComponent(b)}`;
  };

  for (const box of boxes) {
    box.addEventListener("change", () => {
      picked = picked.filter((id) => id !== box.value);
      if (box.checked) picked = [...picked.slice(-1), box.value];
      update();
    });
  }
  update();
}
