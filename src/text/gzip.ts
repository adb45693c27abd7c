// Gzip by content, in Node and in the browser, with limits against bombs.
import { InputError } from "../base/errors.ts";
import { describeBytes } from "../base/memory.ts";

/** Unpacked size is refused beyond this ratio once it exceeds `ratioFree` bytes. */
const maximumRatio = 64;
const ratioFree = 1 << 30;

export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** First bytes of other ways of packing. */
const otherPackings = [
  { name: "bzip2", magic: [0x42, 0x5a, 0x68] },
  { name: "xz", magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a] },
  { name: "zstd", magic: [0x28, 0xb5, 0x2f, 0xfd] },
  { name: "zip", magic: [0x50, 0x4b, 0x03, 0x04] },
];

function otherPacking(bytes: Uint8Array): string | undefined {
  return otherPackings.find(({ magic }) => magic.every((byte, at) => bytes[at] === byte))?.name;
}

/** Whether the first bytes of a file say that it is packed, in a way that is known here or not. */
export function isPacked(bytes: Uint8Array): boolean {
  return isGzip(bytes) || otherPacking(bytes) !== undefined;
}

/**
 * The bytes themselves, or what gzip data hold. Throws what gunzip throws, InputError PACKED for other kinds of packing and
 * PACKED_TWICE for what is still packed.
 */
export async function unpack(
  bytes: Uint8Array,
  fileName: string,
  memoryLimit = Number.POSITIVE_INFINITY,
): Promise<Uint8Array> {
  const packing = otherPacking(bytes);
  if (packing !== undefined) {
    throw new InputError({
      code: "PACKED",
      message: `This file is packed with ${packing}`,
      file: fileName,
      hint: "Unpack it first, or pack it with gzip",
    });
  }
  if (!isGzip(bytes)) return bytes;
  const plain = await gunzip(bytes, fileName, memoryLimit);
  if (!isPacked(plain)) return plain;
  throw new InputError({
    code: "PACKED_TWICE",
    message: "This file is packed twice",
    file: fileName,
    hint: "Unpack it once",
  });
}

/**
 * Unpacks gzip data (several members too). Throws InputError GZIP_DAMAGED for truncated or corrupt data, GZIP_BOMB beyond the
 * ratio of size to data, MEMORY_LIMIT beyond the limit in bytes.
 */
export async function gunzip(
  bytes: Uint8Array,
  fileName: string,
  memoryLimit = Number.POSITIVE_INFINITY,
): Promise<Uint8Array> {
  let out = new Uint8Array(Math.min(statedSize(bytes), memoryLimit));
  let total = 0;
  const reader = new Blob([bytes as BlobPart]).stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  for (;;) {
    const step = await nextChunk(reader, fileName);
    if (step.done) return out.length === total ? out : out.slice(0, total);
    const needed = total + step.value.length;
    const failure = refusal(needed, bytes.length, memoryLimit);
    if (failure) {
      await reader.cancel();
      throw new InputError({ ...failure, file: fileName });
    }
    if (needed > out.length) {
      const longer = new Uint8Array(Math.min(2 * needed, Math.max(needed, memoryLimit)));
      longer.set(out.subarray(0, total));
      out = longer;
    }
    out.set(step.value, total);
    total = needed;
  }
}

/** What the last four bytes say of the size, where that is believable; a guess otherwise. */
function statedSize(bytes: Uint8Array): number {
  const end = bytes.length;
  if (end < 18) return 0;
  const stated = (bytes[end - 4]! | (bytes[end - 3]! << 8) | (bytes[end - 2]! << 16) | (bytes[end - 1]! << 24)) >>> 0;
  return stated <= believableRatio * end ? stated : 4 * end;
}

/** Maps and models pack less well than this. */
const believableRatio = 8;

function refusal(size: number, packed: number, memoryLimit: number): { code: string; message: string } | null {
  if (size > ratioFree && size > maximumRatio * packed) {
    return { code: "GZIP_BOMB", message: `The gzip data unpack to more than ${maximumRatio} times their size` };
  }
  if (size <= memoryLimit) return null;
  return {
    code: "MEMORY_LIMIT",
    message: `The gzip data unpack to more than the limit of memory, ${describeBytes(memoryLimit)}`,
  };
}

async function nextChunk(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  fileName: string,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  try {
    return await reader.read();
  } catch (cause) {
    throw new InputError({
      code: "GZIP_DAMAGED",
      message: `The gzip data are truncated or damaged${cause instanceof Error ? ` (${cause.message})` : ""}`,
      file: fileName,
      hint: "Copy or download the file again",
    });
  }
}

export async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
