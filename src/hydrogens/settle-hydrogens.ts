// Turns hydroxyls, ammonium, amides and histidines of a model with hydrogens to where its contacts are best, atoms staying the same.
import { createRunContext, type RunContext } from "../base/run-context.ts";
import { hydrogenIndex } from "../chemistry/elements.ts";
import type { Dictionary } from "../chemistry/monomer.ts";
import { editAtoms } from "../model/edit-atoms.ts";
import { type Model, residueLabel, withCoordinates } from "../model/model.ts";
import { atomsOfResidue } from "../topology/residue-atoms.ts";
import { addHydrogens } from "./add-hydrogens.ts";
import type { MoverReport } from "./optimize-hydrogens.ts";

export interface SettledHydrogens {
  /** Coordinates of all atoms, 3 per atom. */
  readonly xyz: Float64Array;
  /** Amides and histidines that were turned round. */
  readonly flipped: readonly MoverReport[];
}

/** About the worth of a hydrogen bond, in the score of dots: a flip must gain as much, and be worth as much. */
const flipWorth = 3;

/**
 * Places the hydrogens of a model anew on its atoms as they stand, with the torsions and sides of amides and histidines where contacts
 * and hydrogen bonds are best. A group is turned round where the other side makes hydrogen bonds, not where it only relieves bumps, which
 * small moves do as well. Which atoms there are does not change: histidines keep their protons, and hydrogens that would not be placed
 * stay where they are. Atoms not marked in `movable`, and the groups they are in, stay too.
 */
export function settleHydrogens(
  model: Model,
  dictionary: Dictionary,
  movable: Uint8Array,
  context: RunContext,
): SettledHydrogens {
  const input = { model, dictionary, movable };
  const tried = placeAnew(input, "flip", context);
  const all = tried.movers.filter(({ isFlipped }) => isFlipped);
  if (all.length === 0) return { xyz: tried.xyz, flipped: [] };
  const worthy = new Set(all.filter(isWorthy).map(({ group }) => group));
  const { atoms } = model;
  const xyz = atoms.xyz.slice();
  const done = new Set<string>();
  for (let residue = 0; residue < model.residues.count; residue++) {
    const rows = [...atomsOfResidue(model, residue)];
    const label = residueLabel(model, residue);
    if (rows.some((row) => movable[row] === 0)) continue;
    for (const letter of new Set(rows.map((row) => atoms.altloc[row]!))) {
      const group = letter === "" ? label : `${label}.${letter}`;
      if (!worthy.has(group)) continue;
      done.add(group);
      for (const row of rows) {
        if (atoms.altloc[row] === letter) xyz.set(tried.xyz.subarray(3 * row, 3 * row + 3), 3 * row);
      }
    }
  }
  const flipped = all.filter(({ group }) => done.has(group));
  if (flipped.length === all.length) return { xyz: tried.xyz, flipped };
  return { xyz: placeAnew({ ...input, model: withCoordinates(model, xyz) }, "rotate", context).xyz, flipped };
}

function isWorthy({ flip }: MoverReport): boolean {
  return flip !== null && flip.flipped >= flipWorth && flip.flipped - flip.unflipped >= flipWorth;
}

interface SettleInput {
  readonly model: Model;
  readonly dictionary: Dictionary;
  readonly movable: Uint8Array;
}

/** Coordinates after all hydrogens but the protons of histidines were taken out and put back. */
function placeAnew(
  { model, dictionary, movable }: SettleInput,
  choice: "rotate" | "flip",
  context: RunContext,
): { readonly xyz: Float64Array; readonly movers: readonly MoverReport[] } {
  const { atoms, residues } = model;
  const isProton = (row: number): boolean =>
    residues.name[atoms.residue[row]!] === "HIS" && (atoms.name[row] === "HD1" || atoms.name[row] === "HE2");
  const remove = Uint8Array.from(atoms.element, (element, row) =>
    element === hydrogenIndex && !isProton(row) ? 1 : 0,
  );
  const bare = editAtoms(model, { remove });
  // What cannot be placed has been said.
  const quiet = createRunContext({ signal: context.signal, memoryLimit: context.memoryLimit });
  const placed = addHydrogens(bare.model, dictionary, { ideals: "dictionary", choice }, quiet);
  const xyz = atoms.xyz.slice();
  const take = (row: number, source: number): void => {
    if (movable[row] === 1) xyz.set(placed.model.atoms.xyz.subarray(3 * source, 3 * source + 3), 3 * row);
  };
  bare.rowOf.forEach((middle, row) => {
    if (middle >= 0) take(row, placed.rowOf[middle]!);
  });
  takeNamed(model, placed.model, remove, take);
  return { xyz, movers: placed.report.movers };
}

/** Pairs the hydrogens that were taken out with those put in, by residue, name and alternate. */
function takeNamed(
  model: Model,
  placed: Model,
  removed: Uint8Array,
  take: (row: number, source: number) => void,
): void {
  const label = ({ atoms }: Model, row: number): string => `${atoms.name[row]!}.${atoms.altloc[row]!}`;
  let at = 0;
  for (let residue = 0; residue < model.residues.count; residue++) {
    const rows = [...atomsOfResidue(model, residue)];
    // Residues of hydrogens alone were gone; the others keep their order.
    if (rows.every((row) => removed[row] === 1)) continue;
    const sources = new Map([...atomsOfResidue(placed, at++)].map((row) => [label(placed, row), row]));
    for (const row of rows) {
      const source = removed[row] === 1 ? sources.get(label(model, row)) : undefined;
      if (source !== undefined) take(row, source);
    }
  }
}
