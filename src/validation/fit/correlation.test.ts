// Correlations of a small peptide with its own exact map, disturbed in known ways, against published values.
import { describe, expect, test } from "vitest";
import { gasPeptide, gasPeptideText } from "../../../test/support/gas-peptide.ts";
import { createRunContext } from "../../base/run-context.ts";
import { type DensityMap, mapFrame } from "../../density/map.ts";
import { computeStatistics } from "../../density/statistics.ts";
import { readPdb } from "../../io/pdb/read-pdb.ts";
import { createEngine } from "../../kernels/engine.ts";
import type { Model } from "../../model/model.ts";
import { computeStructureFactors, freeStructureFactors, mapFromStructureFactors } from "../../scattering/model-map.ts";
import { computeFit, computeFitAndMaps } from "./correlation.ts";
import { freeFitMaps } from "./fit-maps.ts";
import { correlateAtoms, correlateGroups } from "./local-correlation.ts";

const points = 48;
const box: Omit<DensityMap, "values"> = {
  size: [points, points, points],
  start: [0, 0, 0],
  sampling: [points, points, points],
  cell: { a: 24, b: 24, c: 24, alpha: 90, beta: 90, gamma: 90 },
  offset: [0, 0, 0],
};

const exact = gasPeptide();

function changed(change: { readonly b?: number; readonly shift?: number }): Model {
  const { atoms } = exact;
  const xyz = atoms.xyz.map((value, at) => (at % 3 === 0 ? value + (change.shift ?? 0) : value));
  return { ...exact, atoms: { ...atoms, xyz, bFactor: atoms.bFactor.map((b) => change.b ?? b) } };
}

function modelMap(model: Model, resolution: number): Float32Array {
  const engine = createEngine();
  const factors = computeStructureFactors(engine, model.atoms, mapFrame(box), { resolution, table: "electron" });
  const values = mapFromStructureFactors(engine, factors).slice();
  freeStructureFactors(engine, factors);
  return values;
}

const options = { resolution: 3, table: "electron" } as const;
const experiment: DensityMap = { ...box, values: modelMap(exact, 3) };

describe("the peptide's map at 3 A", () => {
  test("has the values of the direct Fourier sum", () => {
    const statistics = computeStatistics(experiment.values)!;
    const at = (x: number, y: number, z: number): number => experiment.values[x + points * (y + points * z)]!;
    const { maximum, minimum, mean, sigma } = statistics;
    expect(mean).toBeCloseTo(0, 6);
    expect(sigma).toBeCloseTo(0.0259266, 4);
    const values = [maximum, minimum, at(24, 24, 24), at(22, 24, 26)];
    // The sampled transform comes within 0.2 % of the peak.
    [0.49417, -0.08682, 0.316838, 0.465035].forEach((expected, index) =>
      expect(Math.abs(values[index]! - expected)).toBeLessThan(0.001),
    );
  });

  test("interpolates to the published value at an atom", () => {
    const engine = createEngine();
    const values = engine.memory.float32(experiment.values.length);
    values.set(experiment.values);
    const toGrid = engine.memory.float64(9);
    toGrid.set([2, 0, 0, 0, 2, 0, 0, 0, 2]);
    const corner = engine.memory.float64(3);
    const xyz = engine.memory.float64(3);
    xyz.set(exact.atoms.xyz.subarray(15, 18));
    const density = engine.memory.float64(1);
    const grid = { values, nx: points, ny: points, nz: points, toGrid, corner, periodic: false };
    engine.kernels.sampleTricubic(grid, xyz, engine.memory.int32(1), density, engine.memory.float64(3));
    expect(density[0]).toBeCloseTo(0.458266, 3);
  });
});

describe("correlations of disturbed models (mask, box, volume, peaks, uncentred)", () => {
  test.each([
    ["the same model", {}, 3, 2009, [1, 1, 1, 1, 1]],
    ["B = 50", { b: 50 }, 3, 2009, [0.9901, 0.982, 0.9898, 0.9876, 0.9917]],
    ["B = 100", { b: 100 }, 3, 2009, [0.9404, 0.9147, 0.9414, 0.9286, 0.9616]],
    ["shifted by 0.25 A", { shift: 0.25 }, 3, 2024, [0.9743, 0.9877, 0.9738, 0.9748, 0.9892]],
    ["shifted by 0.5 A", { shift: 0.5 }, 3, 2009, [0.9039, 0.9515, 0.902, 0.9054, 0.9584]],
    ["shifted by 1 A", { shift: 1 }, 3, 2009, [0.6895, 0.8203, 0.6895, 0.6845, 0.8496]],
    ["shifted by 2 A", { shift: 2 }, 3, 2009, [0.2623, 0.4609, 0.2888, 0.1662, 0.5629]],
    ["the same model at 2 A", {}, 2, 2009, [0.9246, 0.9214, 0.9062, 0.9074, 0.9476]],
    ["the same model at 4 A", {}, 4, 2009, [0.9433, 0.9102, 0.946, 0.9312, 0.971]],
  ])("%s", (_name, change, resolution, maskVoxels, expected) => {
    const fit = computeFit(
      createEngine(),
      changed(change),
      experiment,
      { resolution, table: "electron" },
      createRunContext(),
    );
    expect(fit.maskVoxels).toBe(maskVoxels);
    const values = [fit.ccMask, fit.ccBox, fit.ccVolume, fit.ccPeaks, fit.ccMaskUncentred];
    values.forEach((value, at) => expect(Math.abs(value! - expected[at]!)).toBeLessThan(0.002));
  });

  test("a constant added to the map shows in the uncentred form alone", () => {
    const raised = { ...experiment, values: experiment.values.map((value) => value + 0.1) };
    const fit = computeFit(createEngine(), exact, raised, options, createRunContext());
    for (const value of [fit.ccMask, fit.ccBox, fit.ccVolume, fit.ccPeaks]) expect(value).toBeCloseTo(1, 4);
    expect(fit.ccMaskUncentred).toBeCloseTo(0.9721, 3);
  });

  test("a blurred model still has perfect coordinates, and the B of the map is found", () => {
    const fit = computeFit(createEngine(), changed({ b: 100 }), experiment, options, createRunContext());
    expect(fit.ccMaskCoordinates).toBeCloseTo(1, 4);
    expect(Math.abs(fit.bestOverallB! - 20)).toBeLessThan(1);
  });
});

describe.each(["simd", "reference"] as const)("local correlations, %s", (kind) => {
  const engine = createEngine({ kind });

  test.each([
    ["B = 50", { b: 50 }, [0.9903, 0.9908, 0.9905]],
    ["shifted by 0.5 A", { shift: 0.5 }, [0.9515, 0.9485, 0.9429]],
    ["shifted by 1 A", { shift: 1 }, [0.82, 0.8067, 0.782]],
  ])("of residues, %s", (_name, change, expected) => {
    const fit = computeFit(engine, changed(change), experiment, options, createRunContext());
    expect(fit.localRadius).toBe(3);
    fit.perResidue.forEach(({ cc }, residue) => expect(Math.abs(cc! - expected[residue]!)).toBeLessThan(0.002));
  });

  test("of single atoms within 2 A, shifted by 0.5 A", () => {
    const model = changed({ shift: 0.5 });
    const groups = [[0], [1], [2], [3], [4]];
    const maps = { map: experiment, modelMap: modelMap(model, 3) };
    const found = correlateGroups(engine, maps, model.atoms.xyz, groups, 2);
    [0.9427, 0.9265, 0.8472, 0.9105, 0.9231].forEach((expected, atom) =>
      expect(Math.abs(found[atom]! - expected)).toBeLessThan(0.002),
    );
  });

  test("each conformer counts by itself, and the residue is all of them together", () => {
    const model = readPdb(
      `${gasPeptideText.replace(" OG  SER", " OG ASER").trimEnd()}
ATOM     16  OG BSER A   3      16.225  12.748   9.929  0.50 20.00           O
`,
      "two.pdb",
      createRunContext(),
    );
    const { fit, maps } = computeFitAndMaps(engine, model, experiment, options, createRunContext());
    const common = [9, 10, 11, 12, 13];
    const groups = [
      [...common, 14],
      [...common, 15],
      [...common, 14, 15],
    ];
    const [first, second, all] = correlateGroups(engine, maps, model.atoms.xyz, groups, maps.localRadius);
    expect(first).not.toBe(second);
    expect(fit.perResidue[1]).not.toHaveProperty("conformers");
    expect(fit.perResidue[2]).toMatchObject({
      cc: all,
      conformers: [
        { altloc: "A", cc: first, atoms: 6 },
        { altloc: "B", cc: second, atoms: 6 },
      ],
    });
    freeFitMaps(engine, maps);
  });

  test("what is not main chain are side chains, hydrogens, ligands and waters", () => {
    const more = `${gasPeptideText.trimEnd()}
ATOM     16  HA  SER A   3      15.000  12.300  12.200  1.00 20.00           H
HETATM   17  O   HOH A   4       5.000   5.000   5.000  1.00 20.00           O
`;
    const model = readPdb(more, "more.pdb", createRunContext());
    const { fit, maps } = computeFitAndMaps(engine, model, experiment, options, createRunContext());
    const correlate = (...rows: readonly number[]): number | null =>
      correlateGroups(engine, maps, model.atoms.xyz, [rows], maps.localRadius)[0]!;
    expect(fit.ccMainChain).toBe(correlate(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13));
    expect(fit.ccSideChain).toBe(correlate(14));
    expect(fit.ccNotMainChain).toBe(correlate(14, 15, 16));
    expect(fit.perChain[0]!.ccOther).toBe(correlate(16));
    expect(fit.perChain[0]!.ccPolymer).toBe(correlate(...Array.from({ length: 16 }, (_value, atom) => atom)));
    expect(correlateAtoms(engine, model, maps)[15]).toBeNull();
    freeFitMaps(engine, maps);
  });

  test("occupancies and anisotropic U are in the model map", () => {
    const u = new Float64Array(6 * exact.atoms.count).fill(Number.NaN);
    u.set([0.1, 0.6, 0.3, 0.05, 0, 0], 6 * 5);
    const ccOf = (change: Partial<Model["atoms"]>): number =>
      computeFit(engine, { ...exact, atoms: { ...exact.atoms, ...change } }, experiment, options, createRunContext())
        .ccMask!;
    const plain = ccOf({});
    expect(ccOf({ anisotropicU: u })).toBeLessThan(plain - 0.0005);
    expect(ccOf({ occupancy: exact.atoms.occupancy.map((_value, atom) => (atom === 5 ? 0.3 : 1)) })).toBeLessThan(
      plain - 0.005,
    );
  });
});

describe("where there is nothing to measure", () => {
  const engine = createEngine();

  test("a constant map has no correlation anywhere", () => {
    const flat = { ...experiment, values: new Float32Array(experiment.values.length).fill(0.3) };
    const fit = computeFit(engine, exact, flat, options, createRunContext());
    const { ccMask, ccVolume, ccPeaks, ccBox, ccMaskCoordinates, ccMainChain } = fit;
    expect([ccMask, ccVolume, ccPeaks, ccBox, ccMaskCoordinates, ccMainChain]).toEqual(Array(6).fill(null));
    expect(fit.perResidue.map(({ cc }) => cc)).toEqual([null, null, null]);
  });

  test("one atom without protein has no main chain", () => {
    const lone = readPdb(
      "HETATM    1 ZN    ZN A   1      12.000  12.000  12.000  1.00 20.00          ZN\n",
      "zinc.pdb",
      createRunContext(),
    );
    const fit = computeFit(engine, lone, experiment, options, createRunContext());
    expect([fit.ccMainChain, fit.ccSideChain, fit.perChain[0]!.ccPolymer]).toEqual([null, null, null]);
    expect(fit.ccNotMainChain).toBe(fit.perResidue[0]!.cc);
  });
});
