// On paper nothing can be unfolded or fetched: everything that is listed is shown there.
function startPrinting() {
  let hidden = [];
  window.addEventListener("beforeprint", () => {
    hidden = Array.from(document.querySelectorAll("table.runs tr[hidden]"));
    for (const row of hidden) row.hidden = false;
  });
  window.addEventListener("afterprint", () => {
    for (const row of hidden) row.hidden = true;
  });
}

document.documentElement.classList.add("scripted");
startSorting();
startRunList();
startPicking();
startComparing();
startPrinting();
