// Fits quantiles of Q-scores and correlations over resolution to mapq's table of EMDB entries: data/mit/fit-percentiles.json.
// usage: node tools/extract-fit-percentiles.mjs emdb_scores_q_fsc_cc_2c.csv[.gz], or that file zipped in gregdp/mapq, unpacked
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const [finest, coarsest] = [1.5, 8];
const levels = [2.5, 5, 10, 25, 50, 75, 90, 95, 97.5];
const middle = levels.indexOf(50);
/** Coefficients of the median, and of the logarithm of the gap between neighbouring quantiles. */
const medianTerms = 6;
const gapTerms = 2;
/** Columns of the table after EMD, PDB and reported resolution. */
const columns = { q: 3, cc: 5, ccMean: 6 };

function readRows(path) {
  const bytes = readFileSync(path);
  const text = (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString("utf8");
  const rows = [];
  for (const line of text.split(/\r?\n/).slice(1)) {
    const cells = line.split(",");
    const numbers = [2, ...Object.values(columns)].map((column) =>
      cells[column] ? Number(cells[column]) : Number.NaN,
    );
    if (/^emd_/i.test(cells[0]) && numbers.every(Number.isFinite)) rows.push(numbers);
  }
  return rows.filter(([resolution]) => resolution >= finest && resolution <= coarsest);
}

/** Chebyshev polynomials of the logarithm of the resolution, from -1 at the finest to 1 at the coarsest. */
function termsAt(resolution, count) {
  const x = (2 * Math.log(resolution / finest)) / Math.log(coarsest / finest) - 1;
  const terms = [1, x];
  while (terms.length < count) terms.push(2 * x * terms.at(-1) - terms.at(-2));
  return terms.slice(0, count);
}

const dot = (one, other) => one.reduce((sum, value, at) => sum + value * other[at], 0);

/** Pinball loss: its minimum is the quantile. */
function loss(residuals, level, weights) {
  let sum = 0;
  residuals.forEach((residual, row) => {
    sum += weights[row] * (residual > 0 ? level * residual : (level - 1) * residual);
  });
  return sum / residuals.length;
}

/** Half an Angstrom with few entries counts for more than its share, as the square root of their number. */
function weightsOf(resolutions) {
  const binOf = (resolution) => Math.floor(2 * resolution);
  const counts = new Map();
  for (const resolution of resolutions) counts.set(binOf(resolution), (counts.get(binOf(resolution)) ?? 0) + 1);
  const mean = resolutions.length / counts.size;
  return resolutions.map((resolution) => Math.sqrt(mean / counts.get(binOf(resolution))));
}

/** Minimum of a function without derivatives (Nelder & Mead 1965, Computer J. 7, 308), started anew until nothing is gained. */
function minimize(evaluate, start, size) {
  let best = { at: start, value: evaluate(start) };
  for (let round = 0; round < 12; round++) {
    const found = simplex(evaluate, best.at, size / 2 ** (round % 4));
    if (best.value - found.value < 1e-10 && round >= 4) return best.at;
    if (found.value < best.value) best = found;
  }
  return best.at;
}

function simplex(evaluate, start, size) {
  const point = (at) => ({ at, value: evaluate(at) });
  const points = [point(start), ...start.map((_v, k) => point(start.map((value, i) => value + (i === k ? size : 0))))];
  for (let step = 0; step < 600 * start.length; step++) {
    points.sort((one, other) => one.value - other.value);
    const worst = points.at(-1);
    if (worst.value - points[0].value < 1e-11) break;
    const centre = start.map((_v, k) => points.slice(0, -1).reduce((sum, { at }) => sum + at[k], 0) / start.length);
    const along = (factor) => point(centre.map((value, k) => value + factor * (worst.at[k] - value)));
    const reflected = along(-1);
    if (reflected.value < points[0].value) {
      const expanded = along(-2);
      points[points.length - 1] = expanded.value < reflected.value ? expanded : reflected;
    } else if (reflected.value < points.at(-2).value) points[points.length - 1] = reflected;
    else {
      const contracted = along(reflected.value < worst.value ? -0.5 : 0.5);
      if (contracted.value < Math.min(worst.value, reflected.value)) points[points.length - 1] = contracted;
      else
        for (let k = 1; k < points.length; k++)
          points[k] = point(points[k].at.map((v, i) => (v + points[0].at[i]) / 2));
    }
  }
  return points[0];
}

/** Median, then gaps outwards from it: being exponentials they are positive, so that quantiles cannot cross. */
function fitQuantiles(resolutions, values) {
  const basis = resolutions.map((resolution) => termsAt(resolution, Math.max(medianTerms, gapTerms)));
  const weights = weightsOf(resolutions);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const start = [mean, ...Array(medianTerms - 1).fill(0)];
  const median = minimize(
    (at) =>
      loss(
        values.map((value, row) => value - dot(at, basis[row])),
        0.5,
        weights,
      ),
    start,
    0.1,
  );
  const centre = basis.map((terms) => dot(median, terms));
  const gaps = Array(levels.length - 1);
  for (const side of [1, -1]) {
    let inner = centre;
    for (let at = middle + side; at >= 0 && at < levels.length; at += side) {
      const gapOf = (coefficients) => basis.map((terms) => Math.exp(dot(coefficients, terms)));
      const lossOf = (coefficients) => {
        const gap = gapOf(coefficients);
        return loss(
          values.map((value, row) => value - inner[row] - side * gap[row]),
          levels[at] / 100,
          weights,
        );
      };
      const found = minimize(lossOf, [-3, ...Array(gapTerms - 1).fill(0)], 0.5);
      gaps[side > 0 ? at - 1 : at] = found;
      const gap = gapOf(found);
      inner = inner.map((value, row) => value + side * gap[row]);
    }
  }
  const round = (numbers) => numbers.map((value) => Number(value.toFixed(4)));
  return { median: round(median), logGaps: gaps.map(round) };
}

const path = process.argv[2];
if (path === undefined) throw new Error("usage: node tools/extract-fit-percentiles.mjs TABLE.csv[.gz]");
const rows = readRows(path);
const resolutions = rows.map(([resolution]) => resolution);
const fits = Object.fromEntries(
  Object.keys(columns).map((name, at) => [
    name,
    fitQuantiles(
      resolutions,
      rows.map((row) => row[at + 1]),
    ),
  ]),
);
const provenance =
  "Quantiles over reported resolution fitted to the table of EMDB entries in gregdp/mapq, " +
  "data/emdb_scores_q_fsc_cc_2c - Q.csv.zip, commit 65d01fb8b3a3436111fdba65a574fc295c980eac, MIT. " +
  "q: mean Q-score at sigma 0.4; cc and ccMean: correlation without and with subtraction of means where Chimera's " +
  "molmap is above 0.01. Chebyshev coefficients over the logarithm of the resolution, from -1 at the finest to 1; gaps are between neighbouring quantiles.";
mkdirSync(join(root, "data/mit"), { recursive: true });
writeFileSync(
  join(root, "data/mit/fit-percentiles.json"),
  `{"provenance":${JSON.stringify(provenance)},\n"entries":${rows.length},"finest":${finest},"coarsest":${coarsest},"levels":${JSON.stringify(levels)},\n` +
    `${Object.entries(fits)
      .map(([name, fit]) => `${JSON.stringify(name)}:${JSON.stringify(fit)}`)
      .join(",\n")}}\n`,
);

for (const [at, [name, { median, logGaps }]] of Object.entries(fits).entries()) {
  for (let low = finest; low < coarsest; low += 0.5) {
    const chosen = rows.filter(([resolution]) => resolution >= low && resolution < low + 0.5);
    const below = levels.map(() => 0);
    for (const row of chosen) {
      const quantiles = levels.map(() => dot(median, termsAt(row[0], medianTerms)));
      for (let k = middle + 1; k < levels.length; k++)
        quantiles[k] = quantiles[k - 1] + Math.exp(dot(logGaps[k - 1], termsAt(row[0], gapTerms)));
      for (let k = middle - 1; k >= 0; k--)
        quantiles[k] = quantiles[k + 1] - Math.exp(dot(logGaps[k], termsAt(row[0], gapTerms)));
      quantiles.forEach((quantile, k) => (below[k] += row[at + 1] < quantile ? 1 : 0));
    }
    const shares = below.map((count) => ((100 * count) / chosen.length).toFixed(1));
    console.log(
      `${name} ${low.toFixed(1)}-${(low + 0.5).toFixed(1)} A, ${chosen.length} entries: below ${shares.join(" ")} %`,
    );
  }
}
