// The paired difference of two columns: the mean of b - a, its standard error robust to clusters.
const NO_SPREAD = 1e-9; // what is left of equal differences after nine digits were kept

function pairedDifference(a, b, clusters, quantileOf) {
  const units = new Map();
  let n = 0, total = 0, largest = 0, nHigher = 0, nLower = 0;
  for (let i = 0; i < a.length; i += 1) {
    if (a[i] === null || b[i] === null) continue;
    const value = b[i] - a[i];
    const key = clusters ? clusters[i] : i;
    const unit = units.get(key) || { sum: 0, size: 0 };
    unit.sum += value;
    unit.size += 1;
    units.set(key, unit);
    n += 1;
    total += value;
    largest = Math.max(largest, Math.abs(value));
    if (value > 0) nHigher += 1;
    if (value < 0) nLower += 1;
  }
  if (n === 0) return { n: 0, nUnits: 0, difference: null, stderr: null, low: null, high: null, nHigher: 0, nLower: 0 };
  const mean = total / n;
  const found = { n, nUnits: units.size, difference: mean, stderr: null, low: null, high: null, nHigher, nLower };
  if (units.size < 2) return found;
  // The jackknife over units: the mean without each of them.
  const without = Array.from(units.values(), (unit) => (total - unit.sum) / (n - unit.size));
  const middle = without.reduce((sum, value) => sum + value, 0) / units.size;
  const squares = without.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  found.stderr = Math.sqrt(((units.size - 1) / units.size) * squares);
  if (found.stderr <= NO_SPREAD * largest) found.stderr = 0;
  // As many degrees of freedom as clusters of one size would have, rounded down; with fewer than
  // one there is no interval worth showing.
  let second = 0, fourth = 0;
  for (const { size } of units.values()) {
    second += size ** 2;
    fourth += size ** 4;
  }
  const freedom = Math.floor(second ** 2 / fourth - 1 + 1e-9);
  if (found.stderr > 0 && freedom >= 1) {
    const half = quantileOf(freedom) * found.stderr;
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
