// The one shared memory all kernels work in, handed out as typed-array views.
import { InputError } from "../base/errors.ts";
import { describeBytes } from "../base/memory.ts";

const pageBytes = 65536;
const alignment = 64;
/** 4 GiB, the most that 32-bit WebAssembly can address. */
const maximumPages = 65536;
/** The first page stays free: compiled code keeps its constants there. */
const reservedBytes = pageBytes;

export type KernelArray = Float32Array | Float64Array | Int32Array | Uint16Array | Uint8Array;

interface Range {
  readonly begin: number;
  readonly bytes: number;
}

/** Owns the memory. Views stay valid when it grows, as it is shared; what is given back is used again. */
export class KernelMemory {
  readonly memory: WebAssembly.Memory;
  private next = reservedBytes;
  /** Ascending, never adjoining. */
  private readonly gaps: Range[] = [];
  private readonly named = new Map<string, Range>();
  /** Every buffer object the memory has had: each growth makes a new one over the same bytes. */
  private readonly buffers = new WeakSet<ArrayBufferLike>();

  constructor() {
    this.memory = new WebAssembly.Memory({ initial: 100, maximum: maximumPages, shared: true });
    this.buffers.add(this.memory.buffer);
  }

  /** Zeroed array. */
  float32(length: number): Float32Array {
    const begin = this.reserve(4 * length);
    return new Float32Array(this.memory.buffer, begin, length).fill(0);
  }

  /** An array that holds whatever was there before: for what is written as a whole before it is read. */
  rawFloat32(length: number): Float32Array {
    const begin = this.reserve(4 * length);
    return new Float32Array(this.memory.buffer, begin, length);
  }

  /** Zeroed array. */
  float64(length: number): Float64Array {
    const begin = this.reserve(8 * length);
    return new Float64Array(this.memory.buffer, begin, length).fill(0);
  }

  /** An array that holds whatever was there before: for what is written as a whole before it is read. */
  rawFloat64(length: number): Float64Array {
    const begin = this.reserve(8 * length);
    return new Float64Array(this.memory.buffer, begin, length);
  }

  /** Zeroed array. */
  int32(length: number): Int32Array {
    const begin = this.reserve(4 * length);
    return new Int32Array(this.memory.buffer, begin, length).fill(0);
  }

  /** Zeroed array. */
  uint16(length: number): Uint16Array {
    const begin = this.reserve(2 * length);
    return new Uint16Array(this.memory.buffer, begin, length).fill(0);
  }

  /** Zeroed array. */
  uint8(length: number): Uint8Array {
    const begin = this.reserve(length);
    return new Uint8Array(this.memory.buffer, begin, length).fill(0);
  }

  /** A copy that lies in this memory. */
  copyOf<Values extends KernelArray>(values: Values): Values {
    const { length } = values;
    const copy =
      values instanceof Float64Array
        ? this.float64(length)
        : values instanceof Float32Array
          ? this.rawFloat32(length)
          : values instanceof Int32Array
            ? this.int32(length)
            : values instanceof Uint16Array
              ? this.uint16(length)
              : this.uint8(length);
    copy.set(values);
    return copy as Values;
  }

  /** Whether the array lies in this memory. */
  owns(array: ArrayBufferView): boolean {
    return this.buffers.has(array.buffer);
  }

  /** Buffer of this name, at least this long, with whatever it held; it grows and is handed out again by name. */
  scratch(name: string, bytes: number): number {
    const known = this.named.get(name);
    if (known && known.bytes >= bytes) return known.begin;
    if (known) this.release(known.begin, known.bytes);
    const size = roundUp(known ? Math.max(bytes, 2 * known.bytes) : bytes);
    const begin = this.reserve(size);
    this.named.set(name, { begin, bytes: size });
    return begin;
  }

  /** Gives the named buffers back, for work that needs the room; who asks for one of them again gets a new one. Threads keep theirs. */
  releaseScratch(): void {
    for (const [name, { begin, bytes }] of this.named) {
      if (name === "threads") continue;
      this.named.delete(name);
      this.release(begin, bytes);
    }
  }

  /** Gives arrays back; they must not be used afterwards. Arrays from elsewhere are left alone. */
  free(...arrays: readonly KernelArray[]): void {
    for (const array of arrays) if (this.owns(array)) this.release(array.byteOffset, array.byteLength);
  }

  /** The first numbers of an array; the room of the others is given back. */
  keepFirst(array: Float32Array, length: number): Float32Array {
    const kept = sizeOf(4 * length);
    const rest = sizeOf(array.byteLength) - kept;
    if (rest > 0) this.release(array.byteOffset + kept, rest);
    return array.subarray(0, length);
  }

  /** Whether so many bytes can be had without taking more than half of what there can be. */
  hasRoom(bytes: number): boolean {
    const size = sizeOf(bytes);
    return this.gaps.some((gap) => gap.bytes >= size) || this.next + size <= (maximumPages * pageBytes) / 2;
  }

  /** Bytes up to the highest ever handed out. */
  get used(): number {
    return this.next;
  }

  private release(begin: number, bytes: number): void {
    const end = begin + sizeOf(bytes);
    const { gaps } = this;
    let row = 0;
    while (row < gaps.length && gaps[row]!.begin < begin) row++;
    const before = gaps[row - 1];
    const after = gaps[row];
    const joinsBefore = before !== undefined && before.begin + before.bytes === begin;
    const joinsAfter = after !== undefined && after.begin === end;
    const from = joinsBefore ? before.begin : begin;
    const to = joinsAfter ? after.begin + after.bytes : end;
    gaps.splice(joinsBefore ? row - 1 : row, Number(joinsBefore) + Number(joinsAfter), {
      begin: from,
      bytes: to - from,
    });
  }

  /** The first gap that is large enough, or new memory at the end. */
  private reserve(bytes: number): number {
    const size = sizeOf(bytes);
    const row = this.gaps.findIndex((gap) => gap.bytes >= size);
    if (row >= 0) {
      const { begin, bytes: room } = this.gaps[row]!;
      if (room === size) this.gaps.splice(row, 1);
      else this.gaps[row] = { begin: begin + size, bytes: room - size };
      return begin;
    }
    const last = this.gaps.at(-1);
    const isOpen = last !== undefined && last.begin + last.bytes === this.next;
    const begin = isOpen ? last.begin : this.next;
    this.growTo(begin + size);
    if (isOpen) this.gaps.pop();
    this.next = begin + size;
    return begin;
  }

  private growTo(end: number): void {
    // Kernels may read one vector past the end of an array.
    const missing = Math.ceil((end + alignment - this.memory.buffer.byteLength) / pageBytes);
    if (missing <= 0) return;
    const present = this.memory.buffer.byteLength / pageBytes;
    if (present + missing > maximumPages) {
      throw new InputError({
        code: "KERNEL_MEMORY",
        message: `The work needs ${describeBytes(end)} in one piece, and WebAssembly has ${describeBytes(maximumPages * pageBytes)}`,
        hint: "Give a part of the model, or a map on a coarser grid",
      });
    }
    this.memory.grow(Math.min(Math.max(missing, 256), maximumPages - present));
    this.buffers.add(this.memory.buffer);
  }
}

/** Empty arrays too have a place of their own. */
function sizeOf(bytes: number): number {
  return Math.max(alignment, roundUp(bytes));
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

/** Address of an array: its own where it lies in the memory, else that of a copy in the buffer of that name. */
export function place(memory: KernelMemory, name: string, values: ArrayBufferView): number {
  if (memory.owns(values)) return values.byteOffset;
  const at = memory.scratch(name, values.byteLength);
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  new Uint8Array(memory.memory.buffer, at, values.byteLength).set(bytes);
  return at;
}
