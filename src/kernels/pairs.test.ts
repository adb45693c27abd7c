// The pair kernel, its twin and a search through all pairs agree.
import { expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import { createEngine } from "./engine.ts";
import type { PairLimits, PairRules } from "./pair-rules.ts";

function randomRules(count: number, seed: number): PairRules {
  const rng = createRng(seed);
  const integer = (below: number): number => Math.floor(below * rng.uniform());
  const kinds = 5;
  const contact = new Float64Array(2 * kinds * kinds);
  const reach = new Float64Array(kinds);
  for (let a = 0; a < kinds; a++) {
    for (let b = 0; b <= a; b++) contact[a * kinds + b] = contact[b * kinds + a] = 1 + 2.5 * rng.uniform();
  }
  for (let at = 0; at < kinds * kinds; at++) {
    contact[kinds * kinds + at] = 0.8 * contact[at]!;
    reach[Math.floor(at / kinds)] = Math.max(reach[Math.floor(at / kinds)]!, contact[at]!);
  }
  const listOf = (): { offset: Int32Array; list: Int32Array } => {
    const offset = new Int32Array(count + 1);
    const list: number[] = [];
    for (let atom = 0; atom < count; atom++) {
      for (let entry = 0; entry < 4; entry++) list.push(Math.min(count - 1, atom + 1 + integer(6)));
      offset[atom + 1] = list.length;
    }
    return { offset, list: Int32Array.from(list) };
  };
  const exclude = listOf();
  const oneFour = listOf();
  return {
    kind: Uint16Array.from({ length: count }, () => integer(kinds)),
    kinds,
    contact,
    reach,
    conformer: Uint8Array.from({ length: count }, () => Math.max(0, integer(9) - 6)),
    model: Uint16Array.from({ length: count }, () => integer(2)),
    excludeOffset: exclude.offset,
    exclude: exclude.list,
    oneFourOffset: oneFour.offset,
    oneFour: oneFour.list,
  };
}

function pairsByDefinition(rules: PairRules, xyz: Float64Array, { cutoff, buffer, moving }: PairLimits): string[] {
  const found: string[] = [];
  const has = (offset: Int32Array, list: Int32Array, i: number, j: number): boolean =>
    list.subarray(offset[i]!, offset[i + 1]!).includes(j);
  for (let i = 0; i < rules.kind.length; i++) {
    for (let j = i + 1; j < rules.kind.length; j++) {
      if (rules.model[i] !== rules.model[j] || (moving && moving[i] === 0 && moving[j] === 0)) continue;
      const letters = [rules.conformer[i]!, rules.conformer[j]!];
      if (letters[0] !== letters[1] && !letters.includes(0)) continue;
      if (has(rules.excludeOffset, rules.exclude, i, j)) continue;
      const share = has(rules.oneFourOffset, rules.oneFour, i, j) ? 0.8 : 1;
      const touch = share * rules.contact[rules.kinds * rules.kind[i]! + rules.kind[j]!]!;
      const distance = Math.hypot(...[0, 1, 2].map((c) => xyz[3 * i + c]! - xyz[3 * j + c]!));
      if (distance <= Math.min(cutoff, touch + buffer)) found.push(`${i} ${j} ${touch.toFixed(9)}`);
    }
  }
  return found.toSorted();
}

test.each([
  [600, 20, 1],
  [600, 20, Number.POSITIVE_INFINITY],
  [900, 5, 0.5],
  [40, 300, 1],
  [1, 1, 1],
  [0, 1, 1],
])("of %i atoms in a box of %i A with a buffer of %f A", (count, edge, buffer) => {
  const rng = createRng(count);
  const rules = randomRules(count, edge);
  const xyz = Float64Array.from({ length: 3 * count }, () => edge * (rng.uniform() - 0.5));
  const moving = Uint8Array.from({ length: count }, () => (rng.uniform() < 0.7 ? 1 : 0));
  for (const limits of [
    { cutoff: 4.5, buffer },
    { cutoff: 4.5, buffer, moving },
  ]) {
    const expected = pairsByDefinition(rules, xyz, limits);
    const [compiled, plain] = (["simd", "reference"] as const).map((kind) =>
      createEngine({ kind }).kernels.selectPairs(rules, xyz, limits),
    );
    expect(
      Array.from(plain!.i, (i, at) => `${i} ${plain!.j[at]} ${plain!.contact[at]!.toFixed(9)}`).toSorted(),
    ).toEqual(expected);
    // The same pairs in the same order: sums over them do not depend on who found them.
    expect(compiled).toEqual(plain);
  }
});
