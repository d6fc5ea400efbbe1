// Numbers as text, by the same rules as everywhere else in the reports: digits follow the spread.
function count(n) {
  return n.toLocaleString("en-US");
}

function decimalsFor(spread) {
  return Math.max(0, Math.min(6, 1 - Math.floor(Math.log10(spread))));
}

function fixed(value, decimals) {
  const text = value.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return (Number(text.replace(/,/g, "")) === 0 ? text.replace("-", "") : text).replace("-", "−");
}

function formatNumber(value, spread) {
  if (value === null || !Number.isFinite(value)) return "–";
  if (spread > 0) return fixed(value, decimalsFor(spread));
  if (value === 0) return "0";
  const decimals = Math.max(0, 3 - Math.floor(Math.log10(Math.abs(value))));
  return fixed(value, Math.min(12, decimals)).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
}

function formatSigned(value, spread) {
  const text = formatNumber(value, spread);
  return value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}
