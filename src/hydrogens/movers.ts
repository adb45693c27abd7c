// Groups of atoms with a choice of places: hydroxyls, ammonium, waters, amides that can be flipped, histidines and their protons.
import { isMetalElement } from "../chemistry/elements.ts";
import { acceptorsNear, type DotScoreEnvironment, scoreAtoms } from "../contacts/dot-score.ts";
import { combine, dot, unit, type Vector3, vectorAt } from "../math/vector3.ts";
import { type Model, residueLabel } from "../model/model.ts";
import { atomsOfResidue } from "../topology/residue-atoms.ts";
import type { Topology } from "../topology/topology.ts";
import { rotorDirection, rotorFrame } from "./hydrogen-geometry.ts";
import type { HydrogenSite } from "./hydrogen-sites.ts";
import { type Rotor, turnRotor } from "./place-site.ts";

export type MoverKind = "hydroxyl" | "ammonium" | "methyl" | "amide" | "histidine" | "water";

export interface MoverState {
  /** Places of the mover's atoms, x y z each. */
  readonly positions: Float64Array;
  /** Rows of atoms that this state lacks. */
  readonly absent: readonly number[];
  /** Added to the score. */
  readonly preference: number;
  /** Torsion of the first hydrogen of a rotor, degrees; NaN for others. */
  readonly torsion: number;
  readonly isFlipped: boolean;
}

export interface Mover {
  readonly kind: MoverKind;
  /** "A 52 SER HG" or "A 52 ASN", with ".A" for an alternate. */
  readonly label: string;
  readonly altloc: string;
  /** Row of the model's number. */
  readonly model: number;
  readonly atoms: Int32Array;
  readonly states: readonly MoverState[];
  /** States to try where all others bump. */
  readonly spare: readonly MoverState[];
  /** The state at another torsion; null for groups that do not turn. */
  readonly turn: ((torsion: number) => MoverState) | null;
  /** Torsions of a rotor that point at acceptors, degrees. */
  readonly favoured: readonly number[];
}

/** Degrees between the first trial places of one hydrogen and of three. */
export const hydroxylStep = 10;
export const ammoniumStep = 15;
/** Worth of a staggered ammonium, and costs of a histidine's states and of a flip, in units of the dot score. */
const staggeredWorth = { ammonium: 0.1, methyl: 1 };
/** Overlap of dots from which a staggered methyl clashes, Angstrom. */
const methylClash = 0.4;
const bothProtonsCost = 0.05;
const flipCost = 0.5;
/** Acceptors that far from the atom a hydrogen is on are pointed at, Angstrom. */
const acceptorReach = 3.6;
/** Metals nearer than this to an atom forbid a flip, Angstrom. */
const metalReach = 3;

/** A hydroxyl, thiol, ammonium or clashing methyl whose hydrogens, at these rows, turn; null for sites that do not. */
export function rotorMover(
  model: Model,
  environment: DotScoreEnvironment,
  site: HydrogenSite,
  rows: readonly number[],
): Mover | null {
  const { rotor } = site.placed;
  if (!site.turns || rotor === null || site.hydrogens.some(({ row }) => row >= 0)) return null;
  const count = rows.length;
  const isHydroxyl = count === 1 && /^(O|S|SE)$/.test(site.plan.element);
  const kind = isHydroxyl ? "hydroxyl" : kindOfThree(site, count);
  if (kind === null) return null;
  if (kind === "methyl" && scoreAtoms(environment, rows).worstOverlap < methylClash) return null;
  const turn = (torsion: number): MoverState =>
    turnedState(site, rotor, torsion, kind === "hydroxyl" ? 0 : staggeredWorth[kind]);
  const step = isHydroxyl ? hydroxylStep : ammoniumStep;
  const states = Array.from({ length: (isHydroxyl ? 360 : 120) / step }, (_, at) => turn(rotor.torsion + at * step));
  const name = isHydroxyl ? site.hydrogens[0]!.name : site.plan.parent;
  return {
    kind,
    label: `${residueLabel(model, site.residue)} ${name}${suffixOf(site.altloc)}`,
    altloc: site.altloc,
    model: modelOf(model, site.residue),
    atoms: Int32Array.from(rows),
    states,
    spare: [],
    turn,
    favoured: isHydroxyl ? favouredTorsions(environment, site, rotor) : [],
  };
}

function suffixOf(altloc: string): string {
  return altloc === "" ? "" : `.${altloc}`;
}

function kindOfThree({ plan }: HydrogenSite, count: number): "ammonium" | "methyl" | null {
  if (count !== 3) return null;
  return plan.element === "N" ? "ammonium" : plan.element === "C" ? "methyl" : null;
}

function turnedState(site: HydrogenSite, rotor: Rotor, torsion: number, worth: number): MoverState {
  const eclipsed = (1 + Math.cos((3 * torsion * Math.PI) / 180)) / 2;
  return {
    positions: Float64Array.from(turnRotor(site.geometry, rotor, torsion).flat()),
    absent: [],
    preference: -2 * worth * eclipsed,
    torsion,
    isFlipped: false,
  };
}

function favouredTorsions(environment: DotScoreEnvironment, site: HydrogenSite, { frame }: Rotor): number[] {
  const { xyz } = environment.scene;
  return acceptorsNear(environment, site.parent, acceptorReach)
    .filter((atom) => !site.neighbours.includes(atom))
    .map((atom) => {
      const arm = combine([1, vectorAt(xyz, atom)], [-1, site.geometry.parent]);
      return (Math.atan2(dot(arm, frame.normal), dot(arm, frame.across)) * 180) / Math.PI;
    });
}

/** Degrees between the places of a water's second hydrogen, and how many acceptors the first one is pointed at. */
const waterStep = 30;
const mostWaterAcceptors = 6;
/** Corners of a cube and middles of its faces. */
const allAround: readonly Vector3[] = [-1, 0, 1].flatMap((x) =>
  [-1, 0, 1].flatMap((y) =>
    [-1, 0, 1].flatMap((z) => {
      const sides = Math.abs(x) + Math.abs(y) + Math.abs(z);
      return sides === 1 || sides === 3 ? [[x, y, z] as const] : [];
    }),
  ),
);

/** A water whose two hydrogens, at these rows, were put in: one towards each acceptor near it, the other around that; null for others. */
export function waterMover(
  model: Model,
  environment: DotScoreEnvironment,
  site: HydrogenSite,
  rows: readonly number[],
): Mover | null {
  const { geometry, plan, hydrogens } = site;
  if (plan.neighbours.length > 0 || rows.length !== 2 || hydrogens.some(({ row }) => row >= 0)) return null;
  const { xyz } = environment.scene;
  const arms = acceptorsNear(environment, site.parent, acceptorReach).map((row) =>
    combine([1, vectorAt(xyz, row)], [-1, geometry.parent]),
  );
  const nearest = arms.toSorted((a, b) => dot(a, a) - dot(b, b)).slice(0, mostWaterAcceptors);
  const start: MoverState = {
    positions: Float64Array.from(site.placed.positions.flat()),
    absent: [],
    preference: 0,
    torsion: Number.NaN,
    isFlipped: false,
  };
  const states = [start, ...nearest.flatMap((arm) => waterStates(site, arm, start))];
  const spare = allAround.flatMap((arm) => waterStates(site, arm, start));
  return { ...moverOf("water", model, site.residue, site.altloc, Int32Array.from(rows), states), spare };
}

function waterStates({ geometry }: HydrogenSite, arm: Vector3, start: MoverState): MoverState[] {
  const towards = unit(arm);
  // Any direction that is not along the arm gives an axis across it.
  const other: Vector3 = Math.abs(arm[0]) > Math.abs(arm[1]) ? [0, 1, 0] : [1, 0, 0];
  const frame =
    towards &&
    rotorFrame(geometry.parent, combine([1, geometry.parent], [1, towards]), combine([1, geometry.parent], [1, other]));
  if (!frame) return [];
  return Array.from({ length: 360 / waterStep }, (_, step) => {
    const second = rotorDirection(frame, geometry.between, step * waterStep);
    const places = [towards, second].map((direction, h) =>
      combine([1, geometry.parent], [geometry.distances[h]!, direction]),
    );
    return { ...start, positions: Float64Array.from(places.flat()) };
  });
}

/** What flips are looked for in. */
export interface FlipInput {
  readonly model: Model;
  /** Rows with bonds to other residues. */
  readonly bound: ReadonlySet<number>;
  readonly metals: readonly number[];
}

export function createFlipInput(model: Model, { bonds }: Topology): FlipInput {
  const bound = new Set<number>();
  for (let bond = 0; bond < bonds.count; bond++) {
    if (bonds.link[bond]! >= 0) bound.add(bonds.i[bond]!).add(bonds.j[bond]!);
  }
  const metals: number[] = [];
  model.atoms.element.forEach((element, row) => {
    if (isMetalElement(element)) metals.push(row);
  });
  return { model, bound, metals };
}

/** Names of the axis a group flips about, of the atoms that move, and of those that may not be bound elsewhere. */
interface FlipNames {
  readonly axis: readonly [string, string];
  readonly atoms: readonly string[];
  readonly free: readonly string[];
}

const amides: Readonly<Record<string, FlipNames>> = {
  ASN: { axis: ["CB", "CG"], atoms: ["OD1", "ND2", "HD21", "HD22"], free: ["OD1", "ND2"] },
  GLN: { axis: ["CG", "CD"], atoms: ["OE1", "NE2", "HE21", "HE22"], free: ["OE1", "NE2"] },
};
const ring: FlipNames = {
  axis: ["CB", "CG"],
  atoms: ["ND1", "CD2", "CE1", "NE2", "HD1", "HD2", "HE1", "HE2"],
  free: ["ND1", "CD2", "CE1", "NE2"],
};

/** Rows of a residue by name in one conformer: its own atoms over those that all share. */
function namedRows(model: Model, residue: number, letter: string): Map<string, number> {
  const { name, altloc } = model.atoms;
  const rows = new Map<string, number>();
  for (const row of atomsOfResidue(model, residue)) if (altloc[row] === "") rows.set(name[row]!, row);
  if (letter === "") return rows;
  for (const row of atomsOfResidue(model, residue)) if (altloc[row] === letter) rows.set(name[row]!, row);
  return rows;
}

/** Conformers in which the atoms of a group differ. */
function lettersOf(model: Model, residue: number, atoms: readonly string[]): string[] {
  const letters = new Set<string>();
  for (const row of atomsOfResidue(model, residue)) {
    if (atoms.includes(model.atoms.name[row]!)) letters.add(model.atoms.altloc[row]!);
  }
  if (letters.size > 1) letters.delete("");
  return [...letters].toSorted();
}

/** Amides of asparagine and glutamine with their two hydrogens, one mover per conformer. */
export function amideMovers(input: FlipInput, residue: number): Mover[] {
  const { model } = input;
  const names = amides[model.residues.name[residue]!];
  if (names === undefined) return [];
  return lettersOf(model, residue, names.atoms).flatMap((letter) => {
    const rows = namedRows(model, residue, letter);
    if ([...names.axis, ...names.atoms].some((name) => !rows.has(name)) || !isFree(input, names, rows)) return [];
    const atoms = Int32Array.from(names.atoms, (name) => rows.get(name)!);
    const states = [false, true].map((isFlipped) => flipState(model, names, rows, atoms, isFlipped));
    return [moverOf("amide", model, residue, letter, atoms, states)];
  });
}

/**
 * Rings of histidine, one mover per conformer: protons on both nitrogens or on one, in both orientations where flips are asked
 * for. `isNew` marks hydrogens that may be taken away.
 */
export function histidineMovers(input: FlipInput, residue: number, isNew: Uint8Array, flips: boolean): Mover[] {
  const { model } = input;
  if (model.residues.name[residue] !== "HIS") return [];
  return lettersOf(model, residue, ring.atoms).flatMap((letter) => {
    const rows = namedRows(model, residue, letter);
    const present = ring.atoms.filter((name) => rows.has(name));
    if ([...ring.axis, ...ring.free].some((name) => !rows.has(name)) || !isFree(input, ring, rows)) return [];
    const protons = ["HD1", "HE2"].map((name) => rows.get(name) ?? -1).filter((row) => row >= 0 && isNew[row] === 1);
    const atoms = Int32Array.from(present, (name) => rows.get(name)!);
    const chosen = protons.length === 2 ? [[], [protons[0]!], [protons[1]!]] : [[]];
    const states = (flips ? [false, true] : [false]).flatMap((isFlipped) =>
      chosen.map((absent): MoverState => {
        const state = flipState(model, ring, rows, atoms, isFlipped);
        const cost = protons.length === 2 && absent.length === 0 ? bothProtonsCost : 0;
        return { ...state, absent, preference: state.preference - cost };
      }),
    );
    return states.length < 2 ? [] : [moverOf("histidine", model, residue, letter, atoms, states)];
  });
}

function moverOf(
  kind: MoverKind,
  model: Model,
  residue: number,
  altloc: string,
  atoms: Int32Array,
  states: readonly MoverState[],
): Mover {
  const label = `${residueLabel(model, residue)}${suffixOf(altloc)}`;
  return { kind, label, altloc, model: modelOf(model, residue), atoms, states, spare: [], turn: null, favoured: [] };
}

function modelOf({ residues, chains }: Model, residue: number): number {
  return chains.model[residues.chain[residue]!]!;
}

function isFree({ model, bound, metals }: FlipInput, names: FlipNames, rows: ReadonlyMap<string, number>): boolean {
  const { xyz } = model.atoms;
  return names.free.every((name) => {
    const row = rows.get(name)!;
    const isNearMetal = metals.some(
      (metal) =>
        Math.hypot(...[0, 1, 2].map((c) => xyz[3 * metal + c]! - xyz[3 * row + c]!)) < metalReach && metal !== row,
    );
    return !bound.has(row) && !isNearMetal;
  });
}

/** A half turn about the bond of the axis keeps all lengths and angles. */
function flipState(
  { atoms: { xyz } }: Model,
  names: FlipNames,
  rows: ReadonlyMap<string, number>,
  atoms: Int32Array,
  isFlipped: boolean,
): MoverState {
  const [from, to] = names.axis.map((name) => vectorAt(xyz, rows.get(name)!)) as [Vector3, Vector3];
  const axis = unit(combine([1, to], [-1, from]));
  const places = Array.from(atoms, (row) => {
    if (!isFlipped || axis === null) return vectorAt(xyz, row);
    const arm = combine([1, vectorAt(xyz, row)], [-1, to]);
    return combine([1, to], [2 * dot(arm, axis), axis], [-1, arm]);
  });
  return {
    positions: Float64Array.from(places.flat()),
    absent: [],
    preference: isFlipped ? -flipCost : 0,
    torsion: Number.NaN,
    isFlipped,
  };
}
