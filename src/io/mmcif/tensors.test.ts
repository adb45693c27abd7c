// Tensors that a model no longer has are in its files no longer.
import { expect, test } from "vitest";
import { peptideLines } from "../../../test/support/peptide.ts";
import { createRunContext } from "../../base/run-context.ts";
import type { Model } from "../../model/model.ts";
import { readPdb } from "../pdb/read-pdb.ts";
import { writePdb } from "../pdb/write-pdb.ts";
import { readModel } from "../read-model.ts";
import { writeMmcif } from "./write-mmcif.ts";

/** A peptide whose atoms all have tensors. */
function withTensors(): string {
  return peptideLines(["ALA", "GLY"], { phi: -60, psi: -45 })
    .flatMap((line) =>
      line.startsWith("ATOM")
        ? [line, `ANISOU${line.slice(6, 27)}    2000   2100   2200     10     20     30  ${line.slice(72)}`]
        : [line],
    )
    .join("\n");
}

/** Without the tensors of its first three atoms. */
function lessened(model: Model): Model {
  const anisotropicU = model.atoms.anisotropicU!.slice().fill(Number.NaN, 0, 18);
  return { ...model, atoms: { ...model.atoms, anisotropicU } };
}

const read = (text: string): Promise<Model> => readModel(new TextEncoder().encode(text), "m", createRunContext());
const tensorsOf = ({ atoms }: Model): number =>
  Array.from({ length: atoms.count }, (_, atom) => atom).filter(
    (atom) => !Number.isNaN(atoms.anisotropicU?.[6 * atom] ?? Number.NaN),
  ).length;

test("PDB and mmCIF files keep the tensors of the other atoms only", async () => {
  const model = readPdb(withTensors(), "m.pdb", createRunContext());
  const all = model.atoms.count;
  expect(tensorsOf(model)).toBe(all);
  expect(tensorsOf(await read(writePdb(lessened(model))))).toBe(all - 3);
  const other = await read(writeMmcif(model));
  expect(tensorsOf(other)).toBe(all);
  expect(tensorsOf(await read(writeMmcif(other)))).toBe(all);
  expect(tensorsOf(await read(writeMmcif(lessened(other))))).toBe(all - 3);
  const none = { ...other, atoms: { ...other.atoms, anisotropicU: null } };
  expect(writeMmcif(none)).not.toContain("_atom_site_anisotrop");
});
