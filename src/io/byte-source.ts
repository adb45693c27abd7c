// Bytes that need not be in memory: whole files in memory, or files on disk of which only a part is wanted.

export interface ByteSource {
  readonly size: number;
  /** Whether `read` gives the bytes without copying them. */
  readonly inMemory: boolean;
  /** Bytes from `begin` on; fewer than `length` at the end. They may share memory with the source. */
  read(begin: number, length: number): Uint8Array;
  /** Fills the target with the bytes from `begin` on. */
  readInto(target: Uint8Array, begin: number): void;
}

/** A source of bytes that are in memory, or the source itself. */
export function toSource(content: Uint8Array | ByteSource): ByteSource {
  if (!(content instanceof Uint8Array)) return content;
  return {
    size: content.length,
    inMemory: true,
    read: (begin, length) => content.subarray(begin, begin + length),
    readInto: (target, begin) => target.set(content.subarray(begin, begin + target.length)),
  };
}
