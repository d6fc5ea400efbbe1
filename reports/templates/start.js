// On paper nothing can be unfolded: what is closed is opened before printing and closed again after.
function startPrinting() {
  let opened = [];
  window.addEventListener("beforeprint", () => {
    const closed = "article > details:not([open]), #provenance details:not([open])";
    const twins = Array.from(document.querySelectorAll(".plot:not(.drawn) ~ .twin:not([open])"));
    opened = twins.concat(Array.from(document.querySelectorAll(closed)));
    for (const item of opened) item.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const item of opened) item.open = false;
  });
}

document.documentElement.classList.add("scripted");
startCharts();
startSorting();
startSamples();
startPrinting();
