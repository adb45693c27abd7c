// C-beta restraints: at rest where CB stands right, pulling where it does not, none where there is no CB of the L form.
import { expect, test } from "vitest";
import { evaluateTerms } from "../../test/support/evaluate-terms.ts";
import { noTerms } from "../../test/support/no-terms.ts";
import { peptideLines, readLines } from "../../test/support/peptide.ts";
import { createRunContext } from "../base/run-context.ts";
import { loadDictionary } from "../chemistry/dictionary.ts";
import { createEngine } from "../kernels/engine.ts";
import { buildTopology } from "../topology/build-topology.ts";
import { analyzeBetas } from "../validation/geometry/c-beta.ts";
import { betaTerms } from "./c-beta-terms.ts";
import { emptySupplement, packTorsions } from "./supplement.ts";

const model = readLines(peptideLines(["ALA", "ALA", "GLY", "VAL", "PRO", "ALA"], { phi: -60, psi: -45 }));
const topology = buildTopology(model, loadDictionary(), { unknownLigands: "error" }, createRunContext());

test("residues between two others have two torsions each, glycine none", () => {
  expect(betaTerms(topology, model.atoms.xyz)).toHaveLength(6);
});

test("the energy grows with the deviation of CB that validation reports", () => {
  const engine = createEngine();
  const beta = model.atoms.name.findIndex((name, atom) => name === "CB" && model.atoms.residue[atom] === 1);
  const measure = (shift: number): { energy: number; deviation: number } => {
    const xyz = model.atoms.xyz.slice();
    xyz[3 * beta]! += shift;
    const supplement = { ...emptySupplement, torsions: packTorsions(betaTerms(topology, xyz).slice(0, 2)) };
    return {
      energy: evaluateTerms(engine, { lists: noTerms, xyz, supplement }).energies.supplement,
      deviation: analyzeBetas({ ...model, atoms: { ...model.atoms, xyz } }).residues[1]!.deviation,
    };
  };
  const [rest, near, far] = [0, 0.2, 0.5].map(measure);
  expect(rest!.deviation).toBeLessThan(0.1);
  expect(rest!.energy).toBeLessThan(5);
  expect(near!.energy).toBeGreaterThan(rest!.energy + 5);
  expect(far!.energy).toBeGreaterThan(near!.energy + 20);
  expect(far!.deviation).toBeGreaterThan(near!.deviation);
});
