// Hydrogen bonds of the backbone: those of a helix, found, kept and mended; none across what has none.
import { describe, expect, test } from "vitest";
import { peptideLines, readLines } from "../../../test/support/peptide.ts";
import { createRng } from "../../base/rng.ts";
import { type Model, withCoordinates } from "../../model/model.ts";
import { backboneBonds } from "./backbone-bonds.ts";

const shape = { phi: -57.8, psi: -47 };
const alanines = (count: number): string[] => Array.from({ length: count }, () => "ALA");

/** Residue numbers of acceptor and donor. */
function pairsOf(model: Model): string[] {
  const { residue } = model.atoms;
  const number = (atom: number): number => model.residues.sequenceNumber[residue[atom]!]!;
  return backboneBonds(model).map(({ atoms: [n, o] }) => `${number(o)}-${number(n)}`);
}

const expected = Array.from({ length: 10 }, (_value, at) => `${at + 1}-${at + 5}`);

describe("backbone bonds", () => {
  test("of a helix run from every residue to the fourth after it", () => {
    expect(pairsOf(readLines(peptideLines(alanines(14), shape)))).toEqual(expected);
  });

  test("of a stretched helix are asked for though they are not there", () => {
    const model = readLines(peptideLines(alanines(14), { phi: -64, psi: -38 }));
    const rng = createRng(4);
    const shaken = withCoordinates(
      model,
      model.atoms.xyz.map((value) => value + 0.25 * rng.normal()),
    );
    const found = pairsOf(shaken);
    expect(found.filter((pair) => expected.includes(pair)).length).toBeGreaterThan(7);
  });

  test("by a helix record of class 5 are those of a 3-10 helix where alpha bonds are not there", () => {
    const model = readLines(peptideLines(alanines(10), { phi: -74, psi: -4 }));
    const span = {
      chain: "A",
      firstSequenceNumber: 1,
      firstInsertionCode: "",
      lastSequenceNumber: 10,
      lastInsertionCode: "",
    };
    const found = pairsOf({ ...model, helices: [{ ...span, helixClass: 5 }] });
    expect(found).toContain("2-5");
    expect(found).not.toContain("2-6");
  });

  test("are none in a strand alone, nor given by proline", () => {
    expect(pairsOf(readLines(peptideLines(alanines(10), { phi: -120, psi: 130 })))).toEqual([]);
    const names = alanines(14);
    names[6] = "PRO";
    expect(pairsOf(readLines(peptideLines(names, shape)))).not.toContain("3-7");
  });
});
