// Hydrogens placed anew against those that reduce 4.16 placed: their number, and where those that cannot turn stand.
import { describe, expect, test } from "vitest";
import { createRunContext } from "../../src/base/run-context.ts";
import { loadDictionary } from "../../src/chemistry/dictionary.ts";
import { hydrogenIndex } from "../../src/chemistry/elements.ts";
import { type AddHydrogensOptions, addHydrogens } from "../../src/hydrogens/add-hydrogens.ts";
import { readMmcif } from "../../src/io/mmcif/read-mmcif.ts";
import { writeMmcif } from "../../src/io/mmcif/write-mmcif.ts";
import { readPdb } from "../../src/io/pdb/read-pdb.ts";
import { writePdb } from "../../src/io/pdb/write-pdb.ts";
import { atomLabel, type Model, residueLabel } from "../../src/model/model.ts";
import { hasSharedData, readSharedModel } from "./shared-data.ts";

interface Case {
  readonly name: string;
  readonly path: string;
  readonly count: number;
  readonly options?: AddHydrogensOptions;
  /** Residues on which the two programs differ, and by how many hydrogens ours has more. */
  readonly more?: Readonly<Record<string, number>>;
  /** Parts of the hydrogens that cannot turn within 0.02 and 0.05 Angstrom. */
  readonly within: readonly [number, number];
}

const cases: readonly Case[] = [
  // reduce leaves the N of the fragment's start bare.
  {
    name: "4HG7",
    path: "../spec/golden/golden-4hg7-with-H.pdb",
    count: 851,
    more: { "A 18 GLN": 1 },
    within: [0.99, 0.995],
  },
  { name: "3LZT", path: "../spec/golden/golden-3lzt-with-H.pdb", count: 932, within: [0.97, 0.99] },
  { name: "3J63", path: "emd5830_3j63_asc_3p8A/A_box_complete.pdb", count: 730, within: [0.995, 0.995] },
  {
    name: "5FN5 chain C, whose start is charged",
    path: "emd3240_5fn5_gamma_secretase_4p3A/chain_c/chain_c_box_complete.pdb",
    count: 1914,
    options: { chargedStart: "chain" },
    within: [0.98, 0.99],
  },
  {
    name: "6I5A at nuclear positions",
    path: "emd4413_6i5a_tmv_2p3A/6i5a_box_complete.pdb",
    count: 1186,
    options: { chargedStart: "chain", lengths: "nuclear" },
    within: [0.7, 0.98],
  },
];

/** Hydrogens by residue. */
function hydrogensByResidue(model: Model): Map<string, number[]> {
  const found = new Map<string, number[]>();
  model.atoms.element.forEach((element, row) => {
    if (element !== hydrogenIndex) return;
    const label = residueLabel(model, model.atoms.residue[row]!);
    found.set(label, [...(found.get(label) ?? []), row]);
  });
  return found;
}

/** Hydroxyls, thiols, ammonium, and which nitrogen of a histidine has one. */
const turning = /^(SER HG|THR HG1|TYR HH|CYS HG|LYS HZ\d|... H[123]|HIS HD1|HIS HE2)$/;

function distancesToNearest(model: Model, reference: Model): number[] {
  const own = hydrogensByResidue(model);
  const distances: number[] = [];
  for (const [label, rows] of hydrogensByResidue(reference)) {
    for (const row of rows) {
      const { xyz, name, altloc } = reference.atoms;
      if (turning.test(`${label.slice(-3)} ${name[row]!}`)) continue;
      const apart = (own.get(label) ?? [])
        .filter((other) => model.atoms.altloc[other] === altloc[row])
        .map((other) => Math.hypot(...[0, 1, 2].map((c) => model.atoms.xyz[3 * other + c]! - xyz[3 * row + c]!)));
      distances.push(Math.min(...apart));
    }
  }
  return distances;
}

describe.runIf(hasSharedData)("hydrogens placed anew", () => {
  test.each(cases)("on $name are as many as reduce's and stand where they do", async (entry) => {
    const reference = await readSharedModel(entry.path);
    const options = { existing: "replace", ...entry.options } as const;
    const { model, added } = addHydrogens(reference, loadDictionary(), options, createRunContext());
    expect(added).toBe(entry.count);
    const theirs = hydrogensByResidue(reference);
    const differences = [...hydrogensByResidue(model)].flatMap(([label, { length }]) => {
      const more = length - (theirs.get(label)?.length ?? 0);
      return more === 0 ? [] : [[label, more] as const];
    });
    expect(Object.fromEntries(differences)).toEqual(entry.more ?? {});
    const distances = distancesToNearest(model, reference);
    const part = (limit: number): number => distances.filter((distance) => distance <= limit).length / distances.length;
    expect(part(0.02)).toBeGreaterThanOrEqual(entry.within[0]);
    expect(part(0.05)).toBeGreaterThanOrEqual(entry.within[1]);
  });

  test("survive PDB and mmCIF", async () => {
    const reference = await readSharedModel(cases[0]!.path);
    const { model } = addHydrogens(reference, loadDictionary(), { existing: "replace" }, createRunContext());
    const context = createRunContext();
    const asPdb = readPdb(writePdb(model), "a.pdb", context);
    const asMmcif = readMmcif(writeMmcif(model), "a.cif", context);
    for (const again of [asPdb, asMmcif]) {
      expect(Array.from({ length: again.atoms.count }, (_, row) => atomLabel(again, row))).toEqual(
        Array.from({ length: model.atoms.count }, (_, row) => atomLabel(model, row)),
      );
      expect(addHydrogens(again, loadDictionary(), {}, createRunContext()).added).toBe(0);
    }
    expect(new Set(asPdb.atoms.serial).size).toBe(asPdb.atoms.count);
    expect(context.diagnostics.entries).toEqual([]);
  });
});
