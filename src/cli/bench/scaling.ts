// Scaling of the refinement target with atoms and of the transform with voxels.
import { createRunContext, type RunContext } from "../../base/run-context.ts";
import { loadDictionary } from "../../chemistry/dictionary.ts";
import { elementSymbol } from "../../chemistry/elements.ts";
import { type DensityMap, mapFrame } from "../../density/map.ts";
import { readModel } from "../../io/read-model.ts";
import { createEngine } from "../../kernels/engine.ts";
import type { Model } from "../../model/model.ts";
import { createTarget, prepareProblem } from "../../refinement/problem.ts";
import { defaultRefineOptions } from "../../refinement/refine-options.ts";
import { transformTasks } from "./kernel-tasks.ts";
import { type BenchFigure, measureInTurn } from "./measure.ts";

const evaluations = 5;
/** Angstrom by which coordinates move between evaluations, so that none of them can be spared. */
const jitter = 1e-3;

/** Cost of an evaluation of value and gradient per atom, for copies of a model on a lattice, about `counts` atoms each. */
export async function scaleAtoms(model: Model, map: DensityMap, counts: readonly number[]): Promise<BenchFigure[]> {
  const figures: BenchFigure[] = [];
  for (const count of counts) {
    const copies = Math.max(1, Math.round(count / model.atoms.count));
    const context = createRunContext();
    const microseconds = await evaluationCost(model, map, copies, context);
    const name = `${(copies * model.atoms.count).toLocaleString("en")} atoms`;
    figures.push({ group: "atoms", name, unit: "us per atom", value: microseconds });
  }
  return figures;
}

async function evaluationCost(model: Model, map: DensityMap, copies: number, context: RunContext): Promise<number> {
  const edge = Math.ceil(Math.cbrt(copies) - 1e-9);
  const tiles = [edge, Math.min(edge, Math.ceil(copies / edge)), Math.ceil(copies / edge ** 2)] as const;
  const many = await copyModel(model, map, copies, edge, context);
  const engine = createEngine();
  const options = { ...defaultRefineOptions, quality: "fast" as const, resolution: 3 };
  const problem = prepareProblem(engine, many, tileMap(map, tiles), loadDictionary(), options, context);
  const target = createTarget(problem, many.atoms.xyz);
  const x = engine.memory.copyOf(target.packFree());
  const gradient = engine.memory.float64(x.length);
  let sign = 1;
  const evaluate = (): void => {
    for (let at = 0; at < x.length; at += 3) x[at]! += sign * jitter;
    sign = -sign;
    target.objective(x, gradient);
  };
  const [time] = measureInTurn([evaluate], evaluations);
  return (1000 * time!) / many.atoms.count;
}

/** Copies of a model in the cells of a lattice as wide as the map, each in chains of its own. */
async function copyModel(
  { atoms, residues, chains }: Model,
  map: DensityMap,
  copies: number,
  edge: number,
  context: RunContext,
): Promise<Model> {
  const { boxCell } = mapFrame(map);
  const lines = [
    "data_copies",
    "loop_",
    ..."group_PDB id type_symbol label_atom_id label_alt_id label_comp_id label_asym_id label_entity_id label_seq_id Cartn_x Cartn_y Cartn_z occupancy B_iso_or_equiv auth_asym_id auth_seq_id"
      .split(" ")
      .map((item) => `_atom_site.${item}`),
  ];
  for (let copy = 0; copy < copies; copy++) {
    const shift = [
      boxCell.a * (copy % edge),
      boxCell.b * (Math.floor(copy / edge) % edge),
      boxCell.c * Math.floor(copy / edge ** 2),
    ];
    for (let atom = 0; atom < atoms.count; atom++) {
      const residue = atoms.residue[atom]!;
      const chain = `${chains.id[residues.chain[residue]!]}${copy}`;
      const number = residues.sequenceNumber[residue];
      const place = shift.map((step, axis) => (atoms.xyz[3 * atom + axis]! + step).toFixed(3)).join(" ");
      const element = elementSymbol(atoms.element[atom]!);
      lines.push(
        `ATOM ${copy * atoms.count + atom + 1} ${element} ${quoted(atoms.name[atom]!)} . ${residues.name[residue]} ${chain} 1 ` +
          `${number} ${place} ${atoms.occupancy[atom]} ${atoms.bFactor[atom]} ${chain} ${number}`,
      );
    }
  }
  return readModel(new TextEncoder().encode(`${lines.join("\n")}\n`), "copies.cif", context);
}

function quoted(name: string): string {
  return name.includes("'") ? `"${name}"` : name;
}

/** The map repeated along each axis. */
function tileMap(map: DensityMap, tiles: readonly [number, number, number]): DensityMap {
  const [nx, ny, nz] = map.size;
  const size = [nx * tiles[0], ny * tiles[1], nz * tiles[2]] as const;
  const values = new Float32Array(size[0] * size[1] * size[2]);
  for (let z = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      const from = nx * ((y % ny) + ny * (z % nz));
      const row = map.values.subarray(from, from + nx);
      for (let tile = 0; tile < tiles[0]; tile++) values.set(row, size[0] * (y + size[1] * z) + nx * tile);
    }
  }
  return { ...map, values, size };
}

/** Transform and back of cubes, per voxel. */
export function scaleVoxels(edges: readonly number[], repeats: number): BenchFigure[] {
  return edges.map((edge) => {
    const engine = createEngine();
    const { forward, inverse } = transformTasks([edge, edge, edge]);
    const times = measureInTurn([forward(engine), inverse(engine)], repeats);
    const value = (1e6 * (times[0]! + times[1]!)) / edge ** 3;
    return { group: "voxels", name: `${edge}^3`, unit: "ns per voxel", value };
  });
}

/** Largest cost per atom over the least; 1 where the cost grows in step with the number of atoms. */
export function spreadOf(figures: readonly BenchFigure[]): number {
  const values = figures.map(({ value }) => value);
  return values.length === 0 ? 1 : Math.max(...values) / Math.min(...values);
}
