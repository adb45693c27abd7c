// The built-in dictionary (CCP4 monomer library, AcedRG values) and how user dictionaries take precedence over it.
import energyTable from "../../data/lgpl-3.0/energy-types.json" with { type: "json" };
import linkTable from "../../data/lgpl-3.0/links.json" with { type: "json" };
import modificationTable from "../../data/lgpl-3.0/modifications.json" with { type: "json" };
import monomerTable from "../../data/lgpl-3.0/monomers.json" with { type: "json" };
import type {
  Dictionary,
  EnergyType,
  Link,
  LinkAtom,
  Modification,
  ModificationAction,
  Monomer,
  MonomerAngle,
  MonomerBond,
  MonomerChirality,
  MonomerTorsion,
} from "./monomer.ts";

type Cell = string | number | null;
type Row = readonly Cell[];

interface CompactMonomer {
  readonly id: string;
  readonly name: string;
  readonly group: string;
  readonly atoms: readonly Row[];
  readonly bonds: readonly Row[];
  readonly angles: readonly Row[];
  readonly torsions: readonly Row[];
  readonly chiralities: readonly Row[];
  readonly planes: readonly [string, readonly (readonly [string, number])[]][];
}

interface CompactLink {
  readonly id: string;
  readonly sides: readonly (readonly [string, string, string])[];
  readonly bonds: readonly Row[];
  readonly angles: readonly Row[];
  readonly torsions: readonly Row[];
  readonly chiralities: readonly Row[];
  readonly planes: readonly [string, readonly (readonly [1 | 2, string, number])[]][];
}

interface CompactModification {
  readonly id: string;
  readonly compId: string;
  readonly group: string;
  readonly atoms: readonly Row[];
  readonly bonds: readonly Row[];
  readonly angles: readonly Row[];
  readonly torsions: readonly Row[];
  readonly chiralities: readonly Row[];
  readonly planes: readonly Row[];
}

let builtIn: Dictionary | undefined;

/** The built-in dictionary: amino acids, nucleotides, common ligands, links and modifications. */
export function loadDictionary(): Dictionary {
  builtIn ??= {
    monomers: mapById((monomerTable as { monomers: CompactMonomer[] }).monomers.map(expandMonomer)),
    links: mapById((linkTable as { links: CompactLink[] }).links.map(expandLink)),
    modifications: mapById(
      (modificationTable as { modifications: CompactModification[] }).modifications.map(expandModification),
    ),
    energyTypes: new Map(
      (energyTable as { energyTypes: Row[] }).energyTypes.map(
        (row) => [String(row[0]), expandEnergyType(row)] as const,
      ),
    ),
  };
  return builtIn;
}

/** `extra` over `base`: an entry of the same name replaces the base's. */
export function mergeDictionaries(base: Dictionary, extra: Partial<Dictionary>): Dictionary {
  const edits = extra.edits ?? base.edits;
  return {
    ...(edits === undefined ? {} : { edits }),
    monomers: new Map([...base.monomers, ...(extra.monomers ?? [])]),
    links: new Map([...base.links, ...(extra.links ?? [])]),
    modifications: new Map([...base.modifications, ...(extra.modifications ?? [])]),
    energyTypes: new Map([...base.energyTypes, ...(extra.energyTypes ?? [])]),
  };
}

function mapById<Entry extends { readonly id: string }>(entries: readonly Entry[]): Map<string, Entry> {
  return new Map(entries.map((entry) => [entry.id, entry] as const));
}

/** NaN where a modification leaves a value open. */
function numberOf(cell: Cell | undefined): number {
  return cell === null || cell === undefined ? Number.NaN : Number(cell);
}

const signs = { "1": "positive", "-1": "negative", "0": "both" } as const;

function signOf(cell: Cell | undefined): "positive" | "negative" | "both" {
  return signs[String(cell ?? 0) as keyof typeof signs];
}

function bondOf(row: Row, at: number): MonomerBond {
  return {
    atom1: String(row[at]),
    atom2: String(row[at + 1]),
    order: String(row[at + 2]),
    distance: numberOf(row[at + 3]),
    sigma: numberOf(row[at + 4]),
    distanceNucleus: (row[at + 5] ?? null) as number | null,
    sigmaNucleus: (row[at + 6] ?? null) as number | null,
  };
}

function angleOf(row: Row, at: number): MonomerAngle {
  return {
    atom1: String(row[at]),
    atom2: String(row[at + 1]),
    atom3: String(row[at + 2]),
    angle: numberOf(row[at + 3]),
    sigma: numberOf(row[at + 4]),
  };
}

function torsionOf(row: Row, at: number): MonomerTorsion {
  return {
    id: String(row[at]),
    atom1: String(row[at + 1]),
    atom2: String(row[at + 2]),
    atom3: String(row[at + 3]),
    atom4: String(row[at + 4]),
    angle: numberOf(row[at + 5]),
    sigma: numberOf(row[at + 6]),
    period: numberOf(row[at + 7]),
  };
}

function chiralityOf(row: Row, at: number): MonomerChirality {
  return {
    id: String(row[at]),
    centre: String(row[at + 1]),
    atom1: String(row[at + 2]),
    atom2: String(row[at + 3]),
    atom3: String(row[at + 4]),
    sign: signOf(row[at + 5]),
  };
}

function expandMonomer(monomer: CompactMonomer): Monomer {
  return {
    id: monomer.id,
    name: monomer.name,
    group: monomer.group,
    atoms: monomer.atoms.map((row) => ({
      id: String(row[0]),
      element: String(row[1]),
      energyType: String(row[2]),
      charge: Number(row[3]),
    })),
    bonds: monomer.bonds.map((row) => bondOf(row, 0)),
    angles: monomer.angles.map((row) => angleOf(row, 0)),
    torsions: monomer.torsions.map((row) => torsionOf(row, 0)),
    chiralities: monomer.chiralities.map((row) => chiralityOf(row, 0)),
    planes: monomer.planes.map(([id, atoms]) => ({
      id,
      atoms: atoms.map((atom) => atom[0]),
      sigmas: atoms.map((atom) => atom[1]),
    })),
  };
}

function linkAtom(row: Row, at: number): LinkAtom {
  return { component: row[at] === 2 ? 2 : 1, id: String(row[at + 1]) };
}

function expandLink(link: CompactLink): Link {
  const side = (index: number): Link["sides"][0] => {
    const [compId, modification, group] = link.sides[index]!;
    return { compId, modification, group };
  };
  return {
    id: link.id,
    sides: [side(0), side(1)],
    bonds: link.bonds.map((row) => ({
      atoms: [linkAtom(row, 0), linkAtom(row, 2)],
      distance: Number(row[4]),
      sigma: Number(row[5]),
    })),
    angles: link.angles.map((row) => ({
      atoms: [linkAtom(row, 0), linkAtom(row, 2), linkAtom(row, 4)],
      angle: Number(row[6]),
      sigma: Number(row[7]),
    })),
    torsions: link.torsions.map((row) => ({
      id: String(row[0]),
      atoms: [linkAtom(row, 1), linkAtom(row, 3), linkAtom(row, 5), linkAtom(row, 7)],
      angle: Number(row[9]),
      sigma: Number(row[10]),
      period: Number(row[11]),
    })),
    chiralities: link.chiralities.map((row) => ({
      id: String(row[0]),
      atoms: [linkAtom(row, 1), linkAtom(row, 3), linkAtom(row, 5), linkAtom(row, 7)],
      sign: signOf(row[9]),
    })),
    planes: link.planes.map(([id, atoms]) => ({
      id,
      atoms: atoms.map((atom) => ({ component: atom[0], id: atom[1] })),
      sigmas: atoms.map((atom) => atom[2]),
    })),
  };
}

function expandModification(modification: CompactModification): Modification {
  const action = (row: Row): ModificationAction => row[0] as ModificationAction;
  return {
    id: modification.id,
    compId: modification.compId,
    group: modification.group,
    atoms: modification.atoms.map((row) => ({
      action: action(row),
      id: String(row[1]),
      newId: String(row[2]),
      element: String(row[3]),
      energyType: String(row[4]),
      charge: row[5] as number | null,
    })),
    bonds: modification.bonds.map((row) => ({ action: action(row), ...bondOf(row, 1) })),
    angles: modification.angles.map((row) => ({ action: action(row), ...angleOf(row, 1) })),
    torsions: modification.torsions.map((row) => ({ action: action(row), ...torsionOf(row, 1) })),
    chiralities: modification.chiralities.map((row) => ({ action: action(row), ...chiralityOf(row, 1) })),
    planes: modification.planes.map((row) => ({
      action: action(row),
      id: String(row[1]),
      atoms: [String(row[2])],
      sigmas: [Number(row[3])],
    })),
  };
}

function expandEnergyType(row: Row): EnergyType {
  return {
    type: String(row[0]),
    element: String(row[1]),
    hydrogenBond: row[2] as EnergyType["hydrogenBond"],
    radius: row[3] as number | null,
    unitedRadius: row[4] as number | null,
    ionRadius: row[5] as number | null,
  };
}
