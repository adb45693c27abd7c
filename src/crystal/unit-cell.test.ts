import { expect, test } from "vitest";
import { cellVolume, fractionalization, type Matrix3, orthogonalization, type UnitCell } from "./unit-cell.ts";

const triclinic: UnitCell = { a: 30, b: 40, c: 50, alpha: 80, beta: 85, gamma: 120 };

function product(a: Matrix3, b: Matrix3): number[] {
  return Array.from({ length: 9 }, (_, at) => {
    const [row, column] = [3 * Math.floor(at / 3), at % 3];
    return a[row]! * b[column]! + a[row + 1]! * b[column + 3]! + a[row + 2]! * b[column + 6]!;
  });
}

test("the two matrices are each other's inverse", () => {
  const identity = [1, 0, 0, 0, 1, 0, 0, 0, 1];
  product(orthogonalization(triclinic), fractionalization(triclinic)).forEach((value, at) =>
    expect(value).toBeCloseTo(identity[at]!, 12),
  );
});

test("axes have the lengths and angles of the cell", () => {
  const o = orthogonalization(triclinic);
  const axes = [0, 1, 2].map((column) => [o[column]!, o[column + 3]!, o[column + 6]!]);
  const dot = (p: number, q: number): number => axes[p]!.reduce((sum, value, at) => sum + value * axes[q]![at]!, 0);
  expect([0, 1, 2].map((axis) => Math.sqrt(dot(axis, axis)))).toEqual(
    [30, 40, 50].map((edge) => expect.closeTo(edge, 10)),
  );
  const angle = (p: number, q: number): number =>
    (Math.acos(dot(p, q) / Math.sqrt(dot(p, p) * dot(q, q))) * 180) / Math.PI;
  expect([angle(1, 2), angle(0, 2), angle(0, 1)]).toEqual([80, 85, 120].map((value) => expect.closeTo(value, 10)));
});

test("a cell of right angles has exactly diagonal matrices", () => {
  const right: UnitCell = { a: 30, b: 40, c: 50, alpha: 90, beta: 90, gamma: 90 };
  expect(orthogonalization(right)).toEqual([30, 0, 0, 0, 40, 0, 0, 0, 50]);
  expect(cellVolume(right)).toBe(60000);
});

test("the volume of a skewed cell is that of its formula", () => {
  const [ca, cb, cg] = [80, 85, 120].map((angle) => Math.cos((angle * Math.PI) / 180)) as [number, number, number];
  const expected = 60000 * Math.sqrt(1 - ca * ca - cb * cb - cg * cg + 2 * ca * cb * cg);
  expect(cellVolume(triclinic)).toBeCloseTo(expected, 6);
});
