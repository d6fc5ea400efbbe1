// Column headings become buttons; rows are sorted within their group, and a third press restores.
function startSorting() {
  for (const table of document.querySelectorAll("table.sortable")) {
    const groups = Array.from(table.tBodies, (body) => Array.from(body.querySelectorAll("tr:not(.group)")));
    Array.from(table.tHead.rows[0].cells).forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = heading.textContent;
      heading.replaceChildren(button);
      button.addEventListener("click", () => sortBy(table, groups, heading, column));
    });
  }
}

function sortBy(table, groups, heading, column) {
  const next = { ascending: "descending", descending: null }[heading.getAttribute("aria-sort")];
  const order = next === undefined ? "ascending" : next;
  for (const cell of table.tHead.rows[0].cells) cell.removeAttribute("aria-sort");
  if (order) heading.setAttribute("aria-sort", order);
  groups.forEach((rows, i) => {
    const sorted = order ? rows.slice().sort((a, b) => compareCells(a.cells[column], b.cells[column], order)) : rows;
    table.tBodies[i].append(...sorted);
  });
}

function compareCells(a, b, order) {
  const x = a.dataset.order, y = b.dataset.order;
  if (x !== undefined && y !== undefined) return order === "ascending" ? x - y : y - x;
  if (x !== undefined || y !== undefined) return x === undefined ? 1 : -1;
  const words = a.textContent.trim().localeCompare(b.textContent.trim(), "en");
  return order === "ascending" ? words : -words;
}
