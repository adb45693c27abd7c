// The 1024-byte header of MRC2014 and CCP4 maps: decoding and sanity checks.
import { InputError } from "../../base/errors.ts";
import type { UnitCell } from "../../crystal/unit-cell.ts";

export const headerBytes = 1024;
/** More voxels or intervals along an edge are taken as damage. */
const largestEdge = 1 << 24;
/** Longer extended headers are taken as damage. */
const largestExtendedHeader = 4 * 1024 * 1024;

export interface MrcHeader {
  readonly littleEndian: boolean;
  readonly stampKnown: boolean;
  readonly hasMapWord: boolean;
  /** Columns, rows, sections as stored. */
  readonly fileSize: readonly [number, number, number];
  readonly mode: number;
  readonly fileStart: readonly [number, number, number];
  /** Grid intervals of the cell along x, y, z. */
  readonly sampling: readonly [number, number, number];
  readonly cell: UnitCell;
  /** Which axis (0 x, 1 y, 2 z) columns, rows and sections run along. */
  readonly axes: readonly [number, number, number];
  readonly spaceGroup: number;
  readonly extendedBytes: number;
  /** Angstrom; zero where the words make no sense. */
  readonly origin: readonly [number, number, number];
  readonly originMakesSense: boolean;
  readonly labels: readonly string[];
}

export const bytesPerVoxel: Readonly<Record<number, number>> = { 0: 1, 1: 2, 2: 4, 6: 2, 12: 2 };

function fail(fileName: string, code: string, message: string, place: string, hint?: string): never {
  throw new InputError({ code, message, file: fileName, place, hint });
}

function looksRight(view: DataView, littleEndian: boolean): boolean {
  const mode = view.getInt32(12, littleEndian);
  const axes = [16, 17, 18].map((word) => view.getInt32(4 * word, littleEndian));
  const sizes = [0, 1, 2].map((word) => view.getInt32(4 * word, littleEndian));
  return (
    [0, 1, 2, 3, 4, 6, 12, 101].includes(mode) &&
    axes.every((axis) => axis >= 0 && axis <= 3) &&
    sizes.every((size) => size > 0 && size <= largestEdge)
  );
}

/** Byte order from whichever order gives sane words, the machine stamp's first; where none does, the stamp's if it is known. */
function byteOrder(view: DataView): { littleEndian: boolean; stampKnown: boolean } | null {
  const stamp = view.getUint8(212);
  const known = stamp === 0x44 || stamp === 0x11;
  const preferred = stamp !== 0x11;
  if (looksRight(view, preferred)) return { littleEndian: preferred, stampKnown: known };
  if (looksRight(view, !preferred)) return { littleEndian: !preferred, stampKnown: false };
  return known && hasMapWord(view) ? { littleEndian: preferred, stampKnown: true } : null;
}

function hasMapWord(view: DataView): boolean {
  return view.getUint32(208, false) === 0x4d415020;
}

/** Whether the bytes begin with a map's header: the word "MAP " and a byte order. */
export function looksLikeMrc(bytes: Uint8Array): boolean {
  if (bytes.length < headerBytes) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, headerBytes);
  return hasMapWord(view) && byteOrder(view) !== null;
}

/** Decodes the header and checks it against the size of the file. Throws InputError MRC_* naming the word. */
export function readMrcHeader(bytes: Uint8Array, fileBytes: number, fileName: string): MrcHeader {
  if (bytes.length < headerBytes) {
    fail(
      fileName,
      "MRC_TRUNCATED",
      `A map needs ${headerBytes} bytes of header, the file has ${fileBytes}`,
      `byte ${fileBytes}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const order = byteOrder(view);
  if (order === null) {
    fail(
      fileName,
      "MRC_NOT_A_MAP",
      "This is not an MRC or CCP4 map",
      "header words 1-4",
      "Give a map in MRC2014 or CCP4 format, plain or gzipped",
    );
  }
  const { littleEndian, stampKnown } = order;
  const integer = (word: number): number => view.getInt32(4 * (word - 1), littleEndian);
  const real = (word: number): number => view.getFloat32(4 * (word - 1), littleEndian);
  const triple = (word: number, read: (at: number) => number): [number, number, number] => [
    read(word),
    read(word + 1),
    read(word + 2),
  ];
  const origin = triple(50, real);
  const originMakesSense = origin.every((value) => Math.abs(value) < 1e6);
  const header: MrcHeader = {
    littleEndian,
    stampKnown,
    hasMapWord: hasMapWord(view),
    fileSize: triple(1, integer),
    mode: integer(4),
    fileStart: triple(5, integer),
    sampling: triple(8, integer),
    cell: readCell(triple(11, real), triple(14, real)),
    axes: triple(17, integer).map((axis) => axis - 1) as [number, number, number],
    spaceGroup: integer(23),
    extendedBytes: integer(24),
    origin: originMakesSense ? origin : [0, 0, 0],
    originMakesSense,
    labels: readLabels(bytes, integer(56)),
  };
  return checkHeader(header, fileBytes, fileName);
}

function readCell(edges: [number, number, number], angles: [number, number, number]): UnitCell {
  const [a, b, c] = edges;
  const [alpha, beta, gamma] = angles.every((angle) => angle === 0) ? [90, 90, 90] : angles;
  return { a, b, c, alpha: alpha!, beta: beta!, gamma: gamma! };
}

function readLabels(bytes: Uint8Array, count: number): string[] {
  const labels: string[] = [];
  for (let label = 0; label < Math.min(Math.max(count, 0), 10); label++) {
    const raw = bytes.subarray(224 + 80 * label, 304 + 80 * label);
    labels.push(
      Array.from(raw, (byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : " "))
        .join("")
        .trimEnd(),
    );
  }
  return labels;
}

function checkHeader(header: MrcHeader, fileBytes: number, fileName: string): MrcHeader {
  // Axes all zero mean the default order in old files.
  const axes: MrcHeader["axes"] = header.axes.every((axis) => axis === -1) ? [0, 1, 2] : header.axes;
  if (axes.toSorted().join() !== "0,1,2") {
    const written = axes.map((axis) => axis + 1).join(",");
    fail(fileName, "MRC_AXES", `Axis order ${written} is not a permutation of 1,2,3`, "header words 17-19");
  }
  checkContents(header, fileName);
  checkCell(header, fileName);
  checkLength(header, fileBytes, fileName);
  return { ...header, axes };
}

function checkContents({ mode, spaceGroup, fileSize, fileStart, sampling }: MrcHeader, fileName: string): void {
  if (mode === 3 || mode === 4)
    fail(fileName, "MRC_TRANSFORM", "This file holds a Fourier transform, not a map", "header word 4");
  if (bytesPerVoxel[mode] === undefined) {
    fail(fileName, "MRC_MODE", `Map mode ${mode} is not one of 0, 1, 2, 6, 12`, "header word 4");
  }
  if (fileSize.some((size) => size <= 0 || size > largestEdge)) {
    fail(fileName, "MRC_SIZE", `A size of ${fileSize.join(" x ")} voxels makes no sense`, "header words 1-3");
  }
  if (sampling.some((intervals) => intervals <= 0 || intervals > largestEdge)) {
    fail(fileName, "MRC_SAMPLING", `Cell sampling ${sampling.join(", ")} makes no sense`, "header words 8-10");
  }
  if (fileStart.some((start) => Math.abs(start) > largestEdge)) {
    fail(fileName, "MRC_START", `A first voxel at ${fileStart.join(", ")} makes no sense`, "header words 5-7");
  }
  // In a stack of volumes, word 10 is the number of sections of one volume.
  if (spaceGroup === 401 && sampling[2] < fileSize[2])
    fail(fileName, "MRC_STACK", "This file is a stack of volumes", "header word 23", "Extract one volume");
}

function checkCell({ cell }: MrcHeader, fileName: string): void {
  const edges = [cell.a, cell.b, cell.c];
  if (!edges.every((edge) => edge > 0 && edge < 1e6)) {
    fail(fileName, "MRC_CELL", `Cell edges ${edges.join(", ")} make no sense`, "header words 11-13");
  }
  const angles = [cell.alpha, cell.beta, cell.gamma];
  const [a, b, c] = angles.map((angle) => Math.cos((angle * Math.PI) / 180)) as [number, number, number];
  const squaredVolume = 1 - a * a - b * b - c * c + 2 * a * b * c;
  if (!angles.every((angle) => angle > 10 && angle < 170) || !(squaredVolume > 1e-4)) {
    fail(fileName, "MRC_CELL", `Cell angles ${angles.join(", ")} make no sense`, "header words 14-16");
  }
}

function checkLength({ fileSize, mode, extendedBytes }: MrcHeader, fileBytes: number, fileName: string): void {
  if (extendedBytes < 0 || extendedBytes > largestExtendedHeader || headerBytes + extendedBytes > fileBytes) {
    const message = `An extended header of ${extendedBytes} bytes does not fit the file`;
    fail(fileName, "MRC_EXTENDED_HEADER", message, "header word 24");
  }
  const needed = headerBytes + extendedBytes + fileSize[0] * fileSize[1] * fileSize[2] * bytesPerVoxel[mode]!;
  if (fileBytes >= needed) return;
  fail(
    fileName,
    "MRC_TRUNCATED",
    `The map is truncated: ${fileSize.join(" x ")} voxels of mode ${mode} need ${needed} bytes, the file has ${fileBytes}`,
    `byte ${fileBytes}`,
    "Copy or download the file again",
  );
}
