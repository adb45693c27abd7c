// How much memory a run takes, from the numbers of atoms and voxels, before it begins.
import { totalmem } from "node:os";
import { describeBytes, requireMemory } from "../base/memory.ts";
import type { RunContext } from "../base/run-context.ts";
import type { MapGrid } from "../density/map.ts";
import { samplingGrid } from "../scattering/model-map.ts";

/** What is to be done. */
export interface Work {
  readonly kind: "fit" | "refine";
  /** Angstrom; null where it is not known yet. */
  readonly resolution: number | null;
  /** Further maps of the same grid: half maps, masks. */
  readonly companions?: number;
}

/** Bytes of the whole process at its peak, and those of them that lie in the kernels' memory. */
export interface MemoryEstimate {
  readonly total: number;
  readonly kernels: number;
}

const mebibyte = 2 ** 20;
/** The program itself, before it has read anything. */
const baseBytes = 90 * mebibyte;
/** The map as read, masks, and what sorting and local correlations need, per voxel. */
const mapBytes = { fit: 18, refine: 10 };
/** Tables of atoms, residues and restraints; on top of it what the engine has not collected yet, which ends somewhere. */
const bytesPerAtom = { fit: 1300, refine: 1400 };
const uncollectedPerAtom = { fit: 1700, refine: 3000 };
const mostUncollected = { fit: 40 * mebibyte, refine: 250 * mebibyte };
/** Terms, pairs, springs, curvature and vectors of a minimisation in the kernels' memory, per atom. */
const termBytesPerAtom = 1400;
/** Coordinates, map values and their gradients in the kernels' memory, per atom. */
const samplerBytesPerAtom = 70;
/** Positions, Gaussians and radii of the atoms of a model map, per atom. */
const scatteringBytesPerAtom = 112;
/** Points per voxel along each axis, and in all, of the grid for terms of a model out to the corner (scattering/model-terms.ts). */
const cornerOversampling = 1.5;
const mostTermPoints = 2 ** 28;
const kernelLimit = 2 ** 32;
/** Share of the kernels' memory that arrays of such sizes fill: the rest is gaps between them. */
const filledShare = 0.8;

/** Part of the machine's memory that a run may take unless --max-memory says otherwise. */
const defaultShare = 0.8;

/** Bytes a run may take: what is given in GiB, or four fifths of what the machine, or the container, has. */
export function memoryLimit(gibibytes: number | undefined): number {
  if (gibibytes !== undefined) return gibibytes * 2 ** 30;
  const constrained = process.constrainedMemory();
  const present = totalmem();
  return defaultShare * (constrained > 0 && constrained < present ? constrained : present);
}

/** Peak of a run on so many atoms and the part of a map that is read. */
export function estimateMemory(
  { kind, resolution, companions = 0 }: Work,
  atoms: number,
  grid: MapGrid,
): MemoryEstimate {
  const { size, sampling, cell } = grid;
  const voxels = size[0] * size[1] * size[2];
  const boxCell = {
    ...cell,
    a: (cell.a * size[0]) / sampling[0],
    b: (cell.b * size[1]) / sampling[1],
    c: (cell.c * size[2]) / sampling[2],
  };
  const finest = (2 * cell.a) / sampling[0];
  const model = samplingGrid({ boxCell }, resolution ?? finest).size;
  const modelSamples = model[0] * model[1] * model[2];
  // Shell correlations with a model go to the corner of the map's grid, or to what the memory holds.
  const cornerSamples = Math.min(mostTermPoints, voxels * cornerOversampling ** 3);
  const samples = kind === "fit" ? Math.max(modelSamples, cornerSamples) : modelSamples;
  // A model map is kept while another one is made: density and spectrum, or spectrum, spectrum of the map's grid, and map.
  const transforms = 4 * voxels + Math.max(8 * samples + scatteringBytesPerAtom * atoms, 4 * samples + 8 * voxels);
  const kernels =
    kind === "fit"
      ? transforms
      : 4 * voxels + samplerBytesPerAtom * atoms + Math.max(transforms, termBytesPerAtom * atoms);
  const uncollected = Math.min(mostUncollected[kind], uncollectedPerAtom[kind] * atoms);
  return {
    kernels,
    total: baseBytes + kernels + (mapBytes[kind] + 4 * companions) * voxels + bytesPerAtom[kind] * atoms + uncollected,
  };
}

/** Whether a run on so many atoms and voxels stays inside the context's memory and the kernels'. */
export function fits(work: Work, atoms: number, grid: MapGrid, context: RunContext): boolean {
  const { total, kernels } = estimateMemory(work, atoms, grid);
  return total <= context.memoryLimit && kernels <= filledShare * kernelLimit;
}

/** Throws InputError MEMORY_LIMIT with the number and a way out where the run would not fit. */
export function requireRun(work: Work, atoms: number, grid: MapGrid, file: string, context: RunContext): void {
  const { total, kernels } = estimateMemory(work, atoms, grid);
  const what = `${atoms} atoms and ${grid.size.join(" x ")} voxels of the map around them`;
  const hint = "Give a larger --max-memory on a machine that has it, a part of the model, or a map on a coarser grid";
  requireMemory(context, total, { what, file, hint });
  requireMemory({ ...context, memoryLimit: kernelLimit }, kernels / filledShare, {
    what: `${what} (${describeBytes(kernelLimit)} is the most that WebAssembly has)`,
    file,
    hint: "Give a part of the model, or a map on a coarser grid",
  });
}
