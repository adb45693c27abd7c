// Hydrogen bonds of the protein backbone as distances N to O: those that are there, and those that helices lack.
import { lengthOf, minus, plus, unit, type Vector3, vectorAt } from "../../math/vector3.ts";
import type { Helix, Model } from "../../model/model.ts";
import type { TetherRow } from "../../restraints/supplement.ts";
import { atomsNear, createAtomGrid } from "../../topology/atom-grid.ts";
import { listProteinChains, type ProteinPosition } from "../../validation/geometry/protein-residues.ts";
import { assignSecondaryStructure } from "../../validation/geometry/secondary-structure.ts";

/** N to O, Angstrom: mean of helices (2.99) and sheets (2.91); what lies within the slack is left alone. */
const form = { ideal: 2.95, sigma: 0.1, slack: 0.1, limit: 0.5 };
/** Kilocalories per mole (Kabsch & Sander 1983, Biopolymers 22, 2577). */
const weakestBond = -0.5;
const electrostatic = 27.9;
const hydrogenLength = 1.01;
/** N to O, Angstrom: bonds that are there, and bonds that a helix should have. */
const longestBond = 4;
const longestInHelix = 4.5;
const longestPeptideBond = 2;
/** Places from acceptor to donor by the class of a helix in files: alpha, pi, 3-10. */
const turnOfClass: ReadonlyMap<number, number> = new Map([
  [1, 4],
  [3, 5],
  [5, 3],
]);

/** What of a residue takes part in bonds; null where it lacks the atom. */
interface Peptide {
  readonly chain: number;
  readonly place: number;
  readonly donor: { readonly n: number; readonly hydrogen: Vector3 } | null;
  readonly acceptor: { readonly c: number; readonly o: number } | null;
}

/** One tether per donor: to the acceptor it is bonded to by electrostatics, else to the one of its helix. */
export function backboneBonds(model: Model): TetherRow[] {
  const chains = listProteinChains(model);
  const peptides = chains.map((positions, chain) => listPeptides(model, positions, chain));
  const taken = new Set<number>();
  const rows: TetherRow[] = [];
  const add = (n: number, o: number): void => {
    if (taken.has(n)) return;
    taken.add(n);
    rows.push({ atoms: [n, o], ...form });
  };
  for (const { n, o } of presentBonds(model, peptides.flat())) add(n, o);
  chains.forEach((positions, chain) => {
    for (const { n, o } of helixBonds(model, positions, peptides[chain]!)) add(n, o);
  });
  return rows;
}

interface Bond {
  readonly n: number;
  readonly o: number;
}

/** First conformers; prolines and what follows a break have nothing to give. */
function listPeptides(model: Model, positions: readonly ProteinPosition[], chain: number): Peptide[] {
  const { xyz } = model.atoms;
  return positions.map(({ conformers }, place) => {
    const { atoms, residue } = conformers[0]!;
    const [n, ca, c, o] = ["N", "CA", "C", "O"].map((name) => atoms.get(name));
    const before = positions[place - 1]?.conformers[0]!.atoms.get("C");
    const acceptor = c === undefined || o === undefined ? null : { c, o };
    const nothing = { chain, place, donor: null, acceptor };
    if (n === undefined || ca === undefined || before === undefined || model.residues.name[residue] === "PRO")
      return nothing;
    const at = vectorAt(xyz, n);
    const fromC = minus(at, vectorAt(xyz, before));
    const [first, second] = [unit(fromC), unit(minus(at, vectorAt(xyz, ca)))];
    const out = first && second && unit(plus(first, second));
    if (!out || lengthOf(fromC) > longestPeptideBond) return nothing;
    return { chain, place, donor: { n, hydrogen: plus(at, scaled(out, hydrogenLength)) }, acceptor };
  });
}

const scaled = ([x, y, z]: Vector3, by: number): Vector3 => [by * x, by * y, by * z];

/** The strongest bond of every donor. */
function presentBonds({ atoms: { xyz } }: Model, peptides: readonly Peptide[]): Bond[] {
  const donors = peptides.filter(({ donor }) => donor !== null);
  const acceptors = peptides.filter(({ acceptor }) => acceptor !== null);
  const points = [...donors.map(({ donor }) => donor!.n), ...acceptors.map(({ acceptor }) => acceptor!.o)];
  if (donors.length === 0) return [];
  const grid = createAtomGrid(Float64Array.from(points.flatMap((atom) => [...vectorAt(xyz, atom)])), longestBond);
  return donors.flatMap((giving, row) => {
    const { n, hydrogen } = giving.donor!;
    let strongest = weakestBond;
    let bonded: Bond[] = [];
    for (const { atom } of atomsNear(grid, row, longestBond)) {
      const taking = acceptors[atom - donors.length];
      if (taking === undefined || (taking.chain === giving.chain && Math.abs(taking.place - giving.place) < 2))
        continue;
      const { c, o } = taking.acceptor!;
      const energy = bondEnergy(vectorAt(xyz, n), hydrogen, vectorAt(xyz, c), vectorAt(xyz, o));
      if (energy >= strongest) continue;
      strongest = energy;
      bonded = [{ n, o }];
    }
    return bonded;
  });
}

function bondEnergy(n: Vector3, hydrogen: Vector3, c: Vector3, o: Vector3): number {
  const inverse = (a: Vector3, b: Vector3): number => 1 / Math.max(0.5, lengthOf(minus(a, b)));
  return electrostatic * (inverse(o, n) + inverse(c, hydrogen) - inverse(o, hydrogen) - inverse(c, n));
}

/** Bonds along helices, by the file's records where it has some for the chain, else as found from CA. */
function helixBonds(model: Model, positions: readonly ProteinPosition[], peptides: readonly Peptide[]): Bond[] {
  const turns = turnsByRecords(model, positions) ?? turnsByTrace(model, positions);
  const { xyz } = model.atoms;
  return peptides.flatMap(({ acceptor }, place) => {
    const turn = turns[place]!;
    const donor = peptides[place + turn]?.donor;
    if (turn === 0 || acceptor === null || !donor) return [];
    for (let within = place; within <= place + turn; within++) if (turns[within] !== turn) return [];
    const distance = lengthOf(minus(vectorAt(xyz, donor.n), vectorAt(xyz, acceptor.o)));
    return distance <= longestInHelix ? [{ n: donor.n, o: acceptor.o }] : [];
  });
}

function turnsByTrace(model: Model, positions: readonly ProteinPosition[]): number[] {
  return assignSecondaryStructure(model, positions).map((kind) => (kind === "helix" ? turnOfClass.get(1)! : 0));
}

function turnsByRecords(model: Model, positions: readonly ProteinPosition[]): number[] | null {
  const { residues, chains } = model;
  const first = positions[0]!.conformers[0]!.residue;
  const id = chains.id[residues.chain[first]!];
  const own = model.helices.filter(({ chain }) => chain === id);
  if (own.length === 0) return null;
  const placeOf = (number: number, code: string): number =>
    positions.findIndex(
      ({ conformers: [conformer] }) =>
        residues.sequenceNumber[conformer!.residue] === number && residues.insertionCode[conformer!.residue] === code,
    );
  const turns: number[] = positions.map(() => 0);
  for (const helix of own) {
    const [from, to] = endsOf(helix, placeOf);
    if (from >= 0 && to >= from) turns.fill(turnOfClass.get(helix.helixClass) ?? 4, from, to + 1);
  }
  return turns;
}

function endsOf(helix: Helix, placeOf: (number: number, code: string) => number): [number, number] {
  return [
    placeOf(helix.firstSequenceNumber, helix.firstInsertionCode),
    placeOf(helix.lastSequenceNumber, helix.lastInsertionCode),
  ];
}
