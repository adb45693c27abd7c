// The curvature kernels: exact where the pattern loses nothing, alike compiled and plain, in every block on its own.
import { describe, expect, test } from "vitest";
import { evaluateTerms } from "../../test/support/evaluate-terms.ts";
import { noTerms } from "../../test/support/no-terms.ts";
import { peptideLines, readLines } from "../../test/support/peptide.ts";
import { createRng } from "../base/rng.ts";
import { createRunContext } from "../base/run-context.ts";
import { loadDictionary } from "../chemistry/dictionary.ts";
import { makeCurvatureTable } from "../kernels/curvature-table.ts";
import { createEngine } from "../kernels/engine.ts";
import { buildTopology } from "../topology/build-topology.ts";
import type { CovalentLists } from "./covalent.ts";
import { largestContact, makePairRules } from "./nonbonded.ts";
import { makeTermTable } from "./term-table.ts";

const kinds = ["simd", "reference"] as const;
const shift = 1e-3;

/** (L L^T)^-1 right for terms over atoms that all move. */
function solve(
  kind: (typeof kinds)[number],
  lists: CovalentLists,
  xyz: Float64Array,
  right: Float64Array,
  fixed: readonly number[] = [],
): Float64Array {
  const { memory, kernels } = createEngine({ kind });
  const count = xyz.length / 3;
  const terms = makeTermTable(memory, { lists, xyz: memory.copyOf(xyz) });
  const atoms = Array.from({ length: count }, (_value, atom) => atom).filter((atom) => !fixed.includes(atom));
  const rowOfAtom = new Int32Array(count).fill(-1);
  atoms.forEach((atom, row) => {
    rowOfAtom[atom] = row;
  });
  const matrix = makeCurvatureTable(memory, terms, atoms, rowOfAtom);
  kernels.factorizeCurvature(terms, matrix, { repulsion: 100, diagonal: 4 });
  const vector = memory.copyOf(right);
  kernels.solveCurvature(matrix, vector);
  return vector;
}

describe.each(kinds)("a chain of bonds at rest, %s", (kind) => {
  const count = 40;
  const rng = createRng(5);
  const xyz = new Float64Array(3 * count);
  for (let at = 3; at < xyz.length; at++) xyz[at] = xyz[at - 3]! + 0.8 * rng.normal();
  const rows = Int32Array.from({ length: count - 1 }, (_value, row) => row);
  const bonds = {
    count: count - 1,
    i: rows,
    j: rows.map((row) => row + 1),
    ideal: Float64Array.from(rows, (row) =>
      Math.hypot(...[0, 1, 2].map((c) => xyz[3 * row + c]! - xyz[3 * row + 3 + c]!)),
    ),
    sigma: new Float64Array(count - 1).fill(0.1),
    link: new Int32Array(count - 1).fill(-1),
  };
  const lists = { ...noTerms, bonds };

  test("is solved exactly, its second derivatives being those of finite differences", () => {
    const truth = Float64Array.from(xyz, () => rng.normal());
    const engine = createEngine({ kind });
    const gradientAt = (step: number): Float64Array =>
      evaluateTerms(engine, { lists, xyz: xyz.map((value, at) => value + step * truth[at]!) }).gradient;
    const [plus, minus] = [gradientAt(1e-6), gradientAt(-1e-6)];
    const right = plus.map((value, at) => (value - minus[at]!) / 2e-6 + 4 * truth[at]!);
    // The diagonal is raised by the first shift: its share is added to the right side too.
    const diagonal = Float64Array.from(xyz, (_value, at) => {
      const atom = Math.floor(at / 3);
      let sum = 4;
      for (const row of [atom - 1, atom]) {
        if (row < 0 || row >= count - 1) continue;
        const line = [0, 1, 2].map((c) => xyz[3 * row + c]! - xyz[3 * row + 3 + c]!);
        sum += (200 * line[at % 3]! ** 2) / Math.hypot(...line) ** 2;
      }
      return sum;
    });
    const solved = solve(
      kind,
      lists,
      xyz,
      right.map((value, at) => value + shift * diagonal[at]! * truth[at]!),
    );
    solved.forEach((value, at) => expect(Math.abs(value - truth[at]!)).toBeLessThan(2e-3));
  });

  test("cut by an atom that does not move falls into two", () => {
    const right = new Float64Array(3 * (count - 1));
    right[0] = 1;
    const solved = solve(kind, lists, xyz, right, [20]);
    expect(Math.hypot(...solved.subarray(0, 60))).toBeGreaterThan(0);
    expect(Math.hypot(...solved.subarray(60))).toBe(0);
  });
});

test("of a peptide of several blocks with contacts: compiled and plain agree, and descend", () => {
  const names = Array.from({ length: 230 }, (_value, row) => ["ALA", "GLY", "ALA", "ALA"][row % 4]!);
  const model = readLines(peptideLines(names, { phi: -60, psi: -45 }));
  const topology = buildTopology(model, loadDictionary(), { unknownLigands: "error" }, createRunContext());
  const rng = createRng(6);
  const xyz = model.atoms.xyz.map((value) => value + 0.2 * rng.normal());
  const right = Float64Array.from(xyz, () => rng.normal());
  const rules = makePairRules(topology.nonbonded, false);
  const solved = kinds.map((kind) => {
    const { memory, kernels } = createEngine({ kind });
    const terms = makeTermTable(memory, { lists: topology, xyz: memory.copyOf(xyz), contact: rules.contact });
    expect(terms.blocks).toBeGreaterThan(2);
    kernels.findPairs(terms, rules, { cutoff: largestContact(topology.nonbonded) + 1, buffer: 1 });
    const atoms = Int32Array.from({ length: xyz.length / 3 }, (_value, atom) => atom);
    const matrix = makeCurvatureTable(memory, terms, atoms, atoms);
    kernels.factorizeCurvature(terms, matrix, { repulsion: 100, diagonal: 4 });
    const vector = memory.copyOf(right);
    kernels.solveCurvature(matrix, vector);
    return vector.slice();
  });
  const [compiled, plain] = solved as [Float64Array, Float64Array];
  const size = Math.hypot(...plain);
  expect(Math.hypot(...compiled.map((value, at) => value - plain[at]!)) / size).toBeLessThan(1e-4);
  expect(plain.reduce((sum, value, at) => sum + value * right[at]!, 0)).toBeGreaterThan(0);
});
