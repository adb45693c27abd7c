// Negative controls of cross-validation: half maps without common detail, and weights that are far too large. Writes the figure and
// the tables of docs/methods/cross-validation.md.
// usage: node tools/cross-validation-controls.mjs FOLDER RESOLUTION   (a folder with true.pdb, half1.mrc.gz and half2.mrc.gz)
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadSource } from "./load-source.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const page = join(root, "docs/methods/cross-validation.md");
const figure = join(root, "docs/methods/cross-validation.svg");
const weights = [0.5, 1, 2, 4, 8, 16, 32, 64, 128];
/** Angstrom; finer terms get random phases, in each half map others. */
const randomBeyond = 4;

const [folder, resolutionText] = process.argv.slice(2);
if (folder === undefined || !(Number(resolutionText) > 0)) {
  console.error("usage: node tools/cross-validation-controls.mjs FOLDER RESOLUTION");
  process.exit(2);
}
const resolution = Number(resolutionText);

const library = await loadSource([
  "kernels/engine.ts",
  "base/run-context.ts",
  "base/rng.ts",
  "io/read-model.ts",
  "io/read-map.ts",
  "chemistry/dictionary.ts",
  "validation/fit/belonging.ts",
  "validation/fit/half-map-fsc.ts",
  "refinement/problem.ts",
  "refinement/refine-options.ts",
  "refinement/cross-validation/cross-validation.ts",
]);
const engine = library.createEngine();
const context = library.createRunContext();
const model = await library.readModel(readFileSync(join(folder, "true.pdb")), "true.pdb", context);
const [first, second] = await Promise.all(["half1.mrc.gz", "half2.mrc.gz"].map(readHalf));
const options = {
  ...library.defaultRefineOptions,
  quality: "standard",
  hydrogens: "auto",
  resolution,
  // Without ceilings, so that no trial is left out.
  targetBondRmsd: 100,
  targetAngleRmsd: 1000,
};
const tables = await library.loadRefinementTables(options);

async function readHalf(name) {
  const { map, alternative } = await library.readMap(readFileSync(join(folder, name)), name, context);
  return library.chooseMapFrame(model.atoms.xyz, map, alternative, { model: "true.pdb", map: name }, context);
}

function crossValidate(halfMaps) {
  const input = { model, map: halfMaps.first, halfMaps, dictionary: library.loadDictionary() };
  return library.crossValidate(engine, input, { options, tables, seed: 1, weights }, context);
}

const plain = await crossValidate({ first, second });
const random = (map, seed) => library.withRandomPhases(engine, map, randomBeyond, library.createRng(seed));
const blind = await crossValidate({ first: random(first, 11), second: random(second, 12) });
const results = [
  { title: "half maps as they are", found: plain },
  { title: `phases random beyond ${randomBeyond} Å`, found: blind },
];
writeFileSync(page, withTables(readFileSync(page, "utf8")));
writeFileSync(figure, drawFigure());

function withTables(text) {
  const [begin, end] = ["<!-- made by tools/cross-validation-controls.mjs -->", "<!-- end -->"];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${page} has no place for the tables`);
  const digits = (value) => value.toFixed(4);
  const rows = weights.map((weight, at) => {
    const cells = results.flatMap(({ found: { weights: trials } }) => {
      const { work, free, gap } = trials[at];
      return [digits(work), digits(free), digits(gap)];
    });
    const { bondRmsd, angleRmsd } = plain.weights[at];
    return `| ${[weight, ...cells, bondRmsd.toFixed(4), angleRmsd.toFixed(2)].join(" | ")} |`;
  });
  const isFine = ({ d }) => d < randomBeyond - 0.2;
  const fine = results.map(({ title, found }) => {
    const shells = found.shells.filter(isFine);
    const mean = (kind) =>
      shells.reduce((sum, shell) => sum + shell.terms * shell[kind], 0) /
      shells.reduce((sum, { terms }) => sum + terms, 0);
    return `| ${title} | ${found.weight} | ${digits(mean("work"))} | ${digits(mean("free"))} |`;
  });
  const table = [
    `| weight | FSC_work | FSC_free | gap | random beyond ${randomBeyond} Å: work | free | gap | bonds, Å | angles, ° |`,
    "|---|---|---|---|---|---|---|---|---|",
    ...rows,
    "",
    `| | chosen weight | FSC_work finer than ${(randomBeyond - 0.2).toFixed(1)} Å | FSC_free there |`,
    "|---|---|---|---|",
    ...fine,
  ].join("\n");
  return `${text.slice(0, from)}${begin}\n\n${table}\n\n${text.slice(to)}`;
}

function drawFigure() {
  const [width, height] = [860, 400];
  const [top, bottom] = [56, 340];
  const colours = ["#1b6ca8", "#d95f02"];
  const shellsLeft = { left: 60, right: 400 };
  const gapRight = { left: 500, right: 840 };
  const finest = 1 / resolution;
  const along = (share, { left, right }) => left + share * (right - left);
  const up = (value, [low, high]) => bottom - ((value - low) / (high - low)) * (bottom - top);
  const allGaps = results.flatMap(({ found }) => found.weights.map(({ gap }) => gap));
  const gapRange = [
    Math.min(0, Math.floor(100 * Math.min(...allGaps)) / 100),
    Math.ceil(100 * Math.max(...allGaps)) / 100,
  ];
  const fscRange = [-0.1, 1];
  const line = (points, colour, dash) =>
    `<polyline points="${points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ")}" fill="none" stroke="${colour}" stroke-width="2"${dash ? ' stroke-dasharray="6 4"' : ""}/>`;
  const parts = results.flatMap(({ title, found }, at) => {
    const shells = found.shells.toSorted((one, other) => other.d - one.d);
    const curve = (kind) => shells.map((shell) => [along(1 / shell.d / finest, shellsLeft), up(shell[kind], fscRange)]);
    const gaps = found.weights.map(({ gap }, row) => [along(row / (weights.length - 1), gapRight), up(gap, gapRange)]);
    const y = top + 190 + 40 * at;
    return [
      line(curve("work"), colours[at], true),
      line(curve("free"), colours[at], false),
      line(gaps, colours[at], false),
      `<text x="${shellsLeft.left + 12}" y="${y}" fill="${colours[at]}">${title}</text>`,
      `<text x="${shellsLeft.left + 12}" y="${y + 16}" fill="${colours[at]}">solid: free, dashed: work</text>`,
    ];
  });
  const axis = ({ left, right }) =>
    `<line x1="${left}" x2="${right}" y1="${bottom}" y2="${bottom}" stroke="#333"/><line x1="${left}" x2="${left}" y1="${top}" y2="${bottom}" stroke="#333"/>`;
  const tick = (x, text) => `<text x="${x.toFixed(1)}" y="${bottom + 18}" text-anchor="middle">${text}</text>`;
  const level = (x, y, text) => `<text x="${x - 6}" y="${(y + 4).toFixed(1)}" text-anchor="end">${text}</text>`;
  const dTicks = [10, 6, 5, 4, 3.5, 3].filter((d) => d >= resolution);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="13" fill="#333">
<title>FSC work and free of half maps with and without common detail, and the gap against the weight</title>
<rect width="${width}" height="${height}" fill="#ffffff"/>
<text x="${shellsLeft.left}" y="28" font-size="15">FSC with the model, chosen weight</text>
<text x="${gapRight.left}" y="28" font-size="15">gap, FSC_work − FSC_free, by weight</text>
${axis(shellsLeft)}
${[
  [shellsLeft, fscRange],
  [gapRight, gapRange],
]
  .map(
    ([{ left, right }, range]) =>
      `<line x1="${left}" x2="${right}" y1="${up(0, range).toFixed(1)}" y2="${up(0, range).toFixed(1)}" stroke="#cccccc"/>`,
  )
  .join("\n")}
${axis(gapRight)}
${dTicks.map((d) => tick(along(1 / d / finest, shellsLeft), d)).join("\n")}
${weights.map((weight, row) => tick(along(row / (weights.length - 1), gapRight), weight)).join("\n")}
${[0, 0.5, 1].map((value) => level(shellsLeft.left, up(value, fscRange), value.toFixed(1))).join("\n")}
${[gapRange[0], 0, gapRange[1]].map((value) => level(gapRight.left, up(value, gapRange), value.toFixed(2))).join("\n")}
${parts.join("\n")}
<text x="${(shellsLeft.left + shellsLeft.right) / 2}" y="${bottom + 40}" text-anchor="middle">resolution, Å</text>
<text x="${(gapRight.left + gapRight.right) / 2}" y="${bottom + 40}" text-anchor="middle">weight</text>
</svg>
`;
}
