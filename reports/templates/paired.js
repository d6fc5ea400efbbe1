// The paired difference of two columns: the mean of b - a, its standard error robust to clusters.
const NO_SPREAD = 1e-9; // what is left of equal differences after nine digits were kept

function pairedDifference(a, b, clusters, quantileOf) {
  const units = new Map();
  const differences = [];
  for (let i = 0; i < a.length; i += 1) {
    if (a[i] === null || b[i] === null) continue;
    differences.push([b[i] - a[i], clusters ? clusters[i] : i]);
  }
  const n = differences.length;
  if (n === 0) return { n: 0, nUnits: 0, difference: null, stderr: null, low: null, high: null, nHigher: 0, nLower: 0 };
  const mean = differences.reduce((sum, [value]) => sum + value, 0) / n;
  let largest = 0, nHigher = 0, nLower = 0;
  for (const [value, unit] of differences) {
    units.set(unit, (units.get(unit) || 0) + value - mean);
    largest = Math.max(largest, Math.abs(value));
    if (value > 0) nHigher += 1;
    if (value < 0) nLower += 1;
  }
  const found = { n, nUnits: units.size, difference: mean, stderr: null, low: null, high: null, nHigher, nLower };
  if (units.size < 2) return found;
  let squares = 0;
  for (const residual of units.values()) squares += residual * residual;
  found.stderr = Math.sqrt((units.size / (units.size - 1)) * squares) / n;
  if (found.stderr <= NO_SPREAD * largest) found.stderr = 0;
  if (found.stderr > 0) {
    const half = quantileOf(units.size - 1) * found.stderr;
    found.low = mean - half;
    found.high = mean + half;
  }
  return found;
}

// Student's quantile: from the table that the page carries, beyond its end by the expansion of
// Cornish and Fisher, which is right to nine digits there.
function quantileFrom(table, z) {
  return (freedom) => {
    if (freedom <= table.length) return table[freedom - 1];
    const g1 = (z ** 3 + z) / 4;
    const g2 = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
    const g3 = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
    return z + g1 / freedom + g2 / freedom ** 2 + g3 / freedom ** 3;
  };
}
