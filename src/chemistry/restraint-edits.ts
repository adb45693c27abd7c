// Restraints that a user adds, changes or takes away by hand.

export type EditAction = "add" | "change" | "delete";

interface Edit {
  readonly action: EditAction;
  /** Each names one atom. */
  readonly selections: readonly string[];
  /** Angstrom or degrees; absent where a change or deletion leaves it open. */
  readonly ideal?: number;
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

export interface RestraintEdits {
  readonly edits: readonly (BondEdit | AngleEdit)[];
  /** Bonds to atoms farther than this are mistakes, Angstrom. */
  readonly longestBond: number;
}
