// B factors, occupancies and tensors that make no sense, one at a time.
import { describe, expect, test } from "vitest";
import { peptideLines, readLines } from "../../../test/support/peptide.ts";
import { createRunContext } from "../../base/run-context.ts";
import { loadDictionary } from "../../chemistry/dictionary.ts";
import type { Model } from "../../model/model.ts";
import { buildTopology } from "../../topology/build-topology.ts";
import { type AtomValueAnalysis, analyzeAtomValues } from "./atom-values.ts";

const lines = peptideLines(["ALA", "GLY", "ALA"], { phi: -60, psi: -45 });

/** Other occupancy, B and alternate letter for the atoms of one residue. */
function changed(number: number, name: string, change: { occupancy?: string; b?: string; altloc?: string }): string[] {
  return lines.map((line) => (isAtom(line, number, name) ? withFields(line, change) : line));
}

const isAtom = (line: string, number: number, name: string): boolean =>
  Number(line.slice(22, 26)) === number && line.slice(12, 16).trim() === name;

function withFields(line: string, change: { occupancy?: string; b?: string; altloc?: string }): string {
  const { occupancy = line.slice(54, 60), b = line.slice(60, 66), altloc = line.slice(16, 17) } = change;
  return `${line.slice(0, 16)}${altloc}${line.slice(17, 54)}${occupancy.padStart(6)}${b.padStart(6)}${line.slice(66)}`;
}

function judge(model: Model): AtomValueAnalysis {
  const { bonds } = buildTopology(model, loadDictionary(), { unknownLigands: "hold" }, createRunContext());
  return analyzeAtomValues(model, bonds);
}

const faults = (own: readonly string[]): unknown =>
  judge(readLines(own)).findings.map(({ fault, atoms, value }) => [fault, atoms, value]);

describe("B factors", () => {
  test("that are all the same are no measurement, and nothing else is wrong with them", () => {
    const { findings, summary } = judge(readLines(lines));
    expect(findings).toEqual([]);
    expect(summary.bFactors).toMatchObject({ count: 14, min: 20, median: 20, mean: 20, max: 20, isUniform: true });
    expect(summary.bFactors.byClass).toMatchObject({ protein: { count: 14 }, water: { count: 0, mean: null } });
  });

  test("below 0 and of 0 are named", () => {
    expect(faults(changed(2, "O", { b: "-1.00" }))).toEqual([
      ["B negative", ["A 2 GLY O"], -1],
      ["B jump", ["A 2 GLY C", "A 2 GLY O"], 21],
    ]);
    expect(faults(changed(3, "CB", { b: "0.00" }))).toEqual([["B zero", ["A 3 ALA CB"], 0]]);
  });

  test("that are all 0 are counted, not listed", () => {
    const { findings, summary } = judge(readLines(lines.map((line) => withFields(line, { b: "0.00" }))));
    expect(findings).toEqual([]);
    expect(summary.bFactors).toMatchObject({ zero: 14, isUniform: true });
  });

  test("of bonded atoms may differ by 20 and no more, across links as well", () => {
    expect(faults(changed(2, "O", { b: "40.00" }))).toEqual([]);
    const { findings, summary } = judge(readLines(changed(2, "N", { b: "45.50" })));
    expect(findings.map(({ fault, value }) => [fault, value])).toEqual([
      ["B jump", 25.5],
      ["B jump", 25.5],
    ]);
    expect(findings.map(({ atoms }) => atoms.toSorted().join(" - ")).toSorted()).toEqual([
      "A 1 ALA C - A 2 GLY N",
      "A 2 GLY CA - A 2 GLY N",
    ]);
    expect(summary.bFactors).toMatchObject({ bonds: 13, jumps: 2, isUniform: false });
    expect(summary.bFactors.worstJumps).toHaveLength(2);
  });
});

describe("occupancies", () => {
  test("below 0, of 0 and above 1 are named, partial ones counted", () => {
    expect(faults(changed(1, "O", { occupancy: "-0.50" }))).toEqual([["occupancy negative", ["A 1 ALA O"], -0.5]]);
    expect(faults(changed(1, "O", { occupancy: "0.00" }))).toEqual([["occupancy zero", ["A 1 ALA O"], 0]]);
    expect(faults(changed(1, "O", { occupancy: "1.50" }))).toEqual([["occupancy above 1", ["A 1 ALA O"], 1.5]]);
    const { findings, summary } = judge(readLines(changed(1, "O", { occupancy: "0.50" })));
    expect([findings, summary.occupancies.partial]).toEqual([[], 1]);
  });

  test("of 0 are usual for hydrogens", () => {
    const hydrogen = withFields(lines[0]!, { occupancy: "0.00", b: "0.00" })
      .replace(" N  ", " H  ")
      .replace(/ N {2}$/, " H  ");
    const { findings, summary } = judge(readLines([...lines, hydrogen]));
    expect(findings).toEqual([]);
    expect(summary.occupancies).toMatchObject({ zero: 0, zeroHydrogens: 1 });
  });

  const alternates = (occupancies: readonly string[], number = 3): string[] =>
    lines.flatMap((line) =>
      isAtom(line, number, "CB")
        ? occupancies.map((occupancy, index) => withFields(line, { occupancy, altloc: "ABC"[index]! }))
        : [line],
    );

  test("of alternates sum to 1, give or take rounding", () => {
    for (const right of [
      ["0.60", "0.40"],
      ["0.33", "0.33", "0.33"],
      ["0.51", "0.50"],
    ]) {
      expect(faults(alternates(right)), right.join(" ")).toEqual([]);
    }
    const { findings, summary } = judge(readLines(alternates(["0.60", "0.50"])));
    expect(findings).toMatchObject([
      { fault: "alternates above 1", label: "A 3 ALA", atoms: ["A 3 ALA CB.A", "A 3 ALA CB.B"] },
    ]);
    expect(findings[0]!.value).toBeCloseTo(1.1, 10);
    expect(summary.occupancies).toMatchObject({ alternates: 1, sumsAboveOne: 1, sumsBelowOne: 0 });
    expect(judge(readLines(alternates(["0.30", "0.30"]))).summary.occupancies.sumsBelowOne).toBe(1);
  });

  test("of two residues at one place sum over both, and atoms that only one has do not count", () => {
    const shared = lines.flatMap((line) => {
      if (Number(line.slice(22, 26)) !== 3) return [line];
      return [withFields(line, { occupancy: "0.70", altloc: "A" })];
    });
    const glycine = lines
      .filter((line) => Number(line.slice(22, 26)) === 3 && !line.includes(" CB "))
      .map((line) => withFields(line, { occupancy: "0.30", altloc: "B" }).replace("ALA", "GLY"));
    const { findings, summary } = judge(readLines([...shared, ...glycine]));
    expect(findings).toEqual([]);
    expect(summary.occupancies).toMatchObject({ alternates: 1, partial: 9 });
  });
});

test("a tensor that is no ellipsoid is named with its smallest eigenvalue", () => {
  const tensor = (u: readonly number[]): string =>
    `ANISOU${lines[0]!.slice(6, 27)} ${u.map((value) => String(value).padStart(7)).join("")}      ${lines[0]!.slice(76)}`;
  const withTensor = (u: readonly number[]): AtomValueAnalysis =>
    judge(readLines([lines[0]!, tensor(u), ...lines.slice(1)]));
  expect(withTensor([2000, 2500, 3000, 100, 0, 0]).summary.tensors).toEqual({ count: 1, notPositive: 0 });
  const { findings, summary } = withTensor([2000, 2000, 3000, 2500, 0, 0]);
  expect(findings).toMatchObject([{ fault: "tensor not positive", atoms: ["A 1 ALA N"] }]);
  expect(findings[0]!.value).toBeCloseTo(-0.05, 8);
  expect(summary.tensors).toEqual({ count: 1, notPositive: 1 });
});
