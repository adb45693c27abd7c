// Voxels of MRC files: any number type, byte order and axis order into floats that run fastest along x.
import { InputError } from "../../base/errors.ts";
import type { MapBlock } from "../../density/map.ts";
import type { ByteSource } from "../byte-source.ts";
import { bytesPerVoxel, headerBytes, type MrcHeader } from "./mrc-header.ts";

/** Files are read in pieces of about this many bytes. */
const pieceBytes = 1 << 26;

/** Float32Array's own byte order. */
const littleEndianMachine = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Voxels of a block, checked to be finite. Throws InputError MRC_NOT_FINITE with count and place. */
export function readVoxels(source: ByteSource, header: MrcHeader, block: MapBlock, fileName: string): Float32Array {
  const isWhole = block.size.every((length, axis) => length === header.fileSize[header.axes.indexOf(axis)]);
  const isPlain = header.mode === 2 && header.axes.join() === "0,1,2";
  if (isPlain && isWhole) return readPlain(source, header, fileName);
  return readPieces(source, header, block, fileName);
}

/** Floats in the order they are wanted: no copy where the bytes are in memory and aligned. */
function readPlain(source: ByteSource, header: MrcHeader, fileName: string): Float32Array {
  const begin = headerBytes + header.extendedBytes;
  const [columns, rows, sections] = header.fileSize;
  const count = columns * rows * sections;
  const isNative = header.littleEndian === littleEndianMachine;
  const present = source.inMemory && isNative ? source.read(begin, 4 * count) : null;
  const bytes = present !== null && present.byteOffset % 4 === 0 ? present : new Uint8Array(4 * count);
  if (bytes !== present) source.readInto(bytes, begin);
  const values = new Float32Array(bytes.buffer, bytes.byteOffset, count);
  if (!isNative) swapWords(bytes);
  const bits = new Int32Array(bytes.buffer, bytes.byteOffset, count);
  const bad = createBadVoxels();
  for (let first = 0; first < count; first += bitsPerTest) {
    const end = Math.min(count, first + bitsPerTest);
    if (areFinite(bits, first, end)) continue;
    for (let at = first; at < end; at++) if ((bits[at]! & exponentBits) === exponentBits) addBad(bad, at);
  }
  failWhereBad(bad, header, fileName);
  return values;
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

/** Some sections of the file at a time; of each, the rows and columns of the block. */
function readPieces(source: ByteSource, header: MrcHeader, block: MapBlock, fileName: string): Float32Array {
  const { fileSize, axes, extendedBytes, mode } = header;
  const [columns, rows] = fileSize;
  const first = axes.map((axis) => block.begin[axis]!) as [number, number, number];
  const size = axes.map((axis) => block.size[axis]!) as [number, number, number];
  const spatialStride = [1, block.size[0], block.size[0] * block.size[1]];
  const stride = axes.map((axis) => spatialStride[axis]!) as [number, number, number];
  const values = new Float32Array(size[0] * size[1] * size[2]);
  const rowBytes = columns * bytesPerVoxel[mode]!;
  const rowsPerPiece = Math.max(1, Math.floor(pieceBytes / rowBytes));
  const bad = createBadVoxels();
  for (let section = first[2]; section < first[2] + size[2]; section++) {
    for (let row = first[1]; row < first[1] + size[1]; row += rowsPerPiece) {
      const count = Math.min(rowsPerPiece, first[1] + size[1] - row);
      const firstRow = section * rows + row;
      const piece = source.read(headerBytes + extendedBytes + firstRow * rowBytes, count * rowBytes);
      const numbers = numbersOf(piece, header);
      for (let line = 0; line < count; line++) {
        let target = (section - first[2]) * stride[2] + (row + line - first[1]) * stride[1];
        let from = line * columns + first[0];
        for (let column = 0; column < size[0]; column++) {
          const value = numbers[from]!;
          // Infinity minus itself is NaN, so one test finds both.
          if (value - value !== 0) addBad(bad, firstRow * columns + from);
          values[target] = value;
          target += stride[0];
          from++;
        }
      }
    }
  }
  failWhereBad(bad, header, fileName);
  return values;
}

/** Numbers of whole rows as they stand in the file. */
function numbersOf(piece: Uint8Array, { mode, littleEndian }: MrcHeader): ArrayLike<number> {
  if (mode === 0) return new Int8Array(piece.buffer, piece.byteOffset, piece.length);
  const width = bytesPerVoxel[mode]!;
  const aligned = piece.byteOffset % width === 0 && littleEndian === littleEndianMachine;
  const bytes = aligned ? piece : Uint8Array.from(piece);
  if (littleEndian !== littleEndianMachine) swap(bytes, width);
  const count = bytes.length / width;
  if (mode === 1) return new Int16Array(bytes.buffer, bytes.byteOffset, count);
  if (mode === 2) return new Float32Array(bytes.buffer, bytes.byteOffset, count);
  const words = new Uint16Array(bytes.buffer, bytes.byteOffset, count);
  return mode === 6 ? words : Float32Array.from(words, halfToNumber);
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
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

interface BadVoxels {
  count: number;
  /** Number of the first one in the order of the file. */
  first: number;
}

function createBadVoxels(): BadVoxels {
  return { count: 0, first: -1 };
}

function addBad(bad: BadVoxels, voxel: number): void {
  if (bad.count === 0) bad.first = voxel;
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
