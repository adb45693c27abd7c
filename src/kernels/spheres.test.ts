// The sphere kernels and their twins agree in boxes of any angles, at their faces and where spheres are wider than the box.
import { describe, expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import { fractionalization, orthogonalization, type UnitCell } from "../crystal/unit-cell.ts";
import { createEngine } from "./engine.ts";
import type { SphereGrid } from "./reference/spheres.ts";

const engines = [
  createEngine({ kind: "reference" }),
  createEngine(),
  createEngine({ threads: 2 }),
  createEngine({ threads: 3 }),
];

function gridOf(size: readonly [number, number, number], cell: UnitCell): SphereGrid {
  return {
    size,
    fractionalization: fractionalization(cell),
    orthogonalization: orthogonalization(cell),
    corner: [1.2, -3, 0.4],
  };
}

const grids: readonly (readonly [string, SphereGrid])[] = [
  ["right angles", gridOf([24, 30, 26], { a: 20, b: 24, c: 19, alpha: 90, beta: 90, gamma: 90 })],
  ["three other angles", gridOf([21, 18, 25], { a: 18, b: 15, c: 21, alpha: 75, beta: 102, gamma: 96 })],
  ["a box smaller than its spheres", gridOf([7, 5, 9], { a: 4, b: 3.5, c: 5, alpha: 90, beta: 90, gamma: 90 })],
];

describe.each(grids)("on a grid with %s", (_name, grid) => {
  const [nx, ny, nz] = grid.size;
  const rng = createRng(12);
  const count = 30;
  const xyz = Float64Array.from({ length: 3 * count }, () => 26 * rng.uniform() - 3);
  const radius = Float64Array.from({ length: count }, () => 0.2 + 3 * rng.uniform());

  test("painted and shrunk labels are the same, also from several threads", () => {
    const offsets = Int32Array.of(0, 0, 1, 0, 0, -1, 0, 1, 0, 0, -1, 0, 1, 0, 0, -1, 0, 0);
    const results = engines.map(({ memory, kernels }) => {
      const labels = memory.uint8(nx * ny * nz);
      const mask = memory.uint8(labels.length);
      kernels.paintSpheres(labels, grid, { count, xyz, radius }, 1);
      kernels.paintSpheres(labels, grid, { count, xyz, radius: radius.map((value) => 0.6 * value) }, 2);
      kernels.shrinkShell(labels, mask, grid.size, offsets);
      return { labels: labels.slice(), mask: mask.slice() };
    });
    for (const result of results.slice(1)) expect(result).toEqual(results[0]);
    expect(new Set(results[0]!.labels).has(2)).toBe(true);
    expect(results[0]!.mask.includes(1)).toBe(true);
  });

  test("sums over unions count each point once", () => {
    const first = Float32Array.from({ length: nx * ny * nz }, () => rng.normal());
    const second = first.map((value) => 0.5 * value + rng.normal());
    const groups = {
      start: Int32Array.of(0, 1, 1, 5, 30),
      atoms: Int32Array.from({ length: 30 }, (_value, row) => row),
    };
    const results = engines.map(({ kernels }) => kernels.sumSpheres(first, second, grid, xyz, groups, 2.5));
    const [plain, ...others] = results as [Float64Array, ...Float64Array[]];
    for (const result of others) result.forEach((value, at) => expect(value).toBeCloseTo(plain[at]!, 9));
    for (const result of others.slice(1)) expect(result).toEqual(others[0]);
    expect([...plain.subarray(6, 12)]).toEqual([0, 0, 0, 0, 0, 0]);
    // The union of all atoms of a group by looking at every point.
    const o = grid.orthogonalization;
    let points = 0;
    for (let z = 0; z < nz; z++) {
      for (let y = 0; y < ny; y++) {
        for (let x = 0; x < nx; x++) {
          const isNear = [1, 2, 3, 4].some((atom) => {
            for (let image = 0; image < 125; image++) {
              const [i, j, k] = [(image % 5) - 2, (Math.floor(image / 5) % 5) - 2, Math.floor(image / 25) - 2];
              const [u, v, w] = [x / nx + i, y / ny + j, z / nz + k];
              const d = [0, 1, 2].map(
                (axis) =>
                  o[3 * axis]! * u +
                  o[3 * axis + 1]! * v +
                  o[3 * axis + 2]! * w +
                  grid.corner[axis]! -
                  xyz[3 * atom + axis]!,
              );
              if (d[0]! ** 2 + d[1]! ** 2 + d[2]! ** 2 <= 2.5 ** 2) return true;
            }
            return false;
          });
          if (isNear) points++;
        }
      }
    }
    if (nx > 10) expect(plain[12]).toBe(points);
    else expect(plain[12]).toBe(nx * ny * nz);
  });
});
