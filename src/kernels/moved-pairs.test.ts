// While a few atoms run far ahead and all others tremble, the pair list gives what a fresh search gives.
import { expect, test } from "vitest";
import { noRiders, noTerms } from "../../test/support/no-terms.ts";
import { createRng } from "../base/rng.ts";
import { makeMoveTable } from "../hydrogens/move-table.ts";
import { makeTermTable } from "../restraints/term-table.ts";
import { createEngine } from "./engine.ts";
import { addPairsOf, findMovers, startSearch } from "./moved-pairs.ts";
import type { PairRules } from "./pair-rules.ts";
import { sumEnergies, type TermTable } from "./term-table.ts";

const count = 1500;
const edge = 34;

function rulesOfEqualAtoms(): PairRules {
  const exclude = Int32Array.from({ length: count }, (_value, atom) => Math.min(count - 1, atom + 1));
  return {
    kind: Uint16Array.from({ length: count }, (_value, atom) => atom % 2),
    kinds: 2,
    contact: Float64Array.of(3.4, 2.9, 2.9, 2.4, 2.7, 2.3, 2.3, 1.9),
    reach: Float64Array.of(3.4, 2.9),
    conformer: new Uint8Array(count),
    model: new Uint16Array(count),
    excludeOffset: Int32Array.from({ length: count + 1 }, (_value, atom) => atom),
    exclude,
    oneFourOffset: Int32Array.from({ length: count + 1 }, (_value, atom) => Math.max(0, Math.min(count - 3, atom))),
    oneFour: Int32Array.from({ length: count - 3 }, (_value, atom) => atom + 3),
  };
}

test.each(["simd", "reference"] as const)("%s", (kind) => {
  const engine = createEngine({ kind });
  const { memory, kernels } = engine;
  const rng = createRng(11);
  const start = Float64Array.from({ length: 3 * count }, () => edge * rng.uniform());
  const rules = rulesOfEqualAtoms();
  const limits = { cutoff: 4.4, buffer: 1 };
  const makeTable = (): TermTable =>
    makeTermTable(memory, { lists: noTerms, xyz: memory.copyOf(start), contact: rules.contact });
  const table = makeTable();
  const fresh = makeTable();
  const pull = { factor: memory.float64(count), values: memory.float64(count), gradients: memory.float64(3 * count) };
  const moves = makeMoveTable(memory, table, noRiders, Int32Array.of(0), pull);
  const search = startSearch(rules, limits, kernels.findPairs(table, rules, limits));
  const runners = Array.from({ length: 12 }, () => Math.floor(count * rng.uniform()));
  let renewed = 0;
  for (let step = 0; step < 40; step++) {
    for (let at = 0; at < 3 * count; at++) {
      // Never further than half the buffer from the start.
      table.xyz[at] = start[at]! + 0.28 * (2 * rng.uniform() - 1);
    }
    for (const atom of runners) {
      for (let c = 0; c < 3; c++) {
        const at = 3 * atom + c;
        start[at]! += 0.6 * rng.normal();
        table.xyz[at] = start[at]!;
      }
    }
    kernels.placeRiders(moves);
    const movers = findMovers(moves, limits.buffer / 2, count)!;
    expect(movers.every((atom) => runners.includes(atom))).toBe(true);
    renewed += movers.length;
    addPairsOf(memory, search, table, moves, movers);
    kernels.addTerms(table, 100);
    fresh.xyz.set(table.xyz);
    kernels.findPairs(fresh, rules, limits);
    kernels.addTerms(fresh, 100);
    const [kept, expected] = [sumEnergies(table).nonbonded, sumEnergies(fresh).nonbonded];
    expect(expected).toBeGreaterThan(0);
    expect(Math.abs(kept / expected - 1)).toBeLessThan(1e-12);
    const difference = table.gradient.map((value, at) => value - fresh.gradient[at]!);
    expect(Math.max(...difference.map(Math.abs))).toBeLessThan(1e-9 * Math.max(...fresh.gradient.map(Math.abs)));
  }
  expect(renewed).toBeGreaterThan(100);
});
