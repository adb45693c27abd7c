// The one shared memory all kernels work in, handed out as typed-array views.

const pageBytes = 65536;
const alignment = 16;
/** 4 GiB, the most that 32-bit WebAssembly can address. */
const maximumPages = 65536;
/** The first page stays free: compiled code keeps its constants there. */
const reservedBytes = pageBytes;

/** Owns the memory; allocation moves a mark forward, release moves it back. */
export class KernelMemory {
  readonly memory: WebAssembly.Memory;
  private next = reservedBytes;

  constructor() {
    this.memory = new WebAssembly.Memory({ initial: 100, maximum: maximumPages, shared: true });
  }

  /** Position to give to `release` later. */
  mark(): number {
    return this.next;
  }

  /** Frees everything allocated since the mark; views made since then must not be used again. */
  release(mark: number): void {
    this.next = mark;
  }

  float32(length: number): Float32Array {
    return new Float32Array(this.memory.buffer, this.reserve(4 * length), length);
  }

  float64(length: number): Float64Array {
    return new Float64Array(this.memory.buffer, this.reserve(8 * length), length);
  }

  int32(length: number): Int32Array {
    return new Int32Array(this.memory.buffer, this.reserve(4 * length), length);
  }

  /** Bytes in use. */
  get used(): number {
    return this.next;
  }

  private reserve(bytes: number): number {
    const begin = this.next;
    const end = begin + Math.ceil(bytes / alignment) * alignment;
    // Kernels may read one vector past the end of an array.
    const missing = end + alignment - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.max(Math.ceil(missing / pageBytes), 256));
    this.next = end;
    return begin;
  }
}
