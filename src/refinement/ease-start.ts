// Starts with broken bonds: brought to rest without hydrogens, before anything is built on where their atoms are.
import { createRng } from "../base/rng.ts";
import { type RunContext, silenced } from "../base/run-context.ts";
import { chiralVolume } from "../math/internal-coordinates.ts";
import { cross, dot, lengthOf, minus, vectorAt } from "../math/vector3.ts";
import type { Model } from "../model/model.ts";
import type { ChiralityList } from "../topology/topology.ts";
import { minimizeTarget } from "./minimize.ts";
import { createTarget, disposeTarget, prepareProblem, type RefinementProblem } from "./problem.ts";
import { inputWithCoordinates } from "./working-model.ts";

/** Bonds with this rmsd are broken, Angstrom: fitting, prediction and building leave a tenth of it, and errors that are alike over some residues half. */
const brokenBonds = 0.3;
/** The map and the repulsion come in by and by: chains must pass through each other on their way out of knots. */
const rounds = [
  { weight: 0, repulsion: 0.01 },
  { weight: 2, repulsion: 0.05 },
  { weight: 10, repulsion: 0.3 },
  { weight: 25, repulsion: 1 },
] as const;
const iterations = 100;

/** Whether a start must be eased before hydrogens and springs say anything, by the rmsd of its bonds (null: none). */
export function isBroken(bondRmsd: number | null): boolean {
  return bondRmsd !== null && bondRmsd > brokenBonds;
}

/**
 * The input with its atoms at rest in the map by their covalent restraints; centres of the wrong hand are mirrored before each
 * round. Hydrogens of the input go with the atoms they are on.
 */
export async function easeStart(problem: RefinementProblem, context: RunContext): Promise<Model> {
  const { engine, working, map, dictionary, options } = problem;
  const quiet = silenced(context);
  const alone = { ...options, hydrogens: "none", modelMap: "off", elasticNetwork: false } as const;
  const eased = prepareProblem(engine, working.input, map, dictionary, alone, quiet);
  let xyz = eased.model.atoms.xyz.slice();
  for (const [round, { weight, repulsion }] of rounds.entries()) {
    mirrorCentres(eased.topology.chiralities, xyz, eased.movable);
    const target = createTarget(eased, xyz);
    target.weight = weight;
    target.repulsionFactor = repulsion;
    const report = (): void => context.report({ phase: "broken start", fraction: 0.02 });
    await minimizeTarget(engine, target, iterations, { ...quiet, rng: createRng(round) }, report);
    xyz = target.xyz.slice();
  }
  for (const movable of eased.targets.keys()) disposeTarget(eased, movable);
  return inputWithCoordinates(eased.working, xyz);
}

/** Puts chiral centres of the wrong hand on the other side of their neighbours' plane, in place. */
function mirrorCentres(list: ChiralityList, xyz: Float64Array, movable: Uint8Array): void {
  for (let row = 0; row < list.count; row++) {
    const [centre, i, j, k] = [list.centre[row]!, list.i[row]!, list.j[row]!, list.k[row]!];
    if (list.both[row] === 1 || movable[centre] === 0) continue;
    if (chiralVolume(xyz, centre, i, j, k) * list.idealVolume[row]! >= 0) continue;
    const origin = vectorAt(xyz, i);
    const normal = cross(minus(vectorAt(xyz, j), origin), minus(vectorAt(xyz, k), origin));
    const squared = lengthOf(normal) ** 2;
    if (squared < 1e-6) continue;
    const height = dot(minus(vectorAt(xyz, centre), origin), normal) / squared;
    for (let axis = 0; axis < 3; axis++) xyz[3 * centre + axis]! -= 2 * height * normal[axis]!;
  }
}
