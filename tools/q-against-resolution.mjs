// Q-scores of exact maps from 1 to 5 A, of a lone atom and of the bundled example: the table and the figure of docs/methods/q-score.md.
// usage: node tools/q-against-resolution.mjs
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadSource } from "./load-source.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const page = join(root, "docs/methods/q-score.md");
const figure = join(root, "docs/methods/q-against-resolution.svg");
const resolutions = [1, 1.25, 1.5, 1.75, 2, 2.25, 2.5, 2.75, 3, 3.25, 3.5, 3.75, 4, 4.25, 4.5, 4.75, 5];
const isInTable = (resolution) => resolution % 0.5 === 0;
/** Empty space around the model, Angstrom; the lone atom gets more, so that it does not see its own copies. */
const margin = 6;
const loneMargin = 14;
const voxelsPerResolution = 4;
const widestVoxel = 0.5;

const sources = [
  "kernels/engine.ts",
  "base/run-context.ts",
  "density/map.ts",
  "io/read-model.ts",
  "validation/fit/coordinate-fit.ts",
  "validation/fit/q-expectation.ts",
  "validation/fit/q-score.ts",
  "validation/fit/q-score-summary.ts",
  "scattering/model-map.ts",
];

/** An empty map around a model, of voxels at most `voxel` wide. */
function boxAround({ xyz, count }, voxel) {
  const space = count === 1 ? loneMargin : margin;
  const bounds = [0, 1, 2].map((axis) => {
    let [low, high] = [Infinity, -Infinity];
    for (let atom = 0; atom < count; atom++) {
      low = Math.min(low, xyz[3 * atom + axis]);
      high = Math.max(high, xyz[3 * atom + axis]);
    }
    return { low: low - space, points: Math.ceil((high - low + 2 * space) / voxel) };
  });
  const size = bounds.map(({ points }) => points);
  const [a, b, c] = size.map((points) => points * voxel);
  const cell = { a, b, c, alpha: 90, beta: 90, gamma: 90 };
  return { size, start: [0, 0, 0], sampling: size, cell, offset: bounds.map(({ low }) => low) };
}

function measure(library, model, resolution) {
  const engine = library.createEngine();
  const context = library.createRunContext();
  const options = { resolution, table: "electron" };
  const box = boxAround(model.atoms, Math.min(widestVoxel, resolution / voxelsPerResolution));
  const factors = library.computeStructureFactors(engine, model.atoms, library.mapFrame(box), options, context);
  const map = { ...box, values: library.mapFromStructureFactors(engine, factors).slice() };
  library.freeStructureFactors(engine, factors);
  const scores = library.computeQScores(engine, model, map, { sigmas: [0.6, 0.4] }, context);
  const { cc } = library.fitCoordinates(engine, model.atoms, map, options);
  return { wide: library.meanQ(scores, 0), narrow: library.meanQ(scores, 1), cc };
}

const library = await loadSource(sources);
const readText = (text) => library.readModel(new TextEncoder().encode(text), "model.pdb", library.createRunContext());
const atom = await readText("ATOM      1  C   UNK A   1      12.000  12.000  12.000  1.00 20.00           C\nEND\n");
const protein = await readText(readFileSync(join(root, "example/true.pdb"), "utf8"));
const sameB = {
  ...protein,
  atoms: { ...protein.atoms, bFactor: protein.atoms.bFactor.map(() => 20), anisotropicU: null },
};
const rows = resolutions.map((resolution) => ({
  resolution,
  atom: measure(library, atom, resolution),
  protein: measure(library, protein, resolution),
  sameB: measure(library, sameB, resolution),
  expected: [0.6, 0.4].map((sigma) => library.expectedQ(sigma, resolution, { protein: 1 }).expected),
}));
writeFileSync(page, withTable(readFileSync(page, "utf8")));
writeFileSync(figure, drawFigure());
for (const row of rows) console.log(JSON.stringify(row));

function withTable(text) {
  const [begin, end] = ["<!-- made by tools/q-against-resolution.mjs -->", "<!-- end -->"];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${page} has no place for the table`);
  const lines = rows
    .filter(({ resolution }) => isInTable(resolution))
    .map(({ resolution, atom: lone, sameB: same, protein: own, expected }) =>
      [
        resolution.toFixed(1),
        ...[lone.wide, same.wide, own.wide, expected[0], lone.narrow, same.narrow, own.narrow, expected[1], own.cc].map(
          (value) => value.toFixed(3),
        ),
      ].join(" | "),
    );
  const head = `| d, Å | σ = 0.6: atom | protein, B 20 | protein, own B | real maps | σ = 0.4: atom | protein, B 20 | protein, own B | real maps | \`ccMaskCoordinates\`, own B |
|---|---|---|---|---|---|---|---|---|---|`;
  return `${text.slice(0, from)}${begin}\n\n${head}\n${lines.map((line) => `| ${line} |`).join("\n")}\n\n${text.slice(to)}`;
}

function drawFigure() {
  const [width, height] = [790, 460];
  const plot = { left: 56, right: 570, top: 44, bottom: 410 };
  const x = (resolution) => plot.left + ((resolution - 1) / 4) * (plot.right - plot.left);
  const y = (value) => plot.bottom - value * (plot.bottom - plot.top);
  const curves = [
    { label: "protein, ccMaskCoordinates", colour: "#555555", dash: "", of: (row) => row.protein.cc },
    { label: "lone C, σ = 0.6 Å", colour: "#d95f02", dash: "", of: (row) => row.atom.wide },
    { label: "lone C, σ = 0.4 Å", colour: "#d95f02", dash: "6 4", of: (row) => row.atom.narrow },
    { label: "protein, σ = 0.6 Å", colour: "#1b6ca8", dash: "", of: (row) => row.protein.wide },
    { label: "protein, σ = 0.4 Å", colour: "#1b6ca8", dash: "6 4", of: (row) => row.protein.narrow },
    { label: "real maps, σ = 0.6 Å", colour: "#999999", dash: "", of: (row) => row.expected[0] },
    { label: "real maps, σ = 0.4 Å", colour: "#999999", dash: "6 4", of: (row) => row.expected[1] },
  ];
  const labels = spread(curves.map(({ of }) => y(of(rows.at(-1)))));
  const grid = [0, 0.2, 0.4, 0.6, 0.8, 1].map(
    (value) =>
      `<line x1="${plot.left}" x2="${plot.right}" y1="${y(value)}" y2="${y(value)}" stroke="#e5e5e5"/>` +
      `<text x="${plot.left - 8}" y="${y(value) + 4}" text-anchor="end">${value.toFixed(1)}</text>`,
  );
  const ticks = [1, 2, 3, 4, 5].map(
    (value) =>
      `<line x1="${x(value)}" x2="${x(value)}" y1="${plot.bottom}" y2="${plot.bottom + 5}" stroke="#333"/>` +
      `<text x="${x(value)}" y="${plot.bottom + 20}" text-anchor="middle">${value}</text>`,
  );
  const lines = curves.map(({ label, colour, dash, of }, at) => {
    const points = rows.map((row) => `${x(row.resolution).toFixed(1)},${y(of(row)).toFixed(1)}`).join(" ");
    const end = y(of(rows.at(-1)));
    return (
      `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="2"${dash ? ` stroke-dasharray="${dash}"` : ""}/>` +
      `<line x1="${plot.right + 2}" x2="${plot.right + 14}" y1="${end.toFixed(1)}" y2="${labels[at].toFixed(1)}" stroke="${colour}" stroke-width="0.8"/>` +
      `<text x="${plot.right + 18}" y="${(labels[at] + 4).toFixed(1)}" fill="${colour === "#999999" ? "#777777" : colour}">${label}</text>`
    );
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="13" fill="#333">
<title>Q-score of exact maps against resolution</title>
<rect width="${width}" height="${height}" fill="#ffffff"/>
<text x="${plot.left}" y="24" font-size="15">Q-score of exact model maps, and of real ones, against resolution</text>
${grid.join("\n")}
<line x1="${plot.left}" x2="${plot.right}" y1="${plot.bottom}" y2="${plot.bottom}" stroke="#333"/>
${ticks.join("\n")}
${lines.join("\n")}
<text x="${(plot.left + plot.right) / 2}" y="${plot.bottom + 42}" text-anchor="middle">resolution, Å</text>
</svg>
`;
}

/** Places at least a line apart, near the wanted ones, in the same order from the top. */
function spread(wanted) {
  const apart = 17;
  const order = wanted.map((_value, at) => at).toSorted((one, other) => wanted[one] - wanted[other]);
  const placed = [...wanted];
  for (let round = 0; round < 100; round++) {
    for (let k = 1; k < order.length; k++) {
      const overlap = apart - (placed[order[k]] - placed[order[k - 1]]);
      if (overlap <= 0) continue;
      placed[order[k]] += overlap / 2;
      placed[order[k - 1]] -= overlap / 2;
    }
  }
  return placed;
}
