// Q-scores against recorded values: mapq's own for 7CEC, and both rules computed apart with numpy for six pairs.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { createRunContext } from "../../src/base/run-context.ts";
import { type DensityMap, mapFrame } from "../../src/density/map.ts";
import { trilinearGrid, trilinearValue } from "../../src/density/trilinear.ts";
import { readAtomScores, readCifScores, readResidueScores } from "../../src/io/mapq/read-q-tables.ts";
import { createEngine } from "../../src/kernels/engine.ts";
import type { Vector3 } from "../../src/math/vector3.ts";
import { computeEntryCorrelation } from "../../src/validation/fit/entry-correlation.ts";
import { computeQScores } from "../../src/validation/fit/q-score.ts";
import type { QScoreRule } from "../../src/validation/fit/q-score-rules.ts";
import { meanQ, type QScoreSummary, summarizeQScores } from "../../src/validation/fit/q-score-summary.ts";
import { hasSharedData, readSharedMap, readSharedModel } from "./shared-data.ts";

const folder = new URL("../../../shared/data/", import.meta.url).pathname;

interface Recorded {
  readonly n_atoms: number;
  readonly mapq: RecordedScores;
  readonly cctbx: RecordedScores;
}

interface RecordedScores {
  readonly mean: number;
  readonly residues: readonly {
    readonly chain: string;
    readonly resname: string;
    readonly resseq: string;
    q: number;
  }[];
}

const pairs: readonly (readonly [golden: string, model: string, map: string])[] = [
  ["emd4413_6i5a", "emd4413_6i5a_tmv_2p3A/6i5a_box_complete.pdb", "emd4413_6i5a_tmv_2p3A/6i5a_box.ccp4.gz"],
  ["emd30342_7cec_A", "emd30342_7cec_A_3p9A/390_7cec_A.cif", "emd30342_7cec_A_3p9A/390_emd_30342_A_z4.mrc.gz"],
  [
    "emd3240_5fn5",
    "emd3240_5fn5_gamma_secretase_4p3A/5fn5_box_complete.pdb",
    "emd3240_5fn5_gamma_secretase_4p3A/5fn5_box.ccp4.gz",
  ],
  [
    "emd20026_apof",
    "emd20026_apoferritin_1p75A/3ajo_fitted_refined.pdb",
    "emd20026_apoferritin_1p75A/emd20026_prot.mrc.gz",
  ],
  ["emd5830_3j63_A", "emd5830_3j63_asc_3p8A/A_box_complete.pdb", "emd5830_3j63_asc_3p8A/A_box.ccp4.gz"],
  ["sim_lyso_3p0", "golden_cctbx/inputs/lyso_true.pdb", "golden_cctbx/inputs/lyso.mrc.gz"],
];

async function summaryOf(modelPath: string, mapPath: string, rule: QScoreRule): Promise<QScoreSummary> {
  const model = await readSharedModel(modelPath);
  const map = await readSharedMap(mapPath, model);
  return summarizeQScores(model, computeQScores(createEngine(), model, map, { rule }, createRunContext()));
}

describe.skipIf(!hasSharedData)("Q-scores equal recorded ones (needs ../shared/data)", () => {
  describe.each(pairs)("%s", (golden, modelPath, mapPath) => {
    test.each(["mapq", "cctbx"] as const)("rule %s, residue by residue", async (rule) => {
      const recorded = JSON.parse(readFileSync(`${folder}golden_cctbx/${golden}.qscore.json`, "utf8")) as Recorded;
      const { mean, atoms, perResidue } = await summaryOf(modelPath, mapPath, rule);
      expect(atoms).toBe(recorded.n_atoms);
      expect(Math.abs(mean! - recorded[rule].mean)).toBeLessThan(0.0001);
      const byLabel = new Map(perResidue.map(({ chain, number, name, q }) => [`${chain}${number}${name}`, q!]));
      for (const { chain, resseq, resname, q } of recorded[rule].residues) {
        expect(Math.abs(byLabel.get(`${chain}${resseq.trim()}${resname}`)! - q)).toBeLessThan(0.001);
      }
    });
  });
});

/** Pearson coefficient and root mean square difference. */
function compare(pairsOfValues: readonly (readonly [number, number])[]): { correlation: number; rms: number } {
  const n = pairsOfValues.length;
  const mean = [0, 1].map((side) => pairsOfValues.reduce((sum, pair) => sum + pair[side]!, 0) / n);
  let [xx, yy, xy, squares] = [0, 0, 0, 0];
  for (const [x, y] of pairsOfValues) {
    xx += (x - mean[0]!) ** 2;
    yy += (y - mean[1]!) ** 2;
    xy += (x - mean[0]!) * (y - mean[1]!);
    squares += (x - y) ** 2;
  }
  return { correlation: xy / Math.sqrt(xx * yy), rms: Math.sqrt(squares / n) };
}

/** The map at multiples of its step from the origin of space, trilinear: what mapq's parallel processes read. */
function resampleAsMapq(map: DensityMap): DensityMap {
  const { corner, boxCell } = mapFrame(map);
  const step = [boxCell.a / map.size[0], boxCell.b / map.size[1], boxCell.c / map.size[2]] as const;
  const first = corner.map((value, axis) => Math.ceil(value / step[axis]!)) as [number, number, number];
  const size = map.size.map((points) => points - 1) as [number, number, number];
  const grid = trilinearGrid(map);
  const values = new Float32Array(size[0] * size[1] * size[2]);
  for (let z = 0, at = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      for (let x = 0; x < size[0]; x++) {
        const place = [first[0] + x, first[1] + y, first[2] + z].map((index, axis) => index * step[axis]!) as [
          number,
          number,
          number,
        ];
        values[at++] = trilinearValue(grid, ...place);
      }
    }
  }
  const offset = first.map((index, axis) => index * step[axis]!) as unknown as Vector3;
  const cell = { ...boxCell, a: size[0] * step[0], b: size[1] * step[1], c: size[2] * step[2] };
  return { values, size, start: [0, 0, 0], sampling: size, cell, offset };
}

describe.skipIf(!hasSharedData)("tables of mapq (needs ../shared/data)", () => {
  const pair = "emd30342_7cec_A_3p9A/390_7cec_A";
  const read = (path: string): string => readFileSync(folder + path, "utf8");

  test("Q-scores of 7CEC chain A are mapq's for the same map: residues, atoms, chain", async () => {
    const model = await readSharedModel(`${pair}.cif`);
    const map = await readSharedMap("emd30342_7cec_A_3p9A/390_emd_30342_A_z4.mrc.gz", model);
    const scores = computeQScores(createEngine(), model, map, {}, createRunContext());
    const { mean, expected, perResidue } = summarizeQScores(model, scores, { resolution: 3.9 });
    const table = readResidueScores(read(`${pair}__Q__390_emd_30342_A_z4_All.txt`), "All.txt");
    expect(table.residues).toHaveLength(perResidue.length);
    const residues = compare(table.residues.map(({ q }, row) => [q, perResidue[row]!.q!]));
    expect(residues.correlation).toBeGreaterThan(0.9945);
    expect(residues.rms).toBeLessThan(0.02);
    expect(Math.abs(mean! - table.chains[0]!.q)).toBeLessThan(0.01);
    // The table's formula at 3.9 A gives 0.42695; its column was made with 3.9125 A.
    expect(Math.abs(expected! - table.residues[0]!.expected!)).toBeLessThan(0.003);
    const atoms = readCifScores(read(`${pair}__Q__390_emd_30342_A_z4.cif`), "q.cif");
    expect(atoms.map(({ atomName }) => atomName)).toEqual(model.atoms.name);
    const compareAtoms = (values: Float64Array): ReturnType<typeof compare> =>
      compare(atoms.map(({ q }, atom) => [q, values[2 * atom]!]));
    expect(compareAtoms(scores.values).correlation).toBeGreaterThan(0.99);
    // What is left comes from a map that mapq interpolates twice: its processes resample the map first.
    const twice = computeQScores(createEngine(), model, resampleAsMapq(map), {}, createRunContext());
    expect(compareAtoms(twice.values).rms).toBeLessThan(0.0003);
    atoms.forEach(({ q }, atom) => expect(Math.abs(q - twice.values[2 * atom]!)).toBeLessThan(0.0006));
  });

  test("6I5A has the Q-score and the correlations of the table of entries", async () => {
    const model = await readSharedModel(pairs[0]![1]);
    const map = await readSharedMap(pairs[0]![2], model);
    const rows = gunzipSync(readFileSync(`${folder}ref_qscore_tables/emdb_scores_q_fsc_cc_2c.csv.gz`)).toString();
    const row = rows.split("\n").find((line) => line.startsWith("emd_4413,"))!;
    const [, , resolution, q, , cc, ccMean] = row.split(",").map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const scores = computeQScores(createEngine(), model, map, { sigmas: [0.4] }, createRunContext());
    expect(Math.abs(meanQ(scores)! - q)).toBeLessThan(0.001);
    const found = computeEntryCorrelation(model, map, resolution);
    expect(Math.abs(found.cc! - cc)).toBeLessThan(0.001);
    expect(Math.abs(found.ccMean! - ccMean)).toBeLessThan(0.001);
  });

  test.each([
    ["emd30342_7cec_A_3p9A/390_7cec__Q__emd_30342_All.txt", 23, 2253, [0.47, 0.44, 0.44]],
    ["ref_qscore_tables/7A4M_Q_apoF_chainA_All.txt", 3, 284, [0.88, 0.92, 0.77]],
  ])("%s is read whole", (path, chains, residues, means) => {
    const table = readResidueScores(read(path), path);
    expect(table.chains).toHaveLength(chains);
    expect(Math.max(...table.residues.map(({ q }) => q))).toBeLessThanOrEqual(1);
    expect(table.residues).toHaveLength(residues);
    expect(table.chains.map(({ q }) => q).slice(0, 3)).toEqual(means);
  });

  test.each(["", "_half_A", "_half_B"])("scores of the ribozyme's atoms belong to its model%s", async (half) => {
    const model = await readSharedModel("models_rna_water_tetrahymena_2p2A/2.2A_SWIM.pdb");
    const path = `models_rna_water_tetrahymena_2p2A/2.2A_SWIM.pdb__Q__Con2-2.2A_sh${half}.mrc.csv`;
    const scores = readAtomScores(read(path), path);
    expect(scores).toHaveLength(model.atoms.count);
    scores.forEach(({ atomName, number, xyz, q }, atom) => {
      expect([atomName, number]).toEqual([
        model.atoms.name[atom],
        model.residues.sequenceNumber[model.atoms.residue[atom]!],
      ]);
      xyz.forEach((value, axis) => expect(value).toBeCloseTo(model.atoms.xyz[3 * atom + axis]!, 3));
      expect(Math.abs(q)).toBeLessThanOrEqual(1);
    });
  });
});
