// Colours come from the style sheet, so that charts follow the reader's light or dark scheme.
const OKABE_ITO = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"];
const OKABE_ITO_ON_DARK = ["#56B4E9", "#E69F00", "#2CC295", "#E39CC7", "#F0E442", "#FF8A4C"];
const DASHES = ["solid", "dash", "dot", "dashdot", "longdash", "longdashdot"];
const SYMBOLS = ["circle", "square", "diamond", "triangle-up", "x", "cross"];
const darkScheme = window.matchMedia("(prefers-color-scheme: dark)");

function theme() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  return {
    isDark: darkScheme.matches,
    paper: colour("--paper"), ink: colour("--ink"), soft: colour("--soft"), line: colour("--line"),
    axis: colour("--axis"), mark: colour("--mark"), font: colour("--sans"),
    series: darkScheme.matches ? OKABE_ITO_ON_DARK : OKABE_ITO,
  };
}
