// Real model files, against what gemmi 0.5.7 reads from them, and against themselves after a change of format.
import { describe, expect, test } from "vitest";
import { createRunContext } from "../../src/base/run-context.ts";
import { writeMmcif } from "../../src/io/mmcif/write-mmcif.ts";
import { writePdb } from "../../src/io/pdb/write-pdb.ts";
import { readModel } from "../../src/io/read-model.ts";
import { atomLabel, type Model } from "../../src/model/model.ts";
import { hasSharedData, readSharedModel } from "./shared-data.ts";

/** File, atoms, chains, stated links, helices, strands, centre of all atoms in Angstrom, mean B. */
const recorded = [
  ["emd30342_7cec_A_3p9A/390_7cec.cif", 17561, 10, 74, 38, 150, [163.9138, 160.2458, 174.9486], 172.0541],
  ["models_large/4zxb.cif.gz", 12918, 12, 50, 28, 146, [-1.951, 104.9728, 18.161], 134.1165],
  ["models_large/5iyz.pdb.gz", 19140, 6, 40, 95, 69, [17.0887, 43.5395, 26.1293], 54.4523],
  ["models_large/6out.pdb.gz", 11505, 3, 0, 30, 80, [49.8129, 59.847, 53.4376], 40.7903],
  ["models_large/3j2w_updated.cif.gz", 30928, 20, 55, 58, 343, [63.627, 54.5389, 251.8345], 84.7285],
] as const;

function mean(values: ArrayLike<number>, first = 0, step = 1): number {
  let sum = 0;
  for (let at = first; at < values.length; at += step) sum += values[at]!;
  return (sum * step) / values.length;
}

async function reread(text: string, name: string): Promise<Model> {
  return readModel(new TextEncoder().encode(text), name, createRunContext());
}

/** One line per atom: label, element, charge, coordinates, occupancy, B, with the decimals of files. */
function linesOf(model: Model): string {
  const { xyz, occupancy, bFactor, element, charge } = model.atoms;
  const numbers = (atom: number): string[] => [occupancy[atom]!, bFactor[atom]!].map((value) => value.toFixed(2));
  return Array.from(
    { length: model.atoms.count },
    (_, atom) =>
      `${atomLabel(model, atom)} ${element[atom]} ${charge[atom]} ${numbers(atom).join()} ${xyz.subarray(3 * atom, 3 * atom + 3).join()}`,
  ).join("\n");
}

describe.skipIf(!hasSharedData)("model files (needs ../shared/data)", () => {
  test.each(recorded)("%s reads as gemmi reads it", async (path, atoms, chains, links, helices, strands, centre, b) => {
    const model = await readSharedModel(path);
    expect([model.atoms.count, model.chains.count, model.statedLinks.length]).toEqual([atoms, chains, links]);
    expect([model.helices.length, model.strands.length]).toEqual([helices, strands]);
    centre.forEach((value, axis) => expect(mean(model.atoms.xyz, axis, 3)).toBeCloseTo(value, 4));
    expect(mean(model.atoms.bFactor)).toBeCloseTo(b, 4);
  });

  test.each(recorded)("%s keeps atoms, links and helices as mmCIF and as PDB", async (path) => {
    const model = await readSharedModel(path);
    const { source: _source, ...tables } = model;
    const plain: Model = { ...tables, source: { format: "none", fileName: path, content: null } };
    const lines = linesOf(model);
    for (const other of [await reread(writeMmcif(plain), "m.cif"), await reread(writePdb(plain), "m.pdb")]) {
      expect(linesOf(other) === lines).toBe(true);
      expect(other.statedLinks.filter(({ kind }) => kind !== "hydrogen-bond").length).toBe(
        model.statedLinks.filter(({ kind }) => kind !== "hydrogen-bond").length,
      );
      expect([other.helices, other.strands.length]).toEqual([model.helices, model.strands.length]);
      expect([...other.residues.endsSegment].filter(Boolean).length).toBeGreaterThanOrEqual(model.chains.count);
    }
  });

  test("a ribosomal subunit whose atom table lacks occupancy and B is read with their defaults", async () => {
    const model = await readSharedModel("models_large/1xnr.cif.gz");
    expect(model.atoms.count).toBe(43833);
    expect([mean(model.atoms.occupancy), mean(model.atoms.bFactor)]).toEqual([1, 0]);
  });
});
