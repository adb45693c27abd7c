// Helices and strands found from CA positions alone.
import { expect, test } from "vitest";
import { atomLine, type Point, peptideLines, readLines } from "../../../test/support/peptide.ts";
import type { Model } from "../../model/model.ts";
import { listProteinChains } from "./protein-residues.ts";
import { assignSecondaryStructure } from "./secondary-structure.ts";

const lettersOf = (model: Model): string[] =>
  listProteinChains(model).map((positions) =>
    assignSecondaryStructure(model, positions)
      .map((structure) => structure[0])
      .join(""),
  );

/** CA of a pleated strand along x from this corner; `sense` -1 runs back. */
function strandLines(from: number, [x, y]: readonly [number, number], sense: number): string[] {
  return Array.from({ length: 7 }, (_, at) => {
    const point: Point = [x + sense * 3.3 * at, y, at % 2 === 0 ? 0.9 : -0.9];
    return atomLine(from + at, "CA", "ALA", from + at, point);
  });
}

test("an alpha helix is found whole, an extended chain alone is a loop", () => {
  const helix = peptideLines(Array(12).fill("ALA"), { phi: -63, psi: -42 });
  expect(lettersOf(readLines(helix))).toEqual(["h".repeat(12)]);
  const strand = peptideLines(Array(12).fill("ALA"), { phi: -120, psi: 135 });
  expect(lettersOf(readLines(strand))).toEqual(["l".repeat(12)]);
});

test("a helix of four residues is too short", () => {
  expect(lettersOf(readLines(peptideLines(Array(5).fill("ALA"), { phi: -63, psi: -42 })))).toEqual(["lllll"]);
});

test("strands side by side are a sheet, both ways, strands apart are not", () => {
  const beside = (distance: number, sense: number): string[] => [
    ...strandLines(1, [0, 0], 1),
    ...strandLines(11, [sense === 1 ? 0 : 19.8, distance], sense),
  ];
  expect(lettersOf(readLines(beside(4.8, 1)))).toEqual(["s".repeat(14)]);
  expect(lettersOf(readLines(beside(4.8, -1)))).toEqual(["s".repeat(14)]);
  expect(lettersOf(readLines(beside(7, -1)))).toEqual(["l".repeat(14)]);
});

test("only the part beside a neighbour belongs to the sheet", () => {
  const lines = [...strandLines(1, [0, 0], 1), ...strandLines(11, [6.6, 4.8], 1)];
  expect(lettersOf(readLines(lines))).toEqual(["llssssssssssll"]);
});

test("a jump in the trace ends a helix", () => {
  const lines = peptideLines(Array(18).fill("ALA"), { phi: -63, psi: -42 }).filter(
    (line) => ![8, 9].includes(Number(line.slice(22, 26))),
  );
  expect(lettersOf(readLines(lines))).toEqual(["h".repeat(16)]);
  const short = lines.filter((line) => Number(line.slice(22, 26)) <= 11);
  expect(lettersOf(readLines(short))).toEqual(["hhhhhhhll"]);
});
