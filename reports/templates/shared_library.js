// plotly.js lies beside the pages and is fetched from there once, when a chart is first needed.
let plotlyPromise = null;

function loadPlotly() {
  plotlyPromise = plotlyPromise || new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.onload = () => resolve(window.Plotly);
    script.onerror = reject;
    script.src = document.querySelector('meta[name="plotly"]').content;
    document.head.append(script);
  });
  return plotlyPromise;
}
