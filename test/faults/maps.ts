// Small maps for faults, with single words of the header changed.
import { writeMrc } from "../../src/io/mrc/write-mrc.ts";
import { peptide } from "./models.ts";

const edge = 24;

/** A box of 24 A that has a blob of density at each atom of the peptide. */
export function mapBytes(): Uint8Array {
  const values = new Float32Array(edge ** 3);
  for (const [, , , x, y, z] of peptide) values[Math.round(x) + edge * (Math.round(y) + edge * Math.round(z))] = 1;
  const cell = { a: edge, b: edge, c: edge, alpha: 90, beta: 90, gamma: 90 };
  return writeMrc({
    values,
    size: [edge, edge, edge],
    start: [0, 0, 0],
    sampling: [edge, edge, edge],
    cell,
    offset: [0, 0, 0],
  });
}

/** A box of other size, of zeros but for one voxel. */
export function cubeBytes(length: number): Uint8Array {
  const values = new Float32Array(length ** 3);
  values[values.length >> 1] = 1;
  const size = [length, length, length] as const;
  const cell = { a: length, b: length, c: length, alpha: 90, beta: 90, gamma: 90 };
  return writeMrc({ values, size, start: [0, 0, 0], sampling: size, cell, offset: [0, 0, 0] });
}

export const fileBytes = 1024 + 4 * edge ** 3;

/** The map with one word (from 1) of its header changed. */
export function withWord(word: number, value: number, kind: "integer" | "real" | "bits" = "integer"): Uint8Array {
  return withWords([[word, value, kind]]);
}

export function withWords(words: readonly (readonly [number, number, ("integer" | "real" | "bits")?])[]): Uint8Array {
  const bytes = mapBytes();
  const view = new DataView(bytes.buffer);
  for (const [word, value, kind = "integer"] of words) {
    const at = 4 * (word - 1);
    if (kind === "real") view.setFloat32(at, value, true);
    else if (kind === "bits") view.setUint32(at, value, true);
    else view.setInt32(at, value, true);
  }
  return bytes;
}

/** The map with the value of one voxel, counted from 0 in the file, changed. */
export function withVoxel(voxel: number, value: number): Uint8Array {
  const bytes = mapBytes();
  new DataView(bytes.buffer).setFloat32(1024 + 4 * voxel, value, true);
  return bytes;
}
