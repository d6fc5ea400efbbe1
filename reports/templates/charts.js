// One function for each kind of chart: data and theme in, plotly traces and layout out.

// plotly reads a little HTML in its texts, links among it: names from data must not be read so.
function literal(text) {
  return String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

function short(text, length) {
  const characters = Array.from(String(text));
  return literal(characters.length > length ? characters.slice(0, length - 1).join("") + "…" : text);
}

function digits(value) {
  return value === null || value === undefined ? "–" : String(Number(value.toPrecision(3)));
}

function count(n) {
  return n.toLocaleString("en-US");
}

function axis(title, look, more) {
  return Object.assign({
    title: { text: title, standoff: 12, font: { size: 12, color: look.soft } }, color: look.soft,
    gridcolor: look.line, linecolor: look.axis, zeroline: false, automargin: true, fixedrange: false,
  }, more);
}

function line(i, look) {
  return { color: look.series[i % 6], dash: DASHES[i % 6], width: 2 };
}

const UNIT = { range: [-0.02, 1.02] };

function drawConfusion(data, look) {
  const totals = data.counts.map((row) => row.reduce((sum, n) => sum + n, 0));
  const shares = data.counts.map((row, i) => row.map((n) => (totals[i] ? n / totals[i] : 0)));
  const places = data.labels.map((_, i) => i);
  const ticks = data.labels.map((label) => short(label, 14));
  const hover = data.counts.map((row, i) => row.map((n, j) =>
    `target ${short(data.labels[i], 60)}<br>prediction ${short(data.labels[j], 60)}<br>` +
    `${count(n)} samples, ${digits(shares[i][j])} of the row`));
  const scale = look.isDark ? [[0, "#1d2228"], [1, "#0072B2"]] : [[0, "#f4f6f8"], [1, "#56B4E9"]];
  const trace = {
    type: "heatmap", x: places, y: places, z: shares, zmin: 0, zmax: 1, colorscale: scale, xgap: 2, ygap: 2,
    customdata: hover, hovertemplate: "%{customdata}<extra></extra>",
    colorbar: { title: { text: "share of row", side: "right", font: { size: 11 } }, thickness: 8, outlinewidth: 0, tickfont: { size: 10 } },
  };
  if (data.labels.length <= 12) {
    trace.text = data.counts.map((row) => row.map(count));
    trace.texttemplate = "%{text}";
    trace.textfont = { color: look.isDark ? "#ffffff" : "#16181b" };
  }
  const named = { tickmode: "array", tickvals: places, ticktext: ticks, showgrid: false };
  return [[trace], {
    xaxis: axis("Prediction", look, named),
    yaxis: axis("Target", look, Object.assign({ autorange: "reversed" }, named)),
  }];
}

function drawRoc(data, look) {
  const traces = data.curves.map((curve, i) => ({
    type: "scatter", mode: "lines", name: `${short(curve.label, 24)}, AUC ${digits(curve.auc)}`, line: line(i, look),
    x: curve.false_positive_rate, y: curve.true_positive_rate,
    hovertemplate: "false positive rate %{x:.3f}<br>true positive rate %{y:.3f}<extra></extra>",
  }));
  traces.push({
    type: "scatter", mode: "lines", name: "chance", x: [0, 1], y: [0, 1], hoverinfo: "skip",
    line: { color: look.axis, dash: "dot", width: 1.5 },
  });
  return [traces, {
    xaxis: axis("False positive rate", look, UNIT), yaxis: axis("True positive rate", look, UNIT),
  }];
}

function drawPrecisionRecall(data, look) {
  const traces = data.curves.map((curve, i) => ({
    type: "scatter", mode: "lines", line: Object.assign(line(i, look), { shape: "vh" }),
    name: `${short(curve.label, 24)}, AP ${digits(curve.average_precision)}`,
    x: curve.recall, y: curve.precision, hovertemplate: "recall %{x:.3f}<br>precision %{y:.3f}<extra></extra>",
  }));
  const prevalences = data.curves.map((curve, i) => ({
    type: "scatter", mode: "lines", showlegend: i === 0, name: "prevalence", x: [0, 1],
    y: [curve.prevalence, curve.prevalence], line: { color: look.series[i % 6], dash: "dot", width: 1 },
    hovertemplate: `prevalence of ${short(curve.label, 24)} %{y:.3f}<extra></extra>`,
  }));
  return [traces.concat(prevalences), {
    xaxis: axis("Recall", look, UNIT), yaxis: axis("Precision", look, UNIT),
  }];
}

function drawReliability(data, look) {
  const bins = data.bins.filter((bin) => bin.n > 0 && bin.confidence !== null);
  const banded = bins.filter((bin) => bin.band_low !== null && bin.band_high !== null);
  const x = bins.map((bin) => bin.confidence);
  const edge = { color: "rgba(0,0,0,0)" };
  const traces = [
    { type: "scatter", mode: "lines", x: banded.map((b) => b.confidence), y: banded.map((b) => b.band_low), line: edge, hoverinfo: "skip", showlegend: false },
    { type: "scatter", mode: "lines", x: banded.map((b) => b.confidence), y: banded.map((b) => b.band_high), line: edge, fill: "tonexty",
      fillcolor: look.isDark ? "rgba(230,159,0,0.25)" : "rgba(230,159,0,0.28)", hoverinfo: "skip", name: "calibrated at this n" },
    { type: "scatter", mode: "lines", x: [0, 1], y: [0, 1], line: { color: look.axis, dash: "dot", width: 1.5 }, hoverinfo: "skip", name: "ideal" },
    { type: "scatter", mode: "lines+markers", x: x, y: bins.map((bin) => bin.accuracy), name: "model",
      line: line(0, look), marker: { size: 8, color: look.series[0] },
      customdata: bins.map((bin) => `confidence ${digits(bin.confidence)}<br>accuracy ${digits(bin.accuracy)}<br>` +
        `calibrated ${digits(bin.band_low)} to ${digits(bin.band_high)}<br>${count(bin.n)} samples`),
      hovertemplate: "%{customdata}<extra></extra>" },
    { type: "bar", x: data.bins.map((b) => (b.low + b.high) / 2), y: data.bins.map((b) => b.n), width: data.bins.map((b) => (b.high - b.low) * 0.9),
      yaxis: "y2", marker: { color: look.axis }, showlegend: false, hovertemplate: "%{y:,} samples<extra></extra>" },
  ];
  return [traces, {
    xaxis: axis("Confidence", look, Object.assign({ anchor: "y2" }, UNIT)),
    yaxis: axis("Accuracy", look, { range: [-0.02, 1.02], domain: [0.3, 1] }),
    yaxis2: axis("n", look, { domain: [0, 0.2], nticks: 3 }),
  }];
}

function drawLearningCurve(data, look) {
  const points = data.points.filter((point) => point.value !== null);
  const banded = points.filter((point) => point.low !== null && point.high !== null);
  const x = points.map((point) => point.n_train);
  const edge = { color: "rgba(0,0,0,0)" };
  const traces = [
    { type: "scatter", mode: "lines", x: banded.map((p) => p.n_train), y: banded.map((p) => p.low), line: edge, hoverinfo: "skip", showlegend: false },
    { type: "scatter", mode: "lines", x: banded.map((p) => p.n_train), y: banded.map((p) => p.high), line: edge, fill: "tonexty",
      fillcolor: look.isDark ? "rgba(86,180,233,0.22)" : "rgba(0,114,178,0.16)", hoverinfo: "skip", name: "interval" },
    { type: "scatter", mode: "lines+markers", x: x, y: points.map((p) => p.value), line: line(0, look), marker: { size: 8 }, name: literal(data.metric),
      customdata: points.map((p) => `${count(p.n_train)} training samples<br>${digits(p.value)} [${digits(p.low)}, ${digits(p.high)}]`),
      hovertemplate: "%{customdata}<extra></extra>" },
  ];
  const isWide = x.length > 1 && x[x.length - 1] / x[0] >= 10;
  return [traces, {
    xaxis: axis("Training samples", look, isWide ? { type: "log", tickmode: "array", tickvals: x, ticktext: x.map(count) } : {}),
    yaxis: axis(literal(data.metric), look),
  }];
}

function drawHistogram(data, look) {
  const low = data.edges.slice(0, -1), high = data.edges.slice(1);
  const trace = {
    type: "bar", x: low.map((edge, i) => (edge + high[i]) / 2), y: data.counts, width: low.map((edge, i) => high[i] - edge),
    marker: { color: look.mark, line: { color: look.paper, width: 1 } }, showlegend: false,
    customdata: low.map((edge, i) => `${digits(edge)} to ${digits(high[i])}<br>${count(data.counts[i])} samples`),
    hovertemplate: "%{customdata}<extra></extra>",
  };
  return [[trace], { xaxis: axis(literal(data.x_title), look), yaxis: axis("Samples", look) }];
}

function drawSlices(data, look) {
  const places = data.points.map((_, i) => i);
  const arm = (key, sign) => data.points.map((p) => (p[key] === null ? 0 : sign * (p[key] - p.value)));
  const trace = {
    type: "scatter", mode: "markers", x: data.points.map((p) => p.value), y: places, showlegend: false,
    marker: { size: 9, color: look.mark },
    error_x: { type: "data", symmetric: false, array: arm("high", 1), arrayminus: arm("low", -1), color: look.mark, thickness: 2, width: 4 },
    customdata: data.points.map((p) => `${short(p.label, 60)}<br>${literal(p.text)}<br>n = ${count(p.n)}`),
    hovertemplate: "%{customdata}<extra></extra>",
  };
  const layout = {
    xaxis: axis(literal(data.quantity), look),
    yaxis: axis("", look, {
      tickmode: "array", tickvals: places, ticktext: data.points.map((p) => short(p.label, 22)), range: [places.length - 0.4, -0.6], showgrid: false,
    }),
    height: Math.max(200, 90 + 26 * places.length), shapes: [],
  };
  if (data.whole !== null) {
    layout.shapes.push({ type: "line", x0: data.whole, x1: data.whole, y0: 0, y1: 1, yref: "paper", line: { color: look.ink, width: 1.2, dash: "dash" } });
    layout.annotations = [{ x: data.whole, y: 1, yref: "paper", yanchor: "bottom", text: "whole suite", showarrow: false, font: { size: 11, color: look.soft } }];
  }
  return [[trace], layout];
}

const DRAW = {
  confusion_matrix: drawConfusion, roc: drawRoc, precision_recall: drawPrecisionRecall, reliability: drawReliability,
  learning_curve: drawLearningCurve, histogram: drawHistogram, slices: drawSlices,
};

async function drawChart(plot) {
  const chart = JSON.parse(plot.parentElement.querySelector('script[type="application/json"]').textContent);
  const look = theme();
  try {
    const Plotly = await loadPlotly();
    const [traces, layout] = DRAW[chart.kind](chart.data, look);
    if (layout.height) plot.style.height = `${layout.height}px`;
    await Plotly.react(plot, traces, Object.assign({
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", margin: { l: 56, r: 12, t: 24, b: 48 },
      font: { family: look.font, size: 12, color: look.ink }, hoverlabel: { font: { family: look.font } },
      legend: { orientation: "h", y: -0.24, x: 0, font: { size: 11 } }, dragmode: false,
    }, layout), { displayModeBar: false, responsive: true, scrollZoom: false });
    plot.classList.add("drawn");
  } catch (error) {
    plot.classList.add("broken");
    plot.textContent = "This chart could not be drawn here; its data stand in the table below.";
    plot.parentElement.querySelector(".twin").open = true;
  }
}

function startCharts() {
  const plots = document.querySelectorAll(".plot");
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((item) => item.isIntersecting)) {
      seen.unobserve(entry.target);
      drawChart(entry.target);
    }
  }, { rootMargin: "400px" });
  for (const twin of document.querySelectorAll(".twin")) twin.open = false;
  for (const plot of plots) seen.observe(plot);
  darkScheme.addEventListener("change", () => document.querySelectorAll(".plot.drawn").forEach(drawChart));
}
