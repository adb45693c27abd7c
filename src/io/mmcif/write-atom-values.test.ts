// Scores of atoms are written beside them, in files of every origin, and nothing else is changed.
import { expect, test } from "vitest";
import { createRunContext } from "../../base/run-context.ts";
import type { Model } from "../../model/model.ts";
import { cifColumn, findCategory, parseCif } from "../../text/cif.ts";
import { readPdb } from "../pdb/read-pdb.ts";
import { readMmcif } from "./read-mmcif.ts";
import { type AtomScoreOptions, type AtomScores, writeAtomScores } from "./write-atom-values.ts";
import { writeMmcif } from "./write-mmcif.ts";

function write(model: Model, scores: AtomScores, options: AtomScoreOptions): string {
  const pieces: string[] = [];
  writeAtomScores(model, scores, options, (piece) => pieces.push(piece));
  return pieces.join("");
}

function readCif(text: string): Model {
  return readMmcif(text, "m.cif", createRunContext());
}

function column(text: string, item: string): readonly (string | null)[] {
  return cifColumn(findCategory(parseCif(text, "m.cif").blocks.at(-1)!, "_atom_site")!, item);
}

const entry = `data_first
_entry.id of_another_block
data_second
_made.up 'by somebody'
loop_
_atom_site.id
_atom_site.type_symbol
_atom_site.label_atom_id
_atom_site.label_comp_id
_atom_site.label_asym_id
_atom_site.label_seq_id
_atom_site.q_score
_atom_site.Cartn_x
_atom_site.Cartn_y
_atom_site.Cartn_z
_atom_site.B_iso_or_equiv
_atom_site.other
1 N N  GLY A 1 0.5 1.0 2.0 3.0 20.000 a
2 C CA GLY A 1 ?   2.0 2.0 3.0 21.5   'b c'
3 H HA GLY A 1 0.1 2.5 2.5 3.0 22     .
`;
const scores: AtomScores = { q: [0.81237, -0.125, null], cc: [0.9, null, 0.2] };

test("a column that is there is replaced, another is added, and null is unknown", () => {
  const text = write(readCif(entry), scores, { bFactor: "keep" });
  expect(column(text, "Q_score")).toEqual(["0.812", "-0.125", null]);
  expect(column(text, "emend_cc")).toEqual(["0.900", null, "0.200"]);
  expect(column(text, "B_iso_or_equiv")).toEqual(["20.000", "21.5", "22"]);
  expect(column(text, "other")).toEqual(["a", "b c", null]);
  expect(text).toContain("'by somebody'");
  expect(text).toContain("of_another_block");
});

test("the file reads as the same model again, and writing that changes nothing", () => {
  const text = write(readCif(entry), scores, { bFactor: "keep" });
  const again = readCif(text);
  expect(again.atoms.xyz).toEqual(readCif(entry).atoms.xyz);
  expect(writeMmcif(again)).toBe(text);
  expect(write(again, scores, { bFactor: "keep" })).toBe(text);
});

test("B factors give way to 100 Q where asked for, 0 where there is none", () => {
  const text = write(readCif(entry), scores, { bFactor: "q" });
  expect(readCif(text).atoms.bFactor).toEqual(Float64Array.of(81.24, -12.5, 0));
  expect(column(text, "Q_score")).toEqual(["0.812", "-0.125", null]);
});

test("a PDB file becomes the mmCIF that it always becomes, with the columns", () => {
  const pdb = `
ATOM      1  N   ALA A   1      10.000  10.000  10.000  1.00 20.00           N
ATOM      2  CA  ALA A   1      11.450  10.000  10.000  1.00 21.00           C
`;
  const model = readPdb(pdb, "two.pdb", createRunContext());
  const text = write(model, { q: [0.5, 0.625] }, { bFactor: "keep" });
  expect(column(text, "Q_score")).toEqual(["0.500", "0.625"]);
  expect(text).not.toContain("emend_cc");
  const plain = text.replace(/^_atom_site.Q_score\n/m, "").replace(/^(ATOM .*\S) +\S+$/gm, "$1");
  expect(plain).toBe(writeMmcif(model));
});

test("a single atom as pairs stays pairs", () => {
  const items =
    "id 1 type_symbol ZN label_atom_id ZN label_comp_id ZN label_asym_id A label_seq_id . Cartn_x 1 Cartn_y 2 Cartn_z 3";
  const words = items.split(" ");
  const pairs = words.flatMap((word, at) => (at % 2 === 0 ? [`_atom_site.${word} ${words[at + 1]}`] : []));
  const text = write(
    readCif(`data_one\n${pairs.join("\n")}\n_atom_site.auth_seq_id 1\n`),
    { q: [0.7] },
    { bFactor: "q" },
  );
  expect(text).not.toContain("loop_");
  expect(column(text, "Q_score")).toEqual(["0.700"]);
  expect(column(text, "B_iso_or_equiv")).toEqual(["70.00"]);
});
