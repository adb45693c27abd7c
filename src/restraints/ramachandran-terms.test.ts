// Ramachandran restraints: a surface that leads from anywhere to a populated place, and the terms of a peptide.
import { describe, expect, test } from "vitest";
import { evaluateTerms } from "../../test/support/evaluate-terms.ts";
import { noTerms } from "../../test/support/no-terms.ts";
import { peptideLines, readLines } from "../../test/support/peptide.ts";
import { createRng } from "../base/rng.ts";
import { createRunContext } from "../base/run-context.ts";
import { loadDictionary } from "../chemistry/dictionary.ts";
import { tableValue } from "../chemistry/grid-table.ts";
import { loadRamachandranTables, ramachandranClasses } from "../chemistry/ramachandran-tables.ts";
import { createEngine } from "../kernels/engine.ts";
import { type SurfacePoint, surfaceAt } from "../kernels/reference/supplement.ts";
import { buildTopology } from "../topology/build-topology.ts";
import { defaultRamachandranForm, makeRamachandranSurfaces, ramachandranTerms } from "./ramachandran-terms.ts";
import { emptySupplement } from "./supplement.ts";

const tables = await loadRamachandranTables();
const surfaces = makeRamachandranSurfaces(tables);
const rng = createRng(3);

function at(row: number, phi: number, psi: number): SurfacePoint {
  const point = { value: 0, first: 0, second: 0, firstBend: 0, secondBend: 0 };
  surfaceAt(surfaces, row, [phi, psi], point);
  return point;
}

const randomAngle = (): number => 360 * rng.uniform() - 180;

describe.each(ramachandranClasses)("the surface of %s", (name) => {
  const row = ramachandranClasses.indexOf(name);

  test("leads downhill from anywhere to a favoured place", () => {
    for (let trial = 0; trial < 25; trial++) {
      let [phi, psi] = [randomAngle(), randomAngle()];
      for (let step = 0; step < 400; step++) {
        const { first, second } = at(row, phi, psi);
        // Steps of at most 2 degrees.
        const scale = Math.min(10, 2 / Math.hypot(first, second));
        phi = wrap(phi - scale * first);
        psi = wrap(psi - scale * second);
      }
      expect(tableValue(tables.tables[name], [phi, psi])).toBeGreaterThan(0.019);
    }
  });

  test("is nowhere steeper than the limit, nowhere below 0 and near 0 at its best place", () => {
    let lowest = Number.POSITIVE_INFINITY;
    for (let phi = -180; phi < 180; phi += 3) {
      for (let psi = -180; psi < 180; psi += 3) {
        const { value, first, second } = at(row, phi, psi);
        expect(Math.hypot(first, second)).toBeLessThan(1.1 * defaultRamachandranForm.steepest);
        expect(value).toBeGreaterThan(0);
        lowest = Math.min(lowest, value);
      }
    }
    expect(lowest).toBeLessThan(0.2);
  });
});

const wrap = (angle: number): number => angle - 360 * Math.round(angle / 360);

describe("terms of a peptide", () => {
  const names = ["ALA", "GLY", "ALA", "PRO", "VAL", "ALA"];
  const model = readLines(peptideLines(names, { phi: -60, psi: -45 }));
  const topology = buildTopology(model, loadDictionary(), { unknownLigands: "error" }, createRunContext());
  const { xyz } = model.atoms;
  const terms = ramachandranTerms(topology, xyz, surfaces, 3);

  test("are those of the residues between two peptide bonds, each of its class", () => {
    expect([...terms.surface].map((row) => ramachandranClasses[row])).toEqual([
      "glycine",
      "preProline",
      "transProline",
      "isoleucineOrValine",
    ]);
  });

  test("push an unlikely residue and leave a likely one nearly alone", () => {
    const engine = createEngine();
    const strainAt = (phi: number, psi: number): number => {
      const other = readLines(
        peptideLines(
          names.map(() => "ALA"),
          { phi, psi },
        ),
      );
      const own = buildTopology(other, loadDictionary(), { unknownLigands: "error" }, createRunContext());
      const supplement = { ...emptySupplement, surfaces: ramachandranTerms(own, other.atoms.xyz, surfaces, 3) };
      return evaluateTerms(engine, { lists: noTerms, xyz: other.atoms.xyz, supplement }).energies.supplement;
    };
    expect(strainAt(-63, -43)).toBeLessThan(4);
    expect(strainAt(60, -120)).toBeGreaterThan(30);
  });
});
