// The Ramachandran Z-score from counts worked by hand.
import { expect, test } from "vitest";
import { peptideLines, readLines } from "../../../test/support/peptide.ts";
import { makeRamaZTables } from "../../chemistry/rama-z-tables.ts";
import { computeRamaZ } from "./rama-z.ts";

/** 90 x 90 counts with 10 in the bins around one phi and psi, and 4 in those around another. */
function counts(): number[][] {
  const rows = Array.from({ length: 90 }, () => Array<number>(90).fill(0));
  const fill = (phi: number, psi: number, count: number): void => {
    for (let i = -2; i <= 2; i++) {
      for (let j = -2; j <= 2; j++) {
        rows[Math.floor((phi + 180) / 4) + i]![Math.floor((psi + 180) / 4) + j] = count;
      }
    }
  };
  fill(-63, -42, 10);
  fill(-120, 135, 4);
  return rows;
}

const perClass = { ALA: counts(), GLY: counts(), prePRO: counts(), transPRO: counts(), cisPRO: counts() };
const tables = makeRamaZTables({ H: perClass, S: perClass, L: perClass }, "test.json", "test");
const mean = (25 * 100 + 25 * 16) / (25 * 10 + 25 * 4);
const deviation = Math.sqrt((250 * (10 - mean) ** 2 + 100 * (4 - mean) ** 2) / 349);

test("a helix on the peak scores by the peak's height, in helix and whole alike by their own calibration", () => {
  const z = computeRamaZ(readLines(peptideLines(Array(12).fill("ALA"), { phi: -63, psi: -42 })), tables);
  const score = (10 - mean) / deviation;
  expect(z.helix!.value).toBeCloseTo((score + 0.045355950779513175) / 0.1951165524439217, 5);
  expect(z.whole!.value).toBeCloseTo((score + 0.016806654295023003) / 0.12044960331869274, 5);
  expect(z.helix!.count).toBe(10);
  expect(z.helix!.sd).toBeCloseTo(0, 5);
  expect([z.sheet, z.loop]).toEqual([null, null]);
  expect(z.source).toBe("test");
});

test("a place without counts scores below the mean, and one residue has no spread", () => {
  const z = computeRamaZ(readLines(peptideLines(Array(3).fill("ALA"), { phi: 100, psi: 100 })), tables);
  expect(z.loop!.value).toBeCloseTo((-mean / deviation + 0.018457764754231075) / 0.15788374669456848, 5);
  expect(z.loop!.sd).toBeNull();
});

test("the spread is that of leaving out each residue", () => {
  const lines = [
    ...peptideLines(Array(3).fill("ALA"), { phi: -120, psi: 135 }),
    ...peptideLines(Array(3).fill("ALA"), { phi: 100, psi: 100 }).map((line) => line.replace("ALA A", "ALA B")),
  ];
  const { loop } = computeRamaZ(readLines(lines), tables);
  const [first, second] = [(4 - mean) / deviation, -mean / deviation];
  expect(loop!.count).toBe(2);
  expect(loop!.sd).toBeCloseTo(Math.abs(first - second) / 2 / 0.15788374669456848, 5);
});

test("without protein, or without a table of the residue, there is no score", () => {
  const leucines = readLines(peptideLines(Array(5).fill("LEU"), { phi: -63, psi: -42 }));
  expect(computeRamaZ(leucines, tables).whole).toBeNull();
});
