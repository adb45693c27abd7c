// Models and maps are told apart by what they hold, packed or not, whatever their names say.
import { expect, test } from "vitest";
import { createRunContext } from "../base/run-context.ts";
import { gzip } from "../text/gzip.ts";
import { writeMrc } from "./mrc/write-mrc.ts";
import { readMap } from "./read-map.ts";
import { decodeText, readModel } from "./read-model.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const atomLine = "ATOM      1  CA  GLY A   1       1.000   2.000   3.000  1.00 20.00           C  \n";
const pdb = encode(atomLine);
const cif = encode(`# a comment
data_x
_atom_site.label_atom_id CA
_atom_site.label_comp_id GLY
_atom_site.label_asym_id A
_atom_site.label_seq_id 1
_atom_site.Cartn_x 1
_atom_site.Cartn_y 2
_atom_site.Cartn_z 3
`);
const map = writeMrc({
  values: new Float32Array([1, 2]),
  size: [2, 1, 1],
  start: [10, 0, 0],
  sampling: [2, 1, 1],
  cell: { a: 2, b: 1, c: 1, alpha: 90, beta: 90, gamma: 90 },
  offset: [0, 0, 0],
});

test.each([
  ["PDB", pdb, "pdb"],
  ["mmCIF", cif, "mmcif"],
  ["PDB without a record before its first atom and in small letters", encode(atomLine.toLowerCase()), "pdb"],
])("%s is read under any name, packed and not", async (_name, bytes, format) => {
  for (const content of [bytes, await gzip(bytes)]) {
    const model = await readModel(content, "model.txt", createRunContext());
    expect([model.source.format, model.atoms.count]).toEqual([format, 1]);
  }
});

test("a packed map and a plain one are the same, under any name", async () => {
  const plain = await readMap(map, "x.txt", createRunContext());
  const packed = await readMap(await gzip(map), "x.txt", createRunContext());
  expect(packed.map).toEqual(plain.map);
  expect([...plain.map.values]).toEqual([1, 2]);
});

test.each([
  ["a map", map, "MODEL_IS_MAP"],
  ["nothing", new Uint8Array(0), "MODEL_EMPTY"],
  ["blanks", encode(" \n\n"), "MODEL_EMPTY"],
  ["a picture", encode("GIF89a\u0001\u0000"), "MODEL_FORMAT"],
  ["prose", encode("Dear all,\nplease find the model attached.\n"), "MODEL_FORMAT"],
  ["bzip2", encode("BZh91AY"), "PACKED"],
])("%s instead of a model is said to be what it is", async (_name, bytes, code) => {
  await expect(readModel(bytes, "m", createRunContext())).rejects.toMatchObject({ code, file: "m" });
});

test.each([
  ["a PDB model", encode(`HEADER\n${atomLine}`), "MAP_IS_MODEL"],
  ["an mmCIF model", cif, "MAP_IS_MODEL"],
  ["nothing", new Uint8Array(0), "MRC_TRUNCATED"],
  ["a picture", encode(`GIF89a${"\u0001\u0000".repeat(600)}`), "MRC_NOT_A_MAP"],
  ["bzip2", encode("BZh91AY"), "PACKED"],
  ["zip", encode("PK\u0003\u0004"), "PACKED"],
])("%s instead of a map is said to be what it is", async (_name, bytes, code) => {
  await expect(readMap(bytes, "m", createRunContext())).rejects.toMatchObject({ code, file: "m" });
});

test("text that is not UTF-8 is read as Latin-1", () => {
  expect(decodeText(new Uint8Array([0x4d, 0xfc, 0x6c, 0x6c, 0x65, 0x72]))).toBe("Müller");
  expect(decodeText(encode("Müller"))).toBe("Müller");
});
