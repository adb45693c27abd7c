// Voxels of MRC files: any number type, byte order and axis order into floats that run fastest along x.
import { InputError } from "../../base/errors.ts";
import type { MapBlock } from "../../density/map.ts";
import type { ByteSource } from "../byte-source.ts";
import { bytesPerVoxel, headerBytes, type MrcHeader } from "./mrc-header.ts";

/**
 * Files are read in pieces of about this many bytes, into memory that is used again: a piece is looked at and moved while it is
 * in the processor's cache, and each page of the voxels is touched by one copy only. Where pages are mapped apart for the system
 * and for programs, as on virtual machines, a page that the system fills first costs twice.
 */
const pieceBytes = 1 << 18;

/** Float32Array's own byte order. */
const littleEndianMachine = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Voxels of a block, checked to be finite. Throws InputError MRC_NOT_FINITE with count and place. */
export function readVoxels(source: ByteSource, header: MrcHeader, block: MapBlock, fileName: string): Float32Array {
  const bad = createBadVoxels();
  const values = presentVoxels(source, header, block, bad) ?? readPieces(source, header, block, bad);
  failWhereBad(bad, header, fileName);
  return values;
}

/** The voxels where they are, if they are in memory as they are wanted; null elsewhere. */
function presentVoxels(source: ByteSource, header: MrcHeader, block: MapBlock, bad: BadVoxels): Float32Array | null {
  const isWhole = block.size.every((length, axis) => length === header.fileSize[header.axes.indexOf(axis)]);
  const isPlain = header.mode === 2 && header.axes.join() === "0,1,2" && header.littleEndian === littleEndianMachine;
  if (!(source.inMemory && isPlain && isWhole)) return null;
  const count = block.size[0] * block.size[1] * block.size[2];
  const bytes = source.read(headerBytes + header.extendedBytes, 4 * count);
  if (bytes.byteOffset % 4 !== 0) return null;
  const values = new Float32Array(bytes.buffer, bytes.byteOffset, count);
  checkFinite(values, 0, count, 0, bad);
  return values;
}

/** Counts what is not finite from `begin` to `end`; the number of `begin` in the order of the file is `voxel`. */
function checkFinite(values: Float32Array, begin: number, end: number, voxel: number, bad: BadVoxels): void {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  for (let first = begin; first < end; first += bitsPerTest) {
    const last = Math.min(end, first + bitsPerTest);
    if (areFinite(bits, first, last)) continue;
    for (let at = first; at < last; at++)
      if ((bits[at]! & exponentBits) === exponentBits) addBad(bad, voxel + at - begin);
  }
}

/** All of them set: NaN or infinity. */
const exponentBits = 0x7f800000;
/** One more in the exponent overflows into the sign where all of its bits are set. */
const exponentStep = 0x00800000;
const bitsPerTest = 1 << 16;

/** Whether none of these floats is NaN or infinite. */
function areFinite(bits: Int32Array, begin: number, end: number): boolean {
  let first = 0;
  let second = 0;
  let third = 0;
  let fourth = 0;
  let at = begin;
  for (; at + 4 <= end; at += 4) {
    first |= (bits[at]! & exponentBits) + exponentStep;
    second |= (bits[at + 1]! & exponentBits) + exponentStep;
    third |= (bits[at + 2]! & exponentBits) + exponentStep;
    fourth |= (bits[at + 3]! & exponentBits) + exponentStep;
  }
  for (; at < end; at++) first |= (bits[at]! & exponentBits) + exponentStep;
  return (first | second | third | fourth) >= 0;
}

function swapWords(bytes: Uint8Array): void {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    words[at] = (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
  }
}

/** A part of the block that is read at once: whole rows, some of them of one or more sections. */
interface Piece {
  readonly numbers: FileNumbers;
  /** Voxels of each row in the file. */
  readonly columns: number;
  /** Columns, rows and sections of the part. */
  readonly size: readonly [number, number, number];
  /** First column that is wanted. */
  readonly firstColumn: number;
  /** Number of the first voxel of the piece and of each of its sections after it, in the order of the file. */
  readonly voxel: number;
  readonly sectionVoxels: number;
  /** Where the first voxel goes, and how far apart the next ones along column, row and section go. */
  readonly target: number;
  readonly stride: readonly [number, number, number];
}

type FileNumbers = Float32Array | Int8Array | Int16Array | Uint16Array;

/** Some rows of the file at a time; of each, the columns of the block. */
function readPieces(source: ByteSource, header: MrcHeader, block: MapBlock, bad: BadVoxels): Float32Array {
  const { fileSize, axes } = header;
  const [columns, rows] = fileSize;
  const first = axes.map((axis) => block.begin[axis]!) as [number, number, number];
  const size = axes.map((axis) => block.size[axis]!) as [number, number, number];
  const spatialStride = [1, block.size[0], block.size[0] * block.size[1]];
  const stride = axes.map((axis) => spatialStride[axis]!) as [number, number, number];
  const values = new Float32Array(size[0] * size[1] * size[2]);
  const rowBytes = columns * bytesPerVoxel[header.mode]!;
  // Sections that lie side by side along x are read together, so that what is written next to each other is in the cache.
  const sectionStep = stride[2] === 1 ? Math.min(size[2], sectionsTogether) : 1;
  const rowStep = Math.min(size[1], Math.max(1, Math.floor(pieceBytes / (rowBytes * sectionStep))));
  const scratch = new Uint8Array(rowBytes * rowStep * sectionStep);
  const room = header.mode === 12 ? new Float32Array(scratch.length / 2) : null;
  for (let section = 0; section < size[2]; section += sectionStep) {
    for (let row = 0; row < size[1]; row += rowStep) {
      const part = [size[0], Math.min(rowStep, size[1] - row), Math.min(sectionStep, size[2] - section)] as const;
      const firstRow = (first[2] + section) * rows + first[1] + row;
      const bytes = scratch.subarray(0, part[1] * part[2] * rowBytes);
      for (let plane = 0; plane < part[2]; plane++) {
        const begin = headerBytes + header.extendedBytes + (firstRow + plane * rows) * rowBytes;
        source.readInto(bytes.subarray(plane * part[1] * rowBytes, (plane + 1) * part[1] * rowBytes), begin);
      }
      const piece: Piece = {
        numbers: numbersOf(bytes, header, room),
        columns,
        size: part,
        firstColumn: first[0],
        voxel: firstRow * columns,
        sectionVoxels: rows * columns,
        target: section * stride[2] + row * stride[1],
        stride,
      };
      if (stride[0] === 1) moveRows(piece, values, bad);
      else moveTurned(piece, values, bad);
    }
  }
  return values;
}

/** Floats of a cache line. */
const sectionsTogether = 16;

/** Where columns of the file run along x: row by row, or at once where all of them follow each other. */
function moveRows(piece: Piece, values: Float32Array, bad: BadVoxels): void {
  const { numbers, columns, size, firstColumn, voxel, stride } = piece;
  const isDense = size[0] === columns && stride[1] === columns;
  const length = isDense ? columns * size[1] : size[0];
  for (let row = 0; row < (isDense ? 1 : size[1]); row++) {
    const begin = row * columns + firstColumn;
    if (numbers instanceof Float32Array) checkFinite(numbers, begin, begin + length, voxel + begin, bad);
    values.set(numbers.subarray(begin, begin + length), piece.target + row * stride[1]);
  }
}

/** Where rows or sections of the file run along x: these are the inner loop. */
function moveTurned(piece: Piece, values: Float32Array, bad: BadVoxels): void {
  const { numbers, columns, size, firstColumn, voxel, sectionVoxels, stride } = piece;
  const from = [1, columns, columns * size[1]] as const;
  const inner = stride[1] === 1 ? 1 : 2;
  const outer = 3 - inner;
  for (let second = 0; second < size[outer]!; second++) {
    for (let column = 0; column < size[0]; column++) {
      let at = firstColumn + column + second * from[outer]!;
      const begin = piece.target + column * stride[0] + second * stride[outer]!;
      const end = begin + size[inner]!;
      for (let target = begin; target < end; target++) {
        const value = numbers[at]!;
        // Infinity minus itself is NaN, so one test finds both.
        if (value - value !== 0) addBad(bad, voxel + Math.floor(at / from[2]) * sectionVoxels + (at % from[2]));
        values[target] = value;
        at += from[inner]!;
      }
    }
  }
}

/** Numbers of whole rows as they stand in the file; bytes of the other order are turned round in place, half precision goes to `room`. */
function numbersOf(bytes: Uint8Array, { mode, littleEndian }: MrcHeader, room: Float32Array | null): FileNumbers {
  if (mode === 0) return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  const width = bytesPerVoxel[mode]!;
  if (littleEndian !== littleEndianMachine) swap(bytes, width);
  const count = bytes.length / width;
  if (mode === 1) return new Int16Array(bytes.buffer, bytes.byteOffset, count);
  if (mode === 2) return new Float32Array(bytes.buffer, bytes.byteOffset, count);
  const words = new Uint16Array(bytes.buffer, bytes.byteOffset, count);
  if (room === null) return words;
  for (let at = 0; at < count; at++) room[at] = halfToNumber(words[at]!);
  return room;
}

function swap(bytes: Uint8Array, width: number): void {
  if (width === 4) {
    swapWords(bytes);
    return;
  }
  for (let at = 0; at < bytes.length; at += 2) {
    const byte = bytes[at]!;
    bytes[at] = bytes[at + 1]!;
    bytes[at + 1] = byte;
  }
}

/** IEEE 754 half precision. */
export function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1024 + fraction) * halfSteps[exponent]!;
}

/** Distance between numbers of half precision by their exponent. */
const halfSteps = Array.from({ length: 31 }, (_, exponent) => 2 ** (exponent - 25));

interface BadVoxels {
  count: number;
  /** Number of the first one in the order of the file. */
  first: number;
}

function createBadVoxels(): BadVoxels {
  return { count: 0, first: -1 };
}

function addBad(bad: BadVoxels, voxel: number): void {
  if (bad.count === 0 || voxel < bad.first) bad.first = voxel;
  bad.count++;
}

function failWhereBad(bad: BadVoxels, { fileSize, mode }: MrcHeader, fileName: string): void {
  if (bad.count === 0) return;
  const [columns, rows] = fileSize;
  const column = bad.first % columns;
  const row = Math.floor(bad.first / columns) % rows;
  const section = Math.floor(bad.first / (columns * rows));
  throw new InputError({
    code: "MRC_NOT_FINITE",
    message: `${bad.count} voxel${bad.count === 1 ? " is" : "s are"} NaN or infinite (mode ${mode})`,
    file: fileName,
    place: `voxel column ${column}, row ${row}, section ${section}`,
    hint: "Replace them, for instance by zero, in the program that wrote the map",
  });
}
