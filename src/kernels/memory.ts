// The one shared memory all kernels work in, handed out as typed-array views.

const pageBytes = 65536;
const alignment = 64;
/** 4 GiB, the most that 32-bit WebAssembly can address. */
const maximumPages = 65536;
/** The first page stays free: compiled code keeps its constants there. */
const reservedBytes = pageBytes;

export type KernelArray = Float32Array | Float64Array | Int32Array;

/** Owns the memory. Arrays are reused by size after `free`; views stay valid when the memory grows, as it is shared. */
export class KernelMemory {
  readonly memory: WebAssembly.Memory;
  private next = reservedBytes;
  private readonly freed = new Map<number, number[]>();
  private readonly named = new Map<string, { readonly begin: number; readonly bytes: number }>();

  constructor() {
    this.memory = new WebAssembly.Memory({ initial: 100, maximum: maximumPages, shared: true });
  }

  /** Zeroed array. */
  float32(length: number): Float32Array {
    const begin = this.reserve(4 * length);
    return new Float32Array(this.memory.buffer, begin, length).fill(0);
  }

  /** Zeroed array. */
  float64(length: number): Float64Array {
    const begin = this.reserve(8 * length);
    return new Float64Array(this.memory.buffer, begin, length).fill(0);
  }

  /** Zeroed array. */
  int32(length: number): Int32Array {
    const begin = this.reserve(4 * length);
    return new Int32Array(this.memory.buffer, begin, length).fill(0);
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

  /** Gives arrays back; they must not be used afterwards. */
  free(...arrays: readonly KernelArray[]): void {
    for (const array of arrays) this.release(array.byteOffset, array.byteLength);
  }

  /** Bytes ever handed out. */
  get used(): number {
    return this.next;
  }

  private release(begin: number, bytes: number): void {
    const size = roundUp(bytes);
    const list = this.freed.get(size);
    if (list) list.push(begin);
    else this.freed.set(size, [begin]);
  }

  private reserve(bytes: number): number {
    const size = roundUp(bytes);
    const reused = this.freed.get(size)?.pop();
    if (reused !== undefined) return reused;
    const begin = this.next;
    // Kernels may read one vector past the end of an array.
    const missing = begin + size + alignment - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.max(Math.ceil(missing / pageBytes), 256));
    this.next = begin + size;
    return begin;
  }
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}
