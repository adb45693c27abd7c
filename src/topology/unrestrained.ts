// Atoms that no bond holds: which of them ought to have bonds, and how they are told residue by residue.
import { addDiagnostic } from "../base/diagnostics.ts";
import type { RunContext } from "../base/run-context.ts";
import { elementIndex, elementSymbol, isHydrogenElement } from "../chemistry/elements.ts";
import type { Monomer } from "../chemistry/monomer.ts";
import { isWaterName, residueClass } from "../chemistry/residue-classes.ts";
import { type Model, residueLabel } from "../model/model.ts";
import { atomsOfResidue } from "./residue-atoms.ts";
import type { BondList, Topology } from "./topology.ts";

export type UnrestrainedAtoms = Pick<Topology, "unrestrained" | "incomplete">;

/** Rows of atoms without any bond; those that ought to have one are reported by residue. */
export function findUnrestrained(
  model: Model,
  bonds: BondList,
  held: readonly number[],
  monomerOf: (residue: number) => Monomer | undefined,
  context: RunContext,
): UnrestrainedAtoms {
  const bonded = new Uint8Array(model.atoms.count);
  for (let bond = 0; bond < bonds.count; bond++) {
    bonded[bonds.i[bond]!] = 1;
    bonded[bonds.j[bond]!] = 1;
  }
  const isHeld = new Set(held);
  const unrestrained: number[] = [];
  const incomplete: number[] = [];
  for (let atom = 0; atom < model.atoms.count; atom++) {
    if (bonded[atom] === 1) continue;
    unrestrained.push(atom);
    const residue = model.atoms.residue[atom]!;
    if (!isHeld.has(residue) && !isWhole(model, residue, monomerOf(residue))) incomplete.push(atom);
  }
  for (const [residue, atoms] of groupByResidue(model, incomplete)) {
    const message = "Residues with atoms that no bond restrains";
    const place = (): string =>
      `${residueLabel(model, residue)}: ${atoms.map((atom) => nameOf(model, atom)).join(", ")}`;
    addDiagnostic(context.diagnostics, "warning", "UNRESTRAINED_ATOM", message, place);
  }
  return { unrestrained: Int32Array.from(unrestrained), incomplete: Int32Array.from(incomplete) };
}

/** A residue that is one heavy atom by nature: water, an ion. */
function isWhole(model: Model, residue: number, monomer: Monomer | undefined): boolean {
  const [atom, ...others] = atomsOfResidue(model, residue);
  if (monomer !== undefined) {
    return monomer.atoms.filter(({ element }) => !isHydrogenElement(elementIndex(element))).length <= 1;
  }
  const name = model.residues.name[residue]!;
  if (others.length > 0 || residueClass(name) !== "other") return isWaterName(name);
  return name.replace(/[^A-Za-z]/g, "").toUpperCase() === elementSymbol(model.atoms.element[atom!]!).toUpperCase();
}

function groupByResidue(model: Model, atoms: Iterable<number>): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (const atom of atoms) {
    const residue = model.atoms.residue[atom]!;
    const group = groups.get(residue);
    if (group) group.push(atom);
    else groups.set(residue, [atom]);
  }
  return groups;
}

function nameOf({ atoms }: Model, atom: number): string {
  return atoms.altloc[atom] === "" ? atoms.name[atom]! : `${atoms.name[atom]!}.${atoms.altloc[atom]!}`;
}

/** A residue with atoms that no bond restrains. */
export interface UnrestrainedResidue {
  /** "A 502 ZN" */
  readonly residue: string;
  readonly atoms: readonly string[];
  /** One heavy atom by nature, kept where it is for want of a dictionary, or lacking what it would be bonded to. */
  readonly reason: "single" | "held" | "incomplete";
}

/** What is unrestrained, residue by residue in the order of the model. */
export function listUnrestrained(
  model: Model,
  { unrestrained, incomplete, held }: UnrestrainedAtoms & Pick<Topology, "held">,
): UnrestrainedResidue[] {
  const isHeld = new Set(held);
  const isIncomplete = new Set(incomplete);
  return [...groupByResidue(model, unrestrained)].map(([residue, atoms]) => ({
    residue: residueLabel(model, residue),
    atoms: atoms.map((atom) => nameOf(model, atom)),
    reason: atoms.some((atom) => isHeld.has(atom))
      ? "held"
      : atoms.some((atom) => isIncomplete.has(atom))
        ? "incomplete"
        : "single",
  }));
}
