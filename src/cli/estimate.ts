// How much memory a run takes, from the numbers of atoms and voxels, before it begins.
import { totalmem } from "node:os";
import { describeBytes, requireMemory } from "../base/memory.ts";
import type { RunContext } from "../base/run-context.ts";
import type { GridSize } from "../density/map.ts";

/** Peak memory of a command, measured: a share of its own, and so much per atom and per voxel. */
export interface RunEstimate {
  readonly bytesPerAtom: number;
  readonly bytesPerVoxel: number;
}

/** The program itself, before it has read anything. */
const baseBytes = 90 * 2 ** 20;

export const fitEstimate: RunEstimate = { bytesPerAtom: 600, bytesPerVoxel: 24 };
export const refineEstimate: RunEstimate = { bytesPerAtom: 6000, bytesPerVoxel: 24 };

/** Of a voxel's bytes, those in the kernels' memory, of which there are 4 GiB at most. */
const kernelBytesPerVoxel = 19;
const kernelLimit = 2 ** 32;

/** Part of the machine's memory that a run may take unless --max-memory says otherwise. */
const defaultShare = 0.8;

/** Bytes a run may take: what is given in GiB, or four fifths of what the machine, or the container, has. */
export function memoryLimit(gibibytes: number | undefined): number {
  if (gibibytes !== undefined) return gibibytes * 2 ** 30;
  const constrained = process.constrainedMemory();
  const present = totalmem();
  return defaultShare * (constrained > 0 && constrained < present ? constrained : present);
}

export function voxelsOf(size: GridSize): number {
  return size[0] * size[1] * size[2];
}

function estimateRun({ bytesPerAtom, bytesPerVoxel }: RunEstimate, atoms: number, voxels: number): number {
  return baseBytes + bytesPerAtom * atoms + bytesPerVoxel * voxels;
}

/** Whether a run on so many atoms and voxels stays inside the context's memory and the kernels'. */
export function fits(work: RunEstimate, atoms: number, voxels: number, context: RunContext): boolean {
  return estimateRun(work, atoms, voxels) <= context.memoryLimit && kernelBytesPerVoxel * voxels <= kernelLimit;
}

/** Throws InputError MEMORY_LIMIT with the number and a way out where the run would not fit. */
export function requireRun(work: RunEstimate, atoms: number, size: GridSize, file: string, context: RunContext): void {
  const voxels = voxelsOf(size);
  const what = `${atoms} atoms and ${size.join(" x ")} voxels of the map around them`;
  const hint = "Give a larger --max-memory on a machine that has it, a part of the model, or a map on a coarser grid";
  requireMemory(context, estimateRun(work, atoms, voxels), { what, file, hint });
  const kernels = kernelBytesPerVoxel * voxels;
  requireMemory({ ...context, memoryLimit: Math.min(context.memoryLimit, kernelLimit) }, kernels, {
    what: `${what} (${describeBytes(kernelLimit)} is the most that WebAssembly has)`,
    file,
    hint: "Give a part of the model, or a map on a coarser grid",
  });
}
