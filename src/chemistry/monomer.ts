// The dictionary's data types: monomers, links, modifications and energy types (CCP4 monomer library vocabulary).

import type { RestraintEdits } from "./restraint-edits.ts";

export interface MonomerAtom {
  readonly id: string;
  readonly element: string;
  readonly energyType: string;
  readonly charge: number;
}

/** Distances in Angstrom; the nucleus pair is the X-H length for nuclear positions. */
export interface MonomerBond {
  readonly atom1: string;
  readonly atom2: string;
  /** "single", "double", "triple", "aromatic", "deloc", "metal". */
  readonly order: string;
  readonly distance: number;
  readonly sigma: number;
  readonly distanceNucleus: number | null;
  readonly sigmaNucleus: number | null;
}

/** Degrees. */
export interface MonomerAngle {
  readonly atom1: string;
  readonly atom2: string;
  readonly atom3: string;
  readonly angle: number;
  readonly sigma: number;
}

export interface MonomerTorsion {
  readonly id: string;
  readonly atom1: string;
  readonly atom2: string;
  readonly atom3: string;
  readonly atom4: string;
  readonly angle: number;
  readonly sigma: number;
  readonly period: number;
}

export interface MonomerChirality {
  readonly id: string;
  readonly centre: string;
  readonly atom1: string;
  readonly atom2: string;
  readonly atom3: string;
  readonly sign: "positive" | "negative" | "both";
}

export interface MonomerPlane {
  readonly id: string;
  readonly atoms: readonly string[];
  readonly sigmas: readonly number[];
}

export interface Monomer {
  readonly id: string;
  readonly name: string;
  /** Dictionary group: "peptide", "P-peptide", "M-peptide", "DNA", "RNA", "pyranose", "NON-POLYMER", ... */
  readonly group: string;
  readonly atoms: readonly MonomerAtom[];
  readonly bonds: readonly MonomerBond[];
  readonly angles: readonly MonomerAngle[];
  readonly torsions: readonly MonomerTorsion[];
  readonly chiralities: readonly MonomerChirality[];
  readonly planes: readonly MonomerPlane[];
}

/** Atom of a link: component 1 or 2 and its name. */
export interface LinkAtom {
  readonly component: 1 | 2;
  readonly id: string;
}

export interface LinkSide {
  /** Monomer id, "" for any of the group. */
  readonly compId: string;
  readonly modification: string;
  readonly group: string;
}

export interface Link {
  readonly id: string;
  readonly sides: readonly [LinkSide, LinkSide];
  readonly bonds: readonly {
    readonly atoms: readonly [LinkAtom, LinkAtom];
    readonly distance: number;
    readonly sigma: number;
  }[];
  readonly angles: readonly {
    readonly atoms: readonly [LinkAtom, LinkAtom, LinkAtom];
    readonly angle: number;
    readonly sigma: number;
  }[];
  readonly torsions: readonly {
    readonly id: string;
    readonly atoms: readonly [LinkAtom, LinkAtom, LinkAtom, LinkAtom];
    readonly angle: number;
    readonly sigma: number;
    readonly period: number;
  }[];
  readonly chiralities: readonly {
    readonly id: string;
    /** Centre, then the three neighbours. */
    readonly atoms: readonly [LinkAtom, LinkAtom, LinkAtom, LinkAtom];
    readonly sign: "positive" | "negative" | "both";
  }[];
  readonly planes: readonly {
    readonly id: string;
    readonly atoms: readonly LinkAtom[];
    readonly sigmas: readonly number[];
  }[];
}

export type ModificationAction = "add" | "delete" | "change";

export interface Modification {
  readonly id: string;
  /** Monomer it applies to, "" for any of `group`. */
  readonly compId: string;
  readonly group: string;
  readonly atoms: readonly {
    readonly action: ModificationAction;
    readonly id: string;
    readonly newId: string;
    readonly element: string;
    readonly energyType: string;
    readonly charge: number | null;
  }[];
  readonly bonds: readonly ({ readonly action: ModificationAction } & MonomerBond)[];
  readonly angles: readonly ({ readonly action: ModificationAction } & MonomerAngle)[];
  readonly torsions: readonly ({ readonly action: ModificationAction } & MonomerTorsion)[];
  readonly chiralities: readonly ({ readonly action: ModificationAction } & MonomerChirality)[];
  readonly planes: readonly ({ readonly action: ModificationAction } & MonomerPlane)[];
}

/** Energy type of ener_lib; radii in Angstrom, null when not tabulated. */
export interface EnergyType {
  readonly type: string;
  readonly element: string;
  readonly hydrogenBond: "N" | "D" | "A" | "B" | "H";
  readonly radius: number | null;
  readonly unitedRadius: number | null;
  readonly ionRadius: number | null;
}

/** Everything topology building looks up; user monomers take precedence over built-in ones. */
export interface Dictionary {
  readonly monomers: ReadonlyMap<string, Monomer>;
  readonly links: ReadonlyMap<string, Link>;
  readonly modifications: ReadonlyMap<string, Modification>;
  readonly energyTypes: ReadonlyMap<string, EnergyType>;
  /** What the user changes by hand, after everything else. */
  readonly edits?: RestraintEdits;
}
