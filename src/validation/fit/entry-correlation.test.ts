// The correlation over a plain Gaussian model: exact for its own map, whatever the hydrogens, and null where there is none.
import { expect, test } from "vitest";
import { createRunContext } from "../../base/run-context.ts";
import type { DensityMap } from "../../density/map.ts";
import { readPdb } from "../../io/pdb/read-pdb.ts";
import { computeEntryCorrelation } from "./entry-correlation.ts";

const text = `
ATOM      1  N   GLY A   1       7.561   9.186  11.965  1.00 20.00           N
ATOM      2  CA  GLY A   1       9.019   9.186  11.965  1.00 20.00           C
ATOM      3  C   GLY A   1       9.566  10.609  11.965  1.00 20.00           C
ATOM      4  O   GLY A   1       9.148  11.431  11.150  1.00 20.00           O
ATOM      5  OXT GLY A   1      10.493  10.904  16.871  1.00 20.00           O
`;
const model = readPdb(text, "g.pdb", createRunContext());
const points = 96;
const edge = 24;
const resolution = 3;

/** Gaussians of width 0.225 d and weight Z, summed at every point. */
function gaussianMap(weight: (element: number) => number): DensityMap {
  const values = new Float32Array(points ** 3);
  const sigma = 0.225 * resolution;
  const { xyz, element, count } = model.atoms;
  for (let at = 0; at < values.length; at++) {
    const place = [at % points, Math.floor(at / points) % points, Math.floor(at / points ** 2)];
    for (let atom = 0; atom < count; atom++) {
      const squared = place.reduce((sum, k, axis) => sum + ((k * edge) / points - xyz[3 * atom + axis]!) ** 2, 0);
      values[at]! += weight(element[atom]!) * Math.exp((-0.5 * squared) / sigma ** 2);
    }
  }
  const size = [points, points, points] as const;
  const cell = { a: edge, b: edge, c: edge, alpha: 90, beta: 90, gamma: 90 };
  return { values, size, start: [0, 0, 0], sampling: size, cell, offset: [0, 0, 0] };
}

const own = gaussianMap((element) => element);

test("is 1 for the map of its own Gaussians, and less for others", () => {
  const { cc, ccMean, points: used } = computeEntryCorrelation(model, own, resolution);
  expect(cc).toBeGreaterThan(0.9995);
  expect(ccMean).toBeGreaterThan(0.999);
  expect(used).toBeGreaterThan(100);
  const other = computeEntryCorrelation(
    model,
    gaussianMap((element) => (element === 8 ? 1 : 8)),
    resolution,
  );
  expect(other.ccMean).toBeLessThan(0.9);
});

test("the one with means taken off does not see an offset, the other one does", () => {
  const raised = { ...own, values: own.values.map((value) => value + 50) };
  const [plain, lifted] = [own, raised].map((map) => computeEntryCorrelation(model, map, resolution));
  expect(lifted!.ccMean).toBeCloseTo(plain!.ccMean!, 5);
  expect(lifted!.cc).toBeLessThan(0.9);
});

test("hydrogens play no part", () => {
  const more = readPdb(
    `${text}ATOM      6  HA2 GLY A   1       9.300   8.500  12.800  1.00 20.00           H\n`,
    "h.pdb",
    createRunContext(),
  );
  expect(computeEntryCorrelation(more, own, resolution)).toEqual(computeEntryCorrelation(model, own, resolution));
});

test("is null for a constant map, and far from the map", () => {
  const constant = { ...own, values: new Float32Array(own.values.length) };
  expect(computeEntryCorrelation(model, constant, resolution)).toMatchObject({ cc: null, ccMean: null });
  const away = { ...model, atoms: { ...model.atoms, xyz: model.atoms.xyz.map((value) => value + 100) } };
  expect(computeEntryCorrelation(away, own, resolution)).toMatchObject({ cc: null, ccMean: null });
  const none = { ...model, atoms: { ...model.atoms, element: new Uint8Array(5).fill(1) } };
  expect(computeEntryCorrelation(none, own, resolution)).toEqual({ cc: null, ccMean: null, points: 0 });
});
