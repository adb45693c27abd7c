// Reads MRC2014 and CCP4 maps into the density map type, whatever their axis order, byte order and number type.
import { addDiagnostic } from "../../base/diagnostics.ts";
import { requireMemory } from "../../base/memory.ts";
import type { RunContext } from "../../base/run-context.ts";
import { orthogonalization } from "../../crystal/unit-cell.ts";
import type { DensityMap, GridSize, MapBlock, MapGrid } from "../../density/map.ts";
import type { Vector3 } from "../../math/vector3.ts";
import { type ByteSource, toSource } from "../byte-source.ts";
import { bytesPerVoxel, headerBytes, type MrcHeader, readMrcHeader } from "./mrc-header.ts";
import { readVoxels } from "./read-voxels.ts";

export interface MapFile {
  readonly map: DensityMap;
  /** The same voxels in the frame of the other origin convention, where header words NSTART and ORIGIN disagree. */
  readonly alternative: DensityMap | null;
  readonly header: MrcHeader;
  readonly fileName: string;
}

/** Chooses from the frames of a map, before its voxels are read, which part is wanted; null for the whole. */
export type ChooseBlock = (frames: readonly MapGrid[]) => MapBlock | null;

/**
 * Reads a map; the frame follows NSTART or ORIGIN, whichever is set. Voxels may share memory with bytes that are given.
 * Throws InputError MRC_* naming the header word or voxel, MEMORY_LIMIT where the voxels would not fit.
 */
export function readMrc(
  content: Uint8Array | ByteSource,
  fileName: string,
  context: RunContext,
  chooseBlock: ChooseBlock = () => null,
): MapFile {
  const source = toSource(content);
  const header = readMrcHeader(source.read(0, headerBytes), source.size, fileName);
  reportHeader(header, source.size, fileName, context);
  const size = toSpatial(header.fileSize, header.axes);
  const start = toSpatial(header.fileStart, header.axes);
  const frames = chooseFrame(header, start, fileName, context)
    .filter((frame) => frame !== null)
    .map((frame) => ({ size, sampling: header.sampling, cell: header.cell, ...frame }));
  const block = chooseBlock(frames) ?? { begin: [0, 0, 0], size };
  const voxels = block.size[0] * block.size[1] * block.size[2];
  requireMemory(context, 4 * voxels, { what: `The map's ${block.size.join(" x ")} voxels`, file: fileName });
  const values = readVoxels(source, header, block, fileName);
  const [map, alternative = null] = frames.map((frame) => ({
    ...frame,
    values,
    size: block.size,
    start: frame.start.map((first, axis) => first + block.begin[axis]!) as [number, number, number],
  }));
  return { map: map!, alternative, header, fileName };
}

interface Frame {
  readonly start: GridSize;
  readonly offset: Vector3;
}

function toSpatial(fileOrder: readonly number[], axes: readonly number[]): [number, number, number] {
  const spatial: [number, number, number] = [0, 0, 0];
  axes.forEach((axis, index) => {
    spatial[axis] = fileOrder[index]!;
  });
  return spatial;
}

/** NSTART or ORIGIN, whichever is set; both and different: NSTART, with a warning. The second frame is the one not taken. */
function chooseFrame(header: MrcHeader, start: GridSize, fileName: string, context: RunContext): [Frame, Frame | null] {
  const { origin, cell, sampling } = header;
  const hasStart = start.some((value) => value !== 0);
  const hasOrigin = origin.some((value) => value !== 0);
  const byStart: Frame = { start, offset: [0, 0, 0] };
  const byOrigin: Frame = { start: [0, 0, 0], offset: [origin[0], origin[1], origin[2]] };
  if (!hasOrigin) return [byStart, null];
  if (!hasStart) return [byOrigin, byStart];
  const o = orthogonalization(cell);
  const f = start.map((value, axis) => value / sampling[axis]!) as [number, number, number];
  const corner = [o[0] * f[0] + o[1] * f[1] + o[2] * f[2], o[4] * f[1] + o[5] * f[2], o[8] * f[2]];
  if (corner.every((value, axis) => Math.abs(value - origin[axis]!) < 0.01)) return [byStart, null];
  addDiagnostic(
    context.diagnostics,
    "warning",
    "MRC_ORIGIN_CONFLICT",
    "Header words NSTART and ORIGIN are both set and disagree: NSTART is used",
    `${fileName}: NSTART gives ${corner.map((value) => value.toFixed(2)).join(", ")}, ORIGIN ${origin.map((value) => value.toFixed(2)).join(", ")}`,
  );
  return [byStart, byOrigin];
}

function reportHeader(header: MrcHeader, fileBytes: number, fileName: string, context: RunContext): void {
  const warn = (code: string, message: string): void =>
    addDiagnostic(context.diagnostics, "warning", code, message, fileName);
  if (!header.hasMapWord) warn("MRC_NO_MAP_WORD", "Header word 53 does not say MAP");
  if (!header.stampKnown)
    warn("MRC_MACHINE_STAMP", "The machine stamp is unknown: byte order taken from the header's values");
  if (!header.originMakesSense) warn("MRC_ORIGIN", "Header words 50-52, the origin, make no sense and are ignored");
  const [nx, ny, nz] = header.fileSize;
  const needed = headerBytes + header.extendedBytes + nx * ny * nz * bytesPerVoxel[header.mode]!;
  if (fileBytes > needed) warn("MRC_TRAILING_BYTES", "Bytes after the last voxel are ignored");
}
