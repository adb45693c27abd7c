// Which atoms share an occupancy: conformers, whose occupancies add up to 1, and ligands, which may be there in part.
import { residueClass } from "../../chemistry/residue-classes.ts";
import { type Model, residueLabel } from "../../model/model.ts";
import type { Topology } from "../../topology/topology.ts";

/** Atoms of one occupancy, hydrogens included. */
export interface OccupancyState {
  /** Alternate location, "" for a ligand without. */
  readonly altloc: string;
  readonly atoms: readonly number[];
}

/** States whose occupancies add up to 1; a single state has one between 0 and 1. */
export interface OccupancyGroup {
  /** First residue, "A 52B LYS". */
  readonly label: string;
  readonly states: readonly OccupancyState[];
}

export interface OccupancyGroupOptions {
  /** Ligands without alternates: those of several atoms that no link ties to others, or none. */
  readonly ligands?: "free" | "none";
  /** 1 for atoms whose occupancy may change; absent: all. */
  readonly movable?: Uint8Array;
}

/** Alternates of neighbouring residues that are bonded to each other, and have the same letters, have one occupancy together. */
export function makeOccupancyGroups(
  model: Model,
  topology: Topology,
  { ligands = "free", movable }: OccupancyGroupOptions = {},
): OccupancyGroup[] {
  const groups = alternateGroups(model, topology);
  if (ligands === "free") groups.push(...ligandGroups(model, topology));
  const mayMove = (atom: number): boolean => movable?.[atom] !== 0;
  return groups.filter(({ states }) => states.every(({ atoms }) => atoms.every(mayMove)));
}

function alternateGroups(model: Model, { bonds, atomCount }: Topology): OccupancyGroup[] {
  const { atoms, residues } = model;
  // Residues of one position with other names are alternates of each other.
  const positions = new Map<string, number>();
  const positionOf = Int32Array.from({ length: residues.count }, (_value, residue) => {
    const key = `${residues.chain[residue]!} ${residues.sequenceNumber[residue]!}${residues.insertionCode[residue]!}`;
    const position = positions.get(key) ?? positions.size;
    positions.set(key, position);
    return position;
  });
  const letters = Array.from(positions, () => new Set<string>());
  for (let atom = 0; atom < atomCount; atom++) {
    const altloc = atoms.altloc[atom]!;
    if (altloc !== "") letters[positionOf[atoms.residue[atom]!]!]!.add(altloc);
  }
  const lettersOf = letters.map((set) => [...set].toSorted().join(""));
  const root = Int32Array.from({ length: positions.size }, (_value, position) => position);
  const find = (position: number): number => {
    let at = position;
    while (root[at] !== at) at = root[at]!;
    return at;
  };
  for (let bond = 0; bond < bonds.count; bond++) {
    const i = bonds.i[bond]!;
    const j = bonds.j[bond]!;
    if (atoms.altloc[i] === "" || atoms.altloc[i] !== atoms.altloc[j]) continue;
    const positionI = positionOf[atoms.residue[i]!]!;
    const positionJ = positionOf[atoms.residue[j]!]!;
    if (lettersOf[positionI] !== lettersOf[positionJ]) continue;
    const one = find(positionI);
    const other = find(positionJ);
    root[Math.max(one, other)] = Math.min(one, other);
  }
  const found = new Map<number, Map<string, number[]>>();
  for (let atom = 0; atom < atomCount; atom++) {
    const altloc = atoms.altloc[atom]!;
    if (altloc === "") continue;
    const position = find(positionOf[atoms.residue[atom]!]!);
    const states = found.get(position) ?? new Map<string, number[]>();
    found.set(position, states);
    const members = states.get(altloc);
    if (members) members.push(atom);
    else states.set(altloc, [atom]);
  }
  return [...found.values()].map((states) => ({
    label: residueLabel(model, atoms.residue[[...states.values()][0]![0]!]!),
    states: [...states].map(([altloc, members]) => ({ altloc, atoms: members })),
  }));
}

function ligandGroups(model: Model, { links, isHydrogen }: Topology): OccupancyGroup[] {
  const { atoms, residues } = model;
  const isLinked = new Uint8Array(residues.count);
  for (const { id, firstResidue, secondResidue } of links) {
    if (id === "metal") continue;
    isLinked[firstResidue] = 1;
    isLinked[secondResidue] = 1;
  }
  const groups: OccupancyGroup[] = [];
  for (let residue = 0; residue < residues.count; residue++) {
    const kind = residueClass(residues.name[residue]!);
    if (isLinked[residue] === 1 || (kind !== "other" && kind !== "carbohydrate")) continue;
    const rows = [...residues.atomIndex.subarray(residues.atomOffset[residue]!, residues.atomOffset[residue + 1]!)];
    const isSingle = rows.filter((atom) => isHydrogen[atom] === 0).length < 2;
    if (isSingle || rows.some((atom) => atoms.altloc[atom] !== "")) continue;
    groups.push({ label: residueLabel(model, residue), states: [{ altloc: "", atoms: rows }] });
  }
  return groups;
}
