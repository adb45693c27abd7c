// Rotamer restraints: which rotamer is aimed at, where they let go, and what they leave alone.
import { describe, expect, test } from "vitest";
import { readLines } from "../../../test/support/peptide.ts";
import { residueLines } from "../../../test/support/side-chain.ts";
import { loadRotamerTables } from "../../chemistry/rotamer-tables.ts";
import type { TorsionRow } from "../../restraints/supplement.ts";
import { rotamerTerms } from "./rotamer-terms.ts";

const tables = await loadRotamerTables();

function termsAt(name: string, chis: readonly number[]): TorsionRow[] {
  return rotamerTerms(readLines(residueLines(name, chis)), tables).terms;
}

const apart = (a: number, b: number, period = 360): number => {
  const delta = a - b;
  return Math.abs(delta - period * Math.round(delta / period));
};

describe("rotamer restraints", () => {
  test("of leucine lead to mt where it is near, and to tp where that is", () => {
    for (const [start, aim] of [
      [
        [-80, 160],
        [-65, 175],
      ],
      [
        [-165, 80],
        [-180, 65],
      ],
    ] as const) {
      const terms = termsAt("LEU", start);
      expect(terms).toHaveLength(2);
      terms.forEach(({ ideal }, at) => expect(apart(ideal, aim[at]!)).toBeLessThan(12));
    }
  });

  test("treat a ring turned by half a turn as the same", () => {
    const [, first] = termsAt("PHE", [-65, 85]);
    const [, second] = termsAt("PHE", [-65, -95]);
    expect(first!.period).toBe(180);
    expect(second!.ideal).toBe(first!.ideal);
  });

  test("give lysine all four torsions, each with its own spread, and level off beyond it", () => {
    const terms = termsAt("LYS", [-67, 180, 180, 180]);
    expect(terms).toHaveLength(4);
    for (const { sigma, limit } of terms) {
      expect(sigma).toBeGreaterThanOrEqual(4);
      expect(limit).toBeGreaterThan(2 * sigma);
      expect(limit).toBeLessThan(80);
    }
  });

  test("of proline lead to the nearer of its two rings", () => {
    expect(apart(termsAt("PRO", [44, -35])[0]!.ideal, 30)).toBeLessThan(5);
    expect(apart(termsAt("PRO", [-41, 35])[0]!.ideal, -30)).toBeLessThan(5);
  });

  test("leave alanine and incomplete side chains alone", () => {
    expect(termsAt("ALA", [])).toHaveLength(0);
    const serine = residueLines("SER", [60]);
    expect(rotamerTerms(readLines(serine), tables).residues).toBe(1);
    expect(rotamerTerms(readLines(serine.slice(0, -1)), tables).residues).toBe(0);
  });
});
