// Reads MRC2014 and CCP4 maps into the density map type, whatever their axis order, byte order and number type.
import { addDiagnostic } from "../../base/diagnostics.ts";
import { InputError } from "../../base/errors.ts";
import type { RunContext } from "../../base/run-context.ts";
import { orthogonalization } from "../../crystal/unit-cell.ts";
import type { DensityMap, GridSize, Vector3 } from "../../density/map.ts";
import { bytesPerVoxel, headerBytes, type MrcHeader, readMrcHeader } from "./mrc-header.ts";

export interface MapFile {
  readonly map: DensityMap;
  /** The same voxels in the frame of the other origin convention, where header words NSTART and ORIGIN disagree. */
  readonly alternative: DensityMap | null;
  readonly header: MrcHeader;
  readonly fileName: string;
}

/** Reads a map; the frame follows NSTART or ORIGIN, whichever is set. Throws InputError MRC_* naming the header word or voxel. */
export function readMrc(bytes: Uint8Array, fileName: string, context: RunContext): MapFile {
  const header = readMrcHeader(bytes, fileName);
  reportHeader(header, bytes.length, fileName, context);
  const { fileSize, fileStart, axes } = header;
  const size = toSpatial(fileSize, axes);
  const start = toSpatial(fileStart, axes);
  const values = readValues(bytes, header, fileName);
  const common = { values, size, sampling: header.sampling, cell: header.cell };
  const [chosen, other] = chooseFrame(header, start, fileName, context);
  return {
    map: { ...common, ...chosen },
    alternative: other ? { ...common, ...other } : null,
    header,
    fileName,
  };
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

/** Voxels in x-fastest order, checked to be finite. */
function readValues(bytes: Uint8Array, header: MrcHeader, fileName: string): Float32Array {
  const { fileSize, axes, extendedBytes, mode } = header;
  const [columns, rows, sections] = fileSize;
  const [nx, ny] = toSpatial(fileSize, axes);
  const spatialStride = [1, nx, nx * ny];
  const stride = axes.map((axis) => spatialStride[axis]!) as [number, number, number];
  const values = new Float32Array(columns * rows * sections);
  const read = voxelReader(bytes, header, headerBytes + extendedBytes);
  let badCount = 0;
  let firstBad = -1;
  let source = 0;
  for (let section = 0; section < sections; section++) {
    for (let row = 0; row < rows; row++) {
      let target = section * stride[2] + row * stride[1];
      for (let column = 0; column < columns; column++) {
        const value = read(source);
        // Infinity minus itself is NaN, so one test finds both.
        if (value - value !== 0) {
          badCount++;
          if (firstBad < 0) firstBad = source;
        }
        values[target] = value;
        target += stride[0];
        source++;
      }
    }
  }
  if (badCount > 0) {
    const column = firstBad % columns;
    const row = Math.floor(firstBad / columns) % rows;
    const section = Math.floor(firstBad / (columns * rows));
    throw new InputError({
      code: "MRC_NOT_FINITE",
      message: `${badCount} voxel${badCount === 1 ? " is" : "s are"} NaN or infinite (mode ${mode})`,
      file: fileName,
      place: `voxel column ${column}, row ${row}, section ${section}`,
      hint: "Replace them, for instance by zero, in the program that wrote the map",
    });
  }
  return values;
}

/** Reads voxel number n of the file as a number. */
function voxelReader(bytes: Uint8Array, header: MrcHeader, begin: number): (index: number) => number {
  const { mode, littleEndian } = header;
  const [columns, rows, sections] = header.fileSize;
  const count = columns * rows * sections;
  const view = new DataView(bytes.buffer, bytes.byteOffset + begin, count * bytesPerVoxel[mode]!);
  if (mode === 0) return (index) => view.getInt8(index);
  if (mode === 1) return (index) => view.getInt16(2 * index, littleEndian);
  if (mode === 6) return (index) => view.getUint16(2 * index, littleEndian);
  if (mode === 12) return (index) => halfToNumber(view.getUint16(2 * index, littleEndian));
  if (littleEndian) {
    // A copy is aligned, whatever the extended header's length. Node's Buffer has a slice that does not copy.
    const words = new Float32Array(count);
    new Uint8Array(words.buffer).set(bytes.subarray(begin, begin + 4 * count));
    return (index) => words[index]!;
  }
  return (index) => view.getFloat32(4 * index, littleEndian);
}

/** IEEE 754 half precision. */
export function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
