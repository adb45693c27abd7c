// Radii, hydrogen-bond classes and bonded neighbours of every atom: what the repulsion needs.
import { elementSymbol, isMetalElement } from "../chemistry/elements.ts";
import type { EnergyType } from "../chemistry/monomer.ts";
import type { Model } from "../model/model.ts";
import { atomsOfResidue } from "./residue-atoms.ts";
import { createTable, integers, reserveRow } from "./term-lists.ts";
import { type BondList, hydrogenBondClass, type NonbondedAtoms } from "./topology.ts";

const classOf = {
  N: hydrogenBondClass.neither,
  D: hydrogenBondClass.donor,
  A: hydrogenBondClass.acceptor,
  B: hydrogenBondClass.both,
  H: hydrogenBondClass.hydrogen,
} as const;

/** `extraBonds` are bonds without restraint (held residues): their atoms do not repel either. */
export function createNonbondedAtoms(
  model: Model,
  energyType: readonly string[],
  energyTypes: ReadonlyMap<string, EnergyType>,
  bonds: BondList,
  extraBonds: readonly (readonly [number, number])[],
  hasHydrogens: boolean,
): NonbondedAtoms {
  const { atoms, residues, chains } = model;
  const count = atoms.count;
  const radius = new Float64Array(count);
  const hydrogenBond = new Uint8Array(count);
  const conformer = new Uint8Array(count);
  const modelRow = new Uint16Array(count);
  const letters = new Map<string, number>([["", 0]]);
  for (let atom = 0; atom < count; atom++) {
    const type = energyTypes.get(energyType[atom]!);
    const ion = atoms.charge[atom] !== 0 || isMetalIon(model, atom) ? type?.ionRadius : null;
    radius[atom] = ion ?? (hasHydrogens ? type?.radius : (type?.unitedRadius ?? type?.radius)) ?? 0;
    hydrogenBond[atom] = classOf[type?.hydrogenBond ?? "N"];
    const letter = atoms.altloc[atom]!;
    if (!letters.has(letter)) letters.set(letter, letters.size);
    conformer[atom] = letters.get(letter)!;
    modelRow[atom] = chains.model[residues.chain[atoms.residue[atom]!]!]!;
  }
  return { radius, hydrogenBond, conformer, model: modelRow, ...bondedNeighbours(count, bonds, extraBonds) };
}

/** A metal alone in its residue is an ion, whether or not the file states its charge. */
function isMetalIon(model: Model, atom: number): boolean {
  return isMetalElement(model.atoms.element[atom]!) && atomsOfResidue(model, model.atoms.residue[atom]!).length === 1;
}

/** Type of an atom no dictionary describes: its element's, where the energy types have one. */
export function energyTypeOfElement(element: number, energyTypes: ReadonlyMap<string, EnergyType>): string {
  const symbol = elementSymbol(element).toUpperCase();
  const name = symbol === "D" ? "H" : symbol;
  return energyTypes.has(name) ? name : "";
}

type Neighbours = Pick<NonbondedAtoms, "excludeOffset" | "exclude" | "oneFourOffset" | "oneFour">;

/** Neighbours within three bonds; a pair that is near by one path and 1-4 by another counts as near. */
function bondedNeighbours(
  count: number,
  bonds: BondList,
  extraBonds: readonly (readonly [number, number])[],
): Neighbours {
  const graph = bondGraph(count, bonds, extraBonds);
  const excludeOffset = new Int32Array(count + 1);
  const oneFourOffset = new Int32Array(count + 1);
  // About as many as in a chain of amino acids with their hydrogens.
  const exclude = createTable(4 * count, 1);
  const oneFour = createTable(4 * count, 1);
  const shells: Shells = { reached: [], shell: new Int32Array(count).fill(-1), depth: new Uint8Array(count) };
  const { reached, depth } = shells;
  for (let atom = 0; atom < count; atom++) {
    const size = reachThreeBonds(graph, atom, shells);
    sortFirst(reached, size);
    for (let at = 0; at < size; at++) {
      const other = reached[at]!;
      if (other <= atom) continue;
      const table = depth[other] === 3 ? oneFour : exclude;
      const row = reserveRow(table);
      table.columns[0]![row] = other;
    }
    excludeOffset[atom + 1] = exclude.count;
    oneFourOffset[atom + 1] = oneFour.count;
  }
  return { excludeOffset, exclude: integers(exclude, 0), oneFourOffset, oneFour: integers(oneFour, 0) };
}

interface Shells {
  /** The atom itself and those within three bonds, then what an earlier one left. */
  readonly reached: number[];
  /** The atom from which another one was last reached, and over how many bonds. */
  readonly shell: Int32Array;
  readonly depth: Uint8Array;
}

/** Returns how many were reached. */
function reachThreeBonds(graph: BondGraph, atom: number, { reached, shell, depth }: Shells): number {
  let size = 1;
  reached[0] = atom;
  shell[atom] = atom;
  depth[atom] = 0;
  for (let at = 0; at < size; at++) {
    const from = reached[at]!;
    if (depth[from] === 3) break;
    for (let entry = graph.offset[from]!; entry < graph.offset[from + 1]!; entry++) {
      const to = graph.partner[entry]!;
      if (shell[to] === atom) continue;
      shell[to] = atom;
      depth[to] = depth[from]! + 1;
      reached[size++] = to;
    }
  }
  return size;
}

/** By insertion: there are few, and nearly in order. */
function sortFirst(values: number[], size: number): void {
  for (let end = 1; end < size; end++) {
    const value = values[end]!;
    let at = end;
    for (; at > 0 && values[at - 1]! > value; at--) values[at] = values[at - 1]!;
    values[at] = value;
  }
}

interface BondGraph {
  readonly offset: Int32Array;
  readonly partner: Int32Array;
}

function bondGraph(count: number, bonds: BondList, extraBonds: readonly (readonly [number, number])[]): BondGraph {
  const offset = new Int32Array(count + 1);
  const total = bonds.count + extraBonds.length;
  const first = (row: number): number => (row < bonds.count ? bonds.i[row]! : extraBonds[row - bonds.count]![0]);
  const second = (row: number): number => (row < bonds.count ? bonds.j[row]! : extraBonds[row - bonds.count]![1]);
  for (let row = 0; row < total; row++) {
    offset[first(row) + 1]!++;
    offset[second(row) + 1]!++;
  }
  for (let atom = 0; atom < count; atom++) offset[atom + 1]! += offset[atom]!;
  const next = offset.slice(0, count);
  const partner = new Int32Array(2 * total);
  for (let row = 0; row < total; row++) {
    const a = first(row);
    const b = second(row);
    partner[next[a]!++] = b;
    partner[next[b]!++] = a;
  }
  return { offset, partner };
}
