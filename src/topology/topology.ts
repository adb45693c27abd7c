// What a model's restraints are: flat lists of terms over atom rows, made from the dictionary by build-topology.ts.

export interface BondList {
  count: number;
  readonly i: Int32Array;
  readonly j: Int32Array;
  /** Angstrom. */
  readonly ideal: Float64Array;
  readonly sigma: Float64Array;
  /** Deviation without energy, Angstrom; absent when all are zero. */
  readonly slack?: Float64Array;
  /** Top-out limit of bonds that are too long, Angstrom; -1 for none; absent when none has one. */
  readonly limit?: Float64Array;
  /** Index into Topology.links, -1 inside a residue. */
  readonly link: Int32Array;
}

/** Angle at j, degrees. */
export interface AngleList {
  count: number;
  readonly i: Int32Array;
  readonly j: Int32Array;
  readonly k: Int32Array;
  readonly ideal: Float64Array;
  readonly sigma: Float64Array;
  readonly link: Int32Array;
}

/** Degrees. periodicity n > 0: sinusoidal with period n; n = 0: harmonic (spec refinement.md 2.3). */
export interface DihedralList {
  count: number;
  readonly i: Int32Array;
  readonly j: Int32Array;
  readonly k: Int32Array;
  readonly l: Int32Array;
  readonly ideal: Float64Array;
  readonly sigma: Float64Array;
  readonly periodicity: Int8Array;
  readonly id: readonly string[];
  readonly link: Int32Array;
}

/** Volume (i - c) . ((j - c) x (k - c)) in cubic Angstrom. */
export interface ChiralityList {
  count: number;
  readonly centre: Int32Array;
  readonly i: Int32Array;
  readonly j: Int32Array;
  readonly k: Int32Array;
  readonly idealVolume: Float64Array;
  readonly sigma: Float64Array;
  /** 1 where either hand is right. */
  readonly both: Uint8Array;
}

/** Plane p holds atoms atom[offset[p]] .. atom[offset[p + 1] - 1]. */
export interface PlaneList {
  count: number;
  readonly offset: Int32Array;
  readonly atom: Int32Array;
  /** Angstrom, per entry of atom. */
  readonly sigma: Float64Array;
  readonly id: readonly string[];
}

/** Pairs of planes: pair p has first[firstOffset[p]] .. first[firstOffset[p + 1] - 1], and `second` likewise. */
export interface ParallelityList {
  readonly count: number;
  readonly firstOffset: Int32Array;
  readonly first: Int32Array;
  readonly secondOffset: Int32Array;
  readonly second: Int32Array;
  /** Angle between the planes, 0 to 90 degrees. */
  readonly ideal: Float64Array;
  /** Without unit: 0.027 for stacking, 0.0335 for base pairs. */
  readonly sigma: Float64Array;
  /** Deviation without energy, degrees; absent when all are zero. */
  readonly slack?: Float64Array;
  /** Where the energy levels off, at least 1; absent or -1 for never. */
  readonly limit?: Float64Array;
}

/** Hydrogen-bond class of an energy type. */
export const hydrogenBondClass = { neither: 0, donor: 1, acceptor: 2, both: 3, hydrogen: 4 } as const;

export interface NonbondedAtoms {
  /** Radius by energy type, Angstrom: united-atom radii when the model has no hydrogens; 0 where the type is unknown (pair distance 1.0). */
  readonly radius: Float64Array;
  /** hydrogenBondClass per atom; for a polar hydrogen `hydrogen`. */
  readonly hydrogenBond: Uint8Array;
  /** 0 no alternate location, else 1, 2, ... per letter: pairs of different non-zero conformers do not interact. */
  readonly conformer: Uint8Array;
  /** Row of model.modelNumbers per atom: pairs of different models do not interact. */
  readonly model: Uint16Array;
  /** Bonded neighbours (1-2 and 1-3) with higher row, sorted: exclude[excludeOffset[a]] .. */
  readonly excludeOffset: Int32Array;
  readonly exclude: Int32Array;
  /** 1-4 partners with higher row that are not 1-2 or 1-3, sorted. */
  readonly oneFourOffset: Int32Array;
  readonly oneFour: Int32Array;
}

/** One link that was made between residues. */
export interface TopologyLink {
  /** Dictionary id, e.g. TRANS, PCIS, SS, p; "generic" or "metal" for a stated bond without dictionary entry. */
  readonly id: string;
  readonly firstResidue: number;
  readonly secondResidue: number;
}

/** Atoms of one peptide residue with both neighbours, one per conformer; -1 where an atom is missing. */
export interface BackboneUnit {
  readonly residue: number;
  /** C of the previous residue, N, CA, CB, C, O of this one, N of the next one. */
  readonly cPrevious: number;
  readonly n: number;
  readonly ca: number;
  readonly cb: number;
  readonly c: number;
  readonly o: number;
  readonly nNext: number;
  /** CD of proline. */
  readonly cd: number;
  /** CA of the previous residue, for omega. */
  readonly caPrevious: number;
  readonly residueName: string;
  readonly nextResidueName: string;
}

export interface Topology {
  readonly atomCount: number;
  readonly bonds: BondList;
  readonly angles: AngleList;
  readonly dihedrals: DihedralList;
  readonly chiralities: ChiralityList;
  readonly planes: PlaneList;
  /** Absent without any. */
  readonly parallelities?: ParallelityList;
  readonly nonbonded: NonbondedAtoms;
  readonly links: readonly TopologyLink[];
  readonly backbone: readonly BackboneUnit[];
  /** 1 for H and D. */
  readonly isHydrogen: Uint8Array;
  /** For hydrogens the row of the atom they are bonded to, else -1. */
  readonly hydrogenParent: Int32Array;
  /** Rows of atoms of residues held fixed (unknown ligands with `hold`). */
  readonly held: Int32Array;
  /** Rows of atoms without any bond. */
  readonly unrestrained: Int32Array;
  /** Those of them that ought to have bonds: neither of one heavy atom by nature (water, ions) nor held. */
  readonly incomplete: Int32Array;
  /** Energy type per atom, "" where unknown. */
  readonly energyType: readonly string[];
}
