// plotly.js lies in the page as gzip in base64; it is unpacked once, when a chart is first needed.
let plotlyPromise = null;

function loadPlotly() {
  plotlyPromise = plotlyPromise || unpackPlotly();
  return plotlyPromise;
}

async function unpackPlotly() {
  const packed = document.getElementById("plotly");
  const bytes = Uint8Array.from(atob(packed.textContent), (character) => character.charCodeAt(0));
  packed.remove();
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const code = await new Response(stream).arrayBuffer();
  const address = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  await new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.onload = resolve;
    script.onerror = reject;
    script.src = address;
    document.head.append(script);
  });
  URL.revokeObjectURL(address);
  return window.Plotly;
}
