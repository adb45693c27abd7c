// Model maps of copies of the example against gemmi's in the same run: CPU time of density, transform, cut and inverse.
// usage: node tools/compare-gemmi.mjs [repeats]; skips with a message where Python has no gemmi. Build the kernels first.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadSource } from "./load-source.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const repeats = Number(process.argv[2] ?? 3);
const python = process.env.PYTHON ?? "/usr/bin/python3";
const resolution = 3;
/** Edge of the box in Angstrom, which is also its number of grid points, and copies of the example in it. */
const cases = [
  { edge: 72, copies: 1 },
  { edge: 144, copies: 11 },
  { edge: 240, copies: 99 },
];
/** Angstrom between copies. */
const spacing = 48;

const script = `
import json, sys, time
import gemmi
path, edge, repeats, d_min, out = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), sys.argv[5]
structure = gemmi.read_structure(path)
structure.cell = gemmi.UnitCell(edge, edge, edge, 90, 90, 90)
structure.spacegroup_hm = "P 1"
times = []
for repeat in range(repeats):
    begin = time.process_time()
    calculator = gemmi.DensityCalculatorE()
    calculator.d_min = d_min
    calculator.rate = 1.5
    calculator.set_grid_cell_and_spacegroup(structure)
    calculator.set_refmac_compatible_blur(structure[0])
    calculator.put_model_density_on_grid(structure[0])
    factors = gemmi.transform_map_to_f_phi(calculator.grid, half_l=True)
    kept = factors.prepare_asu_data(dmin=d_min, unblur=calculator.blur)
    size = [calculator.grid.nu, calculator.grid.nv, calculator.grid.nw]
    result = gemmi.transform_f_phi_grid_to_map(kept.get_f_phi_on_grid(size, half_l=True))
    times.append(1000 * (time.process_time() - begin))
import numpy
numpy.array(result, copy=False).astype("float32").transpose(2, 1, 0).tofile(out)
print(json.dumps({"ms": sorted(times)[len(times) // 2], "size": size, "version": gemmi.__version__}))
`;

if (spawnSync(python, ["-c", "import gemmi, numpy"]).status !== 0) {
  console.log(`Skipped: ${python} has no gemmi and numpy`);
  process.exit(0);
}

const lines = readFileSync(join(root, "example/model.pdb"), "utf8")
  .split("\n")
  .filter((line) => /^(ATOM|HETATM)/.test(line));

/** The example's atoms, copied on a lattice that starts in a corner of the box. */
function copiesOf(count, edge) {
  const perAxis = Math.floor(edge / spacing);
  const text = [];
  for (let copy = 0; copy < count; copy++) {
    const place = [copy % perAxis, Math.floor(copy / perAxis) % perAxis, Math.floor(copy / perAxis ** 2)];
    for (const line of lines) {
      const xyz = place.map((step, axis) => Number(line.slice(30 + 8 * axis, 38 + 8 * axis)) + spacing * step);
      text.push(line.slice(0, 30) + xyz.map((value) => value.toFixed(3).padStart(8)).join("") + line.slice(54));
    }
  }
  return `${text.join("\n")}\nEND\n`;
}

const folder = mkdtempSync(join(tmpdir(), "compare-gemmi-"));
try {
  const library = await loadSource([
    "kernels/engine.ts",
    "density/map.ts",
    "io/read-model.ts",
    "base/run-context.ts",
    "scattering/model-map.ts",
  ]);
  for (const { edge, copies } of cases) await compare(library, edge, copies);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function compare(library, edge, copies) {
  const file = join(folder, `${copies}.pdb`);
  const text = copiesOf(copies, edge);
  writeFileSync(file, text);
  const mapFile = join(folder, `${copies}.raw`);
  const run = spawnSync(python, ["-c", script, file, `${edge}`, `${repeats}`, `${resolution}`, mapFile], {
    encoding: "utf8",
    maxBuffer: 1e9,
  });
  if (run.status !== 0) throw new Error(run.stderr);
  const other = JSON.parse(run.stdout);
  const bytes = readFileSync(mapFile);
  const theirs = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const own = await ownMap(library, Buffer.from(text), edge);
  const ratio = own.ms / other.ms;
  console.log(
    `${own.atoms} atoms on ${edge}^3 at ${resolution} A: ${own.ms.toFixed(0)} ms, gemmi ${other.version} ` +
      `${other.ms.toFixed(0)} ms, ratio ${ratio.toFixed(2)}, correlation ${correlation(own.values, theirs).toFixed(6)}`,
  );
}

async function ownMap(library, bytes, edge) {
  const context = library.createRunContext();
  const { atoms } = await library.readModel(bytes, "copies.pdb", context);
  const engine = library.createEngine();
  const frame = library.mapFrame({
    size: [edge, edge, edge],
    start: [0, 0, 0],
    sampling: [edge, edge, edge],
    cell: { a: edge, b: edge, c: edge, alpha: 90, beta: 90, gamma: 90 },
    offset: [0, 0, 0],
  });
  const times = [];
  let values = new Float32Array(0);
  for (let repeat = 0; repeat < repeats; repeat++) {
    const began = process.cpuUsage();
    const factors = library.computeStructureFactors(engine, atoms, frame, { resolution, table: "electron" }, context);
    const map = library.mapFromStructureFactors(engine, factors);
    const used = process.cpuUsage(began);
    times.push((used.user + used.system) / 1000);
    values = Float32Array.from(map);
    library.freeStructureFactors(engine, factors);
    engine.memory.free(map);
  }
  return { ms: times.toSorted((a, b) => a - b)[repeats >> 1], values, atoms: atoms.count };
}

function correlation(first, second) {
  let [x, y, xx, yy, xy] = [0, 0, 0, 0, 0];
  for (let at = 0; at < first.length; at++) {
    x += first[at];
    y += second[at];
    xx += first[at] ** 2;
    yy += second[at] ** 2;
    xy += first[at] * second[at];
  }
  const n = first.length;
  return (xy - (x * y) / n) / Math.sqrt((xx - (x * x) / n) * (yy - (y * y) / n));
}
