// Restraints that a user adds, changes or takes away by hand.

export type EditAction = "add" | "change" | "delete";

interface Edit {
  readonly action: EditAction;
  /** Each names one atom; those of planes name all atoms of one. */
  readonly selections: readonly string[];
  /** Angstrom or degrees; absent where a change or deletion leaves it open, and for planes. */
  readonly ideal?: number;
  /** Angstrom, degrees, or without unit between planes. */
  readonly sigma?: number;
  readonly file: string;
  /** "line 3, column 5" */
  readonly place: string;
}

export interface BondEdit extends Edit {
  readonly kind: "bond";
  /** Deviation without energy, Angstrom. */
  readonly slack?: number;
  /** Where the energy of a bond that is too long levels off, Angstrom. */
  readonly limit?: number;
}

export interface AngleEdit extends Edit {
  readonly kind: "angle";
}

export interface DihedralEdit extends Edit {
  readonly kind: "dihedral";
  /** Other ideal values, degrees: the one nearest to the model counts. */
  readonly alternatives?: readonly number[];
  /** Greater than 0: sinusoidal; 0 and below: harmonic, with as many minima as it says. */
  readonly periodicity?: number;
}

export interface PlanarityEdit extends Edit {
  readonly kind: "planarity";
}

/** Two planes and the angle between them. */
export interface ParallelityEdit extends Edit {
  readonly kind: "parallelity";
}

export type RestraintEdit = BondEdit | AngleEdit | DihedralEdit | PlanarityEdit | ParallelityEdit;

export interface RestraintEdits {
  readonly edits: readonly RestraintEdit[];
  /** Bonds to atoms farther than this are mistakes, Angstrom. */
  readonly longestBond: number;
}
