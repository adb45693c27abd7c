// Two Gaussians stand for five: as good as stated, and not used where they are not good enough.
import { describe, expect, test } from "vitest";
import { formFactor } from "./form-factors.ts";
import { elementFactors, reduceFormFactor } from "./reduced-factors.ts";

function valueAt({ a, b }: { readonly a: readonly number[]; readonly b: readonly number[] }, s: number): number {
  return a.reduce((sum, amplitude, k) => sum + amplitude * Math.exp((-b[k]! * s * s) / 4), 0);
}

describe("a reduced factor", () => {
  test.each([
    [6, 3, 1e-4],
    [7, 3, 1e-4],
    [8, 3, 1e-4],
    [15, 3, 2e-4],
    [16, 2.3, 1e-3],
    [6, 1.75, 2e-3],
  ])("of element %i is the table's up to %f A, within %f of its value at 0", (element, resolution, largest) => {
    const factor = formFactor("electron", element)!;
    const reduced = reduceFormFactor(factor, resolution);
    expect(reduced.a).toHaveLength(2);
    expect(reduced.error).toBeLessThan(largest);
    for (let s = 0; s <= 1 / resolution; s += 0.013) {
      const difference = Math.abs(valueAt(reduced, s) - valueAt(factor, s)) / valueAt(factor, 0);
      expect(difference).toBeLessThan(1.05 * reduced.error);
    }
  });

  test("of a constant is that constant", () => {
    const carbon = formFactor("neutron", 6)!;
    expect(valueAt(reduceFormFactor(carbon, 2), 0.4)).toBe(carbon.a[0]);
  });
});

test("the table's Gaussians are kept where two are not good enough for one of the elements", () => {
  expect(elementFactors("electron", [6, 7, 8, 15, 16], 2).terms).toBe(2);
  expect(elementFactors("electron", [6, 7, 8, 15, 16], 1).terms).toBe(5);
  const { factors, terms } = elementFactors("xray", [6, 12], 1.2);
  expect(terms).toBe(5);
  expect(factors.get(12)).toBe(formFactor("xray", 12));
  expect(elementFactors("electron", [], 3).factors.size).toBe(0);
});
