// Any two runs side by side. Their numbers come as scripts that call auditRun: a page that was
// opened from disk can load nothing else.
const loadedRuns = new Map();

function loadRun(entry) {
  if (!loadedRuns.has(entry.id)) {
    loadedRuns.set(entry.id, new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.onload = () => (arrivedRuns.has(entry.id) ? resolve(arrivedRuns.get(entry.id)) : reject(new Error()));
      script.onerror = reject;
      script.src = entry.data;
      document.head.append(script);
    }));
  }
  return loadedRuns.get(entry.id);
}

const arrivedRuns = new Map();
window.auditRun = (run) => arrivedRuns.set(run.id, run);

function element(name, text, attributes) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
  return made;
}

function startComparing() {
  const form = document.getElementById("choose");
  if (!form) return;
  const data = (id) => JSON.parse(document.getElementById(id).textContent);
  const runs = data("site-runs"), { table, z } = data("site-quantiles");
  const known = new Map(runs.map((run) => [run.id, run]));
  const quantileOf = quantileFrom(table, z);
  for (const side of ["a", "b"]) {
    for (const run of runs) form.elements[side].append(element("option", run.words, { value: run.id }));
  }

  const goTo = (a, b) => { location.hash = `a=${encodeURIComponent(a)}&b=${encodeURIComponent(b)}`; };
  const chosen = () => {
    const wanted = new URLSearchParams(location.hash.slice(1));
    const b = wanted.get("b") || (runs[0] ? runs[0].id : "");
    const before = known.has(b) ? known.get(b).before : null;
    return { a: wanted.get("a") || before || (runs[1] ? runs[1].id : b), b };
  };
  let turn = 0;
  const update = async () => {
    const { a, b } = chosen(), mine = ++turn;
    const unknown = [a, b].filter((id) => !known.has(id));
    if (unknown.length) return show([element("p", `This site has no run ${unknown[0] || "yet"}.`, { class: "alert grave" })]);
    form.elements.a.value = a;
    form.elements.b.value = b;
    try {
      const sides = await Promise.all([loadRun(known.get(a)), loadRun(known.get(b))]);
      if (mine === turn) show(comparison(sides, [known.get(a), known.get(b)], quantileOf));
    } catch {
      if (mine === turn) show([element("p", "The numbers of a run could not be loaded: publish the site again.", { class: "alert grave" })]);
    }
  };
  const show = (parts) => document.getElementById("compared").replaceChildren(...parts);

  form.addEventListener("change", () => goTo(form.elements.a.value, form.elements.b.value));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.elements.swap.addEventListener("click", () => goTo(form.elements.b.value, form.elements.a.value));
  window.addEventListener("hashchange", update);
  form.hidden = false;
  update();
}

function comparison([a, b], entries, quantileOf) {
  const parts = [], alone = [];
  const sections = pairedParts(a, b, alone).map(([left, right]) => pairSection(left, right, quantileOf));
  const sides = element("dl", undefined, { class: "facts" });
  for (const [letter, run, entry] of [["A", a, entries[0]], ["B", b, entries[1]]]) {
    const box = element("div"), value = element("dd");
    value.append(element("a", run.name || run.id, { href: entry.page }), ` ${run.started}, ${run.status}`);
    box.append(element("dt", letter), value);
    sides.append(box);
  }
  parts.push(sides);
  const command = element("p", "The whole judgement: ");
  command.append(element("code", `harness compare ${quoted(a.id)} ${quoted(b.id)}`));
  parts.push(command);
  if (a.id === b.id) parts.push(element("p", "Both sides are the same run.", { class: "alert note" }));
  if (!sections.length) parts.push(element("p", "The two runs have no suite and model in common.", { class: "alert caution" }));
  if (alone.length) {
    const list = element("ul", undefined, { class: "lead" });
    for (const sentence of alone) list.append(element("li", sentence));
    parts.push(list);
  }
  return parts.concat(sections);
}

function quoted(id) {
  return /^[\w.-]+$/.test(id) ? id : `'${id.replace(/'/g, "'\\''")}'`;
}

// Models are paired by name; where each run has but one, these two.
function pairedParts(a, b, alone) {
  const models = (run) => new Set(run.parts.map((part) => part.model));
  const isSingle = models(a).size === 1 && models(b).size === 1;
  const fits = (left, right) => left.suite === right.suite && (isSingle || left.model === right.model);
  const pairs = [];
  for (const left of a.parts) {
    const right = b.parts.find((part) => fits(left, part));
    if (right) pairs.push([left, right]);
    else alone.push(`Only A has ${left.suite} on ${left.model}.`);
  }
  for (const right of b.parts) {
    if (!a.parts.some((part) => fits(part, right))) alone.push(`Only B has ${right.suite} on ${right.model}.`);
  }
  return pairs;
}

function differing(left, right) {
  const hashes = [["data", "data"], ["code", "suite code"], ["capability", "capability"]];
  return hashes
    .filter(([key]) => left[key] !== right[key])
    .map(([key, words]) => `another ${words} (${left[key].slice(0, 12) || "none"} in A, ${right[key].slice(0, 12) || "none"} in B)`);
}

const HEADINGS = [
  ["Quantity", ""], ["A", "number"], ["B", "number"], ["B − A", "number"], ["95 % interval", "number"],
  ["Pairs", "number"], ["Higher, lower", "number"], ["Reading", ""],
];

function pairSection(left, right, quantileOf) {
  const section = element("section");
  const models = left.model === right.model ? left.model : `${left.model} (A), ${right.model} (B)`;
  section.append(element("h2", `${left.suite}, ${models}`));
  const reasons = differing(left, right);
  if (reasons.length) {
    section.append(element("p", `Not comparable: B asked with ${reasons.join(" and ")}.`, { class: "alert caution" }));
  } else if (left.order !== right.order && left.order && right.order) {
    section.append(element("p", "One of the runs was not asked all samples, so they are not paired here.", { class: "alert note" }));
  }
  const rows = [];
  for (const x of left.quantities) {
    const y = right.quantities.find((quantity) => quantity.id === x.id && quantity.metric === x.metric);
    if (y) rows.push(pairRow(x, y, reasons.length ? null : pairedColumns(left, right, x.id, quantileOf), reasons.length > 0));
  }
  section.append(rows.length ? numberTable(`${left.suite}, ${models}`, rows) : element("p", "No number is on both sides.", { class: "lead" }));
  return section;
}

function pairedColumns(left, right, id, quantileOf) {
  const a = left.columns[id], b = right.columns[id];
  if (!a || !b || !left.order || left.order !== right.order) return null;
  return pairedDifference(a, b, left.clusters, quantileOf);
}

function numberTable(caption, rows) {
  const table = element("table", undefined, { class: "plain compared" });
  const head = element("tr");
  for (const [title, kind] of HEADINGS) head.append(element("th", title, { scope: "col", class: kind }));
  table.append(element("caption", caption), element("thead"), element("tbody"));
  table.tHead.append(head);
  table.tBodies[0].append(...rows);
  const scroll = element("div", undefined, { class: "scroll", role: "region", "aria-label": caption, tabindex: "0" });
  scroll.append(table);
  return scroll;
}

function pairRow(x, y, paired, isBarred) {
  const row = element("tr"), known = paired !== null && paired.n > 0;
  const plain = x.value === null || y.value === null || isBarred ? null : y.value - x.value;
  const difference = known ? paired.difference : plain;
  const spread = known && paired.stderr !== null ? paired.stderr : Math.hypot(x.spread || 0, y.spread || 0);
  const name = element("th", x.id, { scope: "row", title: x.definition });
  name.append(" ", element("small", { 1: "↑ higher", "-1": "↓ lower", 0: "· neither" }[x.better]));
  const cell = (text, kind) => element("td", text, { class: kind });
  const side = (quantity) => {
    const made = cell(quantity.text, "number");
    made.append(element("small", quantity.interval));
    return made;
  };
  const [kind, words] = isBarred ? ["", "not comparable"] : reading(x, y, paired);
  row.append(
    name, side(x), side(y), cell(formatSigned(difference, spread), "number value"),
    cell(known && paired.low !== null ? `[${formatSigned(paired.low, spread)}, ${formatSigned(paired.high, spread)}]` : "–", "number"),
    cell(known ? count(paired.n) : "–", "number"), cell(known ? `${count(paired.nHigher)}, ${count(paired.nLower)}` : "–", "number"),
    cell("", ""),
  );
  Array.from(row.cells).forEach((item, i) => { if (i) item.dataset.label = HEADINGS[i][0]; });
  row.lastChild.append(element("span", words, { class: `turn ${kind}` }));
  if (known) {
    for (const key of ["difference", "low", "high", "stderr"]) row.dataset[key] = paired[key] === null ? "" : paired[key];
  }
  return row;
}

function reading(x, y, paired) {
  if (x.value === null || y.value === null) return ["", "undefined on one side"];
  if (paired === null || paired.n === 0) return ["", "not paired here"];
  if (paired.nHigher === 0 && paired.nLower === 0) return ["", "the same on every sample"];
  if (paired.low === null) return ["", "too few samples for an interval"];
  if (paired.low <= 0 && paired.high >= 0) return ["", "no clear difference"];
  const symbol = paired.difference > 0 ? "▲" : "▼";
  if (x.better === 0) return ["other", `${symbol} B differs`];
  return paired.difference * x.better > 0 ? ["better", `${symbol} B is better`] : ["worse", `${symbol} B is worse`];
}
