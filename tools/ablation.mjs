// Refines real and simulated pairs by default and with one component of the refinement off at a time, and writes the table.
// usage: node tools/ablation.mjs [--data FOLDER] [--cases "A;B"] [--components "A;B"] [--write FILE] [--store FILE] [--again]
// Results are kept in build/ablation.json: a run that is there is not made again unless --again says so.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { bundles } from "./bundle.mjs";
import { loadSource } from "./load-source.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { values: settings } = parseArgs({
  options: {
    data: { type: "string", default: join(root, "../shared/data") },
    cases: { type: "string" },
    components: { type: "string" },
    write: { type: "string" },
    store: { type: "string", default: join(root, "build/ablation.json") },
    again: { type: "boolean", default: false },
  },
});

const simulated = ["--target-angle-rmsd", "1.5"];
/** Folder, model, map, resolution, then the true model and options where there are some. */
const cases = {
  "3J63 3.8 Å": ["emd5830_3j63_asc_3p8A", "A_box_complete.pdb", "A_box.ccp4.gz", 3.8],
  "5FN5 C 4.3 Å": ["emd3240_5fn5_gamma_secretase_4p3A/chain_c", "chain_c_box_complete.pdb", "chain_c_box.ccp4.gz", 4.3],
  "6I5A 2.3 Å": ["emd4413_6i5a_tmv_2p3A", "6i5a_box_complete.pdb", "6i5a_box.ccp4.gz", 2.3],
  "FrhA 3.36 Å": ["emd2513_4ci0_frhA_AF2_3p36A", "emd_2513_af2_docked.pdb", "emd_2513.mrc.gz", 3.36],
  "7CEC A 3.9 Å": ["emd30342_7cec_A_3p9A", "390_7cec_A.cif", "390_emd_30342_A_z4.mrc.gz", 3.9],
  "apoferritin 1.75 Å": ["emd20026_apoferritin_1p75A", "3ajo_fitted_refined.pdb", "emd20026_prot.mrc.gz", 1.75],
  "CDK2 3.0 Å bent": ["sim_cdk2_3p0A", "smooth1.0.pdb", "full.mrc.gz", 3, "true.pdb", simulated],
  "CDK2 3.0 Å from the truth": ["sim_cdk2_3p0A", "true.pdb", "full.mrc.gz", 3, "true.pdb", simulated],
  "CDK2 masked 3.5 Å": ["sim_masked/cdk2_m3.5", "smooth1.0.pdb", "full.mrc.gz", 3.5, "true.pdb", simulated],
  "CDK2 masked 4.3 Å": ["sim_masked/cdk2_m4.3", "smooth1.0.pdb", "full.mrc.gz", 4.3, "true.pdb", simulated],
  "RNA 3.5 Å": ["sim_masked/rna_m3.5", "smooth1.0.pdb", "full.mrc.gz", 3.5, "true.pdb", simulated],
  "lysozyme 3.0 Å turned": ["golden_cctbx/inputs", "lyso_rota.pdb", "lyso.mrc.gz", 3, "lyso_true.pdb"],
  "lysozyme 3.0 Å shaken": ["golden_cctbx/inputs", "lyso_shake0.5.pdb", "lyso.mrc.gz", 3, "lyso_true.pdb"],
};

/** What is switched off, and by which flags. */
const components = {
  default: [],
  "generated hydrogens": ["--hydrogens", "keep"],
  "side chains": ["--side-chains", "off"],
  "model map (stage two)": ["--model-map", "off"],
  "B factors": ["--b-factors", "keep"],
  "Ramachandran restraints": ["--ramachandran", "off"],
  "rotamer restraints": ["--rotamers", "off"],
  "Cβ restraints": ["--c-beta", "off"],
  "backbone hydrogen bonds": ["--secondary-structure", "off"],
  "all but --quality fast": ["--quality", "fast"],
};

/** What is compared: how it is read, what is made of it for comparing, the decimals shown, which way is better, and from which difference on it counts. */
const measures = [
  { name: "CC", of: ({ after }) => after.fit.ccMaskCoordinates, decimals: 4, better: 1, counts: 0.002 },
  { name: "clashes", of: ({ after }) => after.geometry.clashscore, decimals: 1, better: -1, counts: 0.5 },
  { name: "Rama fav. %", of: ({ after }) => after.geometry.ramachandran?.favored, decimals: 1, better: 1, counts: 0.5 },
  {
    name: "rotamer out. %",
    of: ({ after }) => after.geometry.rotamers?.outliers,
    decimals: 1,
    better: -1,
    counts: 0.5,
  },
  {
    name: "Rama-Z",
    of: ({ after }) => after.geometry.ramaZ?.whole?.value,
    // Good structures have 0 on average: more is as odd as less.
    judged: Math.abs,
    decimals: 2,
    better: -1,
    counts: 0.3,
  },
  { name: "Cβ out.", of: ({ after }) => after.geometry.cBeta?.outlierCount, decimals: 0, better: -1, counts: 1 },
  { name: "rmsd to truth, Å", of: ({ truth }) => truth?.all, decimals: 3, better: -1, counts: 0.01 },
  { name: "of CA, Å", of: ({ truth }) => truth?.ca, decimals: 3, better: -1, counts: 0.01 },
  { name: "CPU s", of: ({ cpu }) => cpu, decimals: 1, better: -1, counts: Number.POSITIVE_INFINITY },
];

const { createRunContext, readModel, residueKeys } = await loadSource([
  "base/run-context.ts",
  "io/read-model.ts",
  "refinement/verdicts/residue-pairs.ts",
]);

const swaps = {
  ARG: ["NH1 NH2"],
  ASP: ["OD1 OD2"],
  GLU: ["OE1 OE2"],
  LEU: ["CD1 CD2"],
  VAL: ["CG1 CG2"],
  PHE: ["CD1 CD2", "CE1 CE2"],
  TYR: ["CD1 CD2", "CE1 CE2"],
};
const phosphate = ["OP1 OP2"];

/** Places of the atoms that are not hydrogen, by residue. */
async function placesOf(path) {
  const model = await readModel(readFileSync(path), path, createRunContext());
  const { atoms, residues } = model;
  const keys = residueKeys(model);
  const places = new Map(keys.map((key, residue) => [key, { name: residues.name[residue], atoms: new Map() }]));
  for (let atom = 0; atom < atoms.count; atom++) {
    if (atoms.element[atom] === 1) continue;
    const position = atoms.xyz.slice(3 * atom, 3 * atom + 3);
    places.get(keys[atoms.residue[atom]]).atoms.set(atoms.name[atom], position);
  }
  return places;
}

/** Root mean square distances of all atoms and of CA, each residue by the better naming of its equal atoms. */
async function distanceToTruth(path, truthPath) {
  const [model, truth] = [await placesOf(path), await placesOf(truthPath)];
  const [all, ca] = [[], []];
  for (const [key, { name, atoms }] of truth) {
    const own = model.get(key)?.atoms;
    if (own === undefined) continue;
    const pairs = (swaps[name] ?? phosphate).map((pair) => pair.split(" "));
    const other = new Map(
      pairs.flatMap(([one, two]) => [
        [one, two],
        [two, one],
      ]),
    );
    const squares = (nameOf) =>
      [...atoms].flatMap(([atom, place]) => {
        const found = own.get(nameOf(atom));
        return found ? [place.reduce((sum, value, axis) => sum + (value - found[axis]) ** 2, 0)] : [];
      });
    const sum = (values) => values.reduce((total, value) => total + value, 0);
    const [straight, crossed] = [squares((atom) => atom), squares((atom) => other.get(atom) ?? atom)];
    all.push(...(sum(crossed) < sum(straight) ? crossed : straight));
    const place = atoms.get("CA");
    if (place && own.has("CA")) ca.push(place.reduce((s, value, axis) => s + (value - own.get("CA")[axis]) ** 2, 0));
  }
  const rms = (values) =>
    values.length === 0 ? null : Math.sqrt(values.reduce((total, value) => total + value, 0) / values.length);
  return { all: rms(all), ca: rms(ca) };
}

async function refine(program, name, flags) {
  const [folder, model, map, resolution, truth, more = []] = cases[name];
  const at = (file) => join(settings.data, folder, file);
  const out = mkdtempSync(join(tmpdir(), "emend-ablation-"));
  const options = [
    "--resolution",
    String(resolution),
    "--threads",
    "1",
    "--out-dir",
    join(out, "r"),
    "--quiet",
    "--json",
  ];
  const tables = ["--reference-data", join(settings.data, "tables")];
  const words = [program, "refine", at(model), at(map), ...options, ...tables, ...more, ...flags];
  const { stdout, stderr, status } = spawnSync(process.execPath, words, { encoding: "utf8", maxBuffer: 2 ** 30 });
  if (status !== 0 && status !== 3) throw new Error(`${name} ${flags.join(" ")}: ${stderr || stdout}`);
  const { after, timings } = JSON.parse(stdout);
  const result = {
    after: { fit: { ccMaskCoordinates: after.fit.ccMaskCoordinates }, geometry: pick(after.geometry) },
    truth: truth === undefined ? null : await distanceToTruth(join(out, "r/refined.cif"), at(truth)),
    cpu: timings.cpuSeconds,
  };
  rmSync(out, { recursive: true, force: true });
  return result;
}

function pick({ clashscore, ramachandran, rotamers, ramaZ, cBeta, bond, angle }) {
  const some = (summary) => (summary && summary.count > 0 ? summary : null);
  const [rama, rota, beta] = [some(ramachandran), some(rotamers), some(cBeta)];
  return { clashscore, ramachandran: rama, rotamers: rota, ramaZ, cBeta: beta, bond: bond.rmsd, angle: angle.rmsd };
}

function chosen(all, wanted) {
  return wanted === undefined
    ? Object.keys(all)
    : wanted.split(";").map((name) => {
        const found = Object.keys(all).find((known) => known.startsWith(name));
        if (found === undefined) throw new Error(`No such case or component: ${name}`);
        return found;
      });
}

function describe(store, names, switches) {
  const cell = (result, { of, decimals }) => {
    const value = result === undefined ? null : of(result);
    return value === null || value === undefined ? "" : value.toFixed(decimals);
  };
  const lines = [];
  for (const name of names) {
    lines.push(`### ${name}`, "", `| off | ${measures.map((measure) => measure.name).join(" | ")} |`);
    lines.push(`|---|${measures.map(() => "---:").join("|")}|`);
    for (const component of switches) {
      const result = store[`${name} | ${component}`];
      if (result === undefined) continue;
      lines.push(
        `| ${component === "default" ? "nothing" : component} | ${measures.map((m) => cell(result, m)).join(" | ")} |`,
      );
    }
    lines.push("");
  }
  return [...summarize(store, names, switches), "", ...lines].join("\n");
}

/** How many numbers of all pairs are worse and better without each component, beyond what counts. */
function summarize(store, names, switches) {
  const shown = measures.filter(({ counts }) => Number.isFinite(counts));
  const lines = [
    `| without | ${shown.map(({ name }) => name).join(" | ")} | all | CPU s |`,
    `|---|${shown.map(() => "---|").join("")}---|---:|`,
  ];
  for (const component of switches) {
    if (component === "default") continue;
    let [worse, better, seconds] = [0, 0, 0];
    const cells = shown.map(({ of, judged = (value) => value, better: sign, counts }) => {
      let [down, up] = [0, 0];
      for (const name of names) {
        const [usual, without] = [store[`${name} | default`], store[`${name} | ${component}`]];
        if (!usual || !without) continue;
        const [one, other] = [of(usual), of(without)];
        if (typeof one !== "number" || typeof other !== "number") continue;
        const gain = sign * (judged(other) - judged(one));
        if (gain < -counts) down++;
        if (gain > counts) up++;
      }
      worse += down;
      better += up;
      return `${down} − ${up}`;
    });
    for (const name of names) {
      const [usual, without] = [store[`${name} | default`], store[`${name} | ${component}`]];
      if (usual && without) seconds += without.cpu - usual.cpu;
    }
    lines.push(
      `| ${component} | ${cells.join(" | ")} | **${worse} − ${better}** | ${seconds > 0 ? "+" : ""}${seconds.toFixed(0)} |`,
    );
  }
  return lines;
}

const begin = "<!-- table -->";
const program = mkdtempSync(join(tmpdir(), "emend-program-"));
const { cli } = bundles[0].entryPoints;
await build({ ...bundles[0], entryPoints: { cli }, outdir: program });
const store = existsSync(settings.store) ? JSON.parse(readFileSync(settings.store, "utf8")) : {};
const [names, switches] = [chosen(cases, settings.cases), chosen(components, settings.components)];
try {
  for (const name of names) {
    for (const component of switches) {
      const key = `${name} | ${component}`;
      if (store[key] !== undefined && !settings.again) continue;
      store[key] = await refine(join(program, "cli.js"), name, components[component]);
      mkdirSync(dirname(settings.store), { recursive: true });
      writeFileSync(settings.store, JSON.stringify(store));
      process.stderr.write(`${key}: ${store[key].cpu.toFixed(1)} s\n`);
    }
  }
} finally {
  rmSync(program, { recursive: true, force: true });
}
const table = describe(store, names, switches);
if (settings.write === undefined) process.stdout.write(`${table}\n`);
else {
  const page = resolve(settings.write);
  const text = readFileSync(page, "utf8");
  writeFileSync(page, `${text.slice(0, text.indexOf(begin) + begin.length)}\n\n${table}`);
}
