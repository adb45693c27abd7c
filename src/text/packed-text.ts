// Gzip data that travel as base64 text, as the program's own tables do.
import { gunzip } from "./gzip.ts";

interface NodeProcess {
  getBuiltinModule?(name: "zlib"): { gunzipSync(bytes: Uint8Array): Uint8Array } | undefined;
}

/** The bytes of base64 text that holds gzip data; `name` is for errors. Node's own means take a fraction of the time. */
export async function unpackText(text: string, name: string): Promise<Uint8Array> {
  const bytes = bytesOfBase64(text);
  const { process } = globalThis as unknown as { process?: NodeProcess };
  return process?.getBuiltinModule?.("zlib")?.gunzipSync(bytes) ?? (await gunzip(bytes, name));
}

function bytesOfBase64(text: string): Uint8Array {
  const plain = atob(text);
  const bytes = new Uint8Array(plain.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = plain.charCodeAt(at);
  return bytes;
}
