// Gzip by content, in Node and in the browser, with limits against bombs.
import { InputError } from "../base/errors.ts";

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

/** The bytes themselves, or what gzip data hold. Throws what gunzip throws, and InputError PACKED for other kinds of packing. */
export async function unpack(bytes: Uint8Array, fileName: string): Promise<Uint8Array> {
  if (isGzip(bytes)) return gunzip(bytes, fileName);
  const packing = otherPackings.find(({ magic }) => magic.every((byte, at) => bytes[at] === byte));
  if (packing === undefined) return bytes;
  throw new InputError({
    code: "PACKED",
    message: `This file is packed with ${packing.name}`,
    file: fileName,
    hint: "Unpack it first, or pack it with gzip",
  });
}

/** Unpacks gzip data (several members too). Throws InputError GZIP_DAMAGED for truncated or corrupt data, GZIP_BOMB beyond the limits. */
export async function gunzip(bytes: Uint8Array, fileName: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  const reader = new Blob([bytes as BlobPart]).stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  for (;;) {
    const step = await nextChunk(reader, fileName);
    if (step.done) break;
    chunks.push(step.value);
    total += step.value.length;
    if (total > ratioFree && total > maximumRatio * bytes.length) {
      await reader.cancel();
      throw new InputError({
        code: "GZIP_BOMB",
        message: `The gzip data unpack to more than ${maximumRatio} times their size`,
        file: fileName,
      });
    }
  }
  const out = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
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
