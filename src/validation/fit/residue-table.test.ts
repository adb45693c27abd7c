// The table of residues has a column for every measure, empty where there is none.
import { expect, test } from "vitest";
import { residueColumns, writeResidueTable } from "./residue-table.ts";

const common = { chain: "A", insertionCode: "", meanB: 30.256, meanOccupancy: 1, ccMainChain: 0.8123 };

test("every line has as many cells as the header, and more columns can be asked for", () => {
  const rows = [
    { ...common, number: -3, name: "SER", atoms: 6, cc: 0.75, ccSideChain: 0.5, q: 0.66666, ringerAngle: 65, clash: 2 },
    { ...common, number: 4, insertionCode: "B", name: "GLY", atoms: 4, cc: null, ccSideChain: null, clash: 0 },
  ];
  const text = writeResidueTable(rows, [{ name: "clashes", value: (row) => row.clash }]);
  const [header, first, second] = text
    .trimEnd()
    .split("\n")
    .map((line) => line.split("\t"));
  expect(header!.length).toBe(residueColumns.length + 1);
  expect(header!.slice(0, 7)).toEqual([
    "chain",
    "number",
    "insertion_code",
    "residue",
    "atoms",
    "mean_b [A^2]",
    "occupancy",
  ]);
  const cell = (line: readonly string[], name: string): string => line[header!.indexOf(name)]!;
  expect(first!.slice(0, 8)).toEqual(["A", "-3", "", "SER", "6", "30.26", "1", "0.750"]);
  expect([cell(first!, "q"), cell(first!, "ringer_chi1 [deg]"), cell(first!, "clashes")]).toEqual(["0.667", "65", "2"]);
  expect([cell(second!, "insertion_code"), cell(second!, "cc"), cell(second!, "q"), cell(second!, "clashes")]).toEqual([
    "B",
    "",
    "",
    "0",
  ]);
  expect([first!.length, second!.length]).toEqual([header!.length, header!.length]);
  expect(text).not.toMatch(/NaN|null|undefined/);
});
