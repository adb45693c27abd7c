// Which supplementary restraints a refinement has, by request and resolution, and their terms at given coordinates.
import { loadRamachandranTables } from "../../chemistry/ramachandran-tables.ts";
import { loadRotamerTables, type RotamerTables } from "../../chemistry/rotamer-tables.ts";
import { type Model, withCoordinates } from "../../model/model.ts";
import { betaTerms } from "../../restraints/c-beta-terms.ts";
import {
  makeRamachandranSurfaces,
  ramachandranFactor,
  ramachandranTerms,
} from "../../restraints/ramachandran-terms.ts";
import {
  noSurfaces,
  packParallelities,
  packTethers,
  packTorsions,
  type Supplement,
  type SurfaceTables,
} from "../../restraints/supplement.ts";
import type { Topology } from "../../topology/topology.ts";
import { backboneBonds } from "./backbone-bonds.ts";
import { basePairs, stackedBases } from "./base-pairs.ts";
import { listBases } from "./bases.ts";
import { rotamerTerms } from "./rotamer-terms.ts";

/** On, off, or on where the resolution makes it worth while. */
export type RestraintSwitch = boolean | "auto";

/** Kinds of supplementary restraints; what is absent is off. */
export interface ExtraRestraints {
  /** Backbone torsions towards the populated places of the Ramachandran plot. */
  readonly ramachandran?: RestraintSwitch;
  /** Side-chain torsions towards the nearest rotamer. */
  readonly rotamers?: RestraintSwitch;
  /** Where CB stands over the plane of N, CA and C. */
  readonly cBeta?: RestraintSwitch;
  /** Hydrogen bonds of the protein backbone. */
  readonly secondaryStructure?: RestraintSwitch;
  /** Distances and planes of paired bases. */
  readonly basePairs?: RestraintSwitch;
  /** Planes of bases that lie on each other. */
  readonly stacking?: RestraintSwitch;
}

/** All kinds, each by resolution. */
export const automaticRestraints: ExtraRestraints = {
  ramachandran: "auto",
  rotamers: "auto",
  cBeta: "auto",
  secondaryStructure: "auto",
  basePairs: "auto",
  stacking: "auto",
};

export type ExtraRestraintKind = keyof ExtraRestraints;

/**
 * "auto" is on where the resolution is worse than this, Angstrom; docs/methods/extra-restraints.md has the measurements. Base
 * pairs and stacking have brought nothing yet and are on by request only.
 */
const automaticFrom: Readonly<Record<ExtraRestraintKind, number>> = {
  ramachandran: 1.8,
  rotamers: 0,
  cBeta: 0,
  secondaryStructure: 4,
  basePairs: Number.POSITIVE_INFINITY,
  stacking: Number.POSITIVE_INFINITY,
};

/** Kinds that are on, and the tables they need. */
export interface SupplementPlan {
  readonly kinds: ReadonlySet<ExtraRestraintKind>;
  readonly ramachandran: SurfaceTables | null;
  /** Weight of the Ramachandran surfaces. */
  readonly ramachandranFactor: number;
  readonly rotamers: RotamerTables | null;
}

/** Settles what is on and loads its tables; null where nothing is. */
export async function planSupplement(
  wanted: ExtraRestraints | undefined,
  resolution: number,
): Promise<SupplementPlan | null> {
  const kinds = new Set<ExtraRestraintKind>();
  for (const kind of Object.keys(automaticFrom) as ExtraRestraintKind[]) {
    const setting = wanted?.[kind] ?? false;
    if (setting === "auto" ? resolution > automaticFrom[kind] : setting) kinds.add(kind);
  }
  if (kinds.size === 0) return null;
  return {
    kinds,
    ramachandranFactor: ramachandranFactor(resolution),
    ramachandran: kinds.has("ramachandran") ? makeRamachandranSurfaces(await loadRamachandranTables()) : null,
    rotamers: kinds.has("rotamers") ? await loadRotamerTables() : null,
  };
}

export interface SupplementInput {
  readonly model: Model;
  readonly topology: Topology;
  readonly xyz: Float64Array;
  /** Factor of all terms; 1 where not given. */
  readonly firmness?: number;
}

/** Terms of the plan for a model at these coordinates. */
export function buildSupplement(
  { kinds, ramachandran, ramachandranFactor: factor, rotamers }: SupplementPlan,
  { model, topology, xyz, firmness = 1 }: SupplementInput,
): Supplement {
  const present = withCoordinates(model, xyz);
  const surfaces = ramachandran ? ramachandranTerms(topology, xyz, ramachandran, factor * firmness) : noSurfaces;
  const chis = rotamers ? rotamerTerms(present, rotamers) : { terms: [], residues: 0 };
  const betas = kinds.has("cBeta") ? betaTerms(topology, xyz) : [];
  const bonds = kinds.has("secondaryStructure") ? backboneBonds(present) : [];
  const bases = kinds.has("basePairs") || kinds.has("stacking") ? listBases(present) : [];
  const pairs = basePairs(xyz, kinds.has("basePairs") ? bases : []);
  const stacks = stackedBases(kinds.has("stacking") ? bases : []);
  const planes = [...pairs.planes, ...stacks.planes];
  return {
    surfaces,
    torsions: packTorsions(firmer([...chis.terms, ...betas], firmness)),
    tethers: packTethers(firmer([...bonds, ...pairs.bonds], firmness)),
    ...(planes.length > 0 ? { parallelities: packParallelities(firmer(planes, firmness)) } : {}),
    counts: {
      ramachandran: surfaces.count,
      rotamers: chis.residues,
      cBeta: betas.length / 2,
      backboneBonds: bonds.length,
      basePairs: pairs.count,
      stackings: stacks.count,
    },
  };
}

/** The same terms with their energies times a factor. */
function firmer<Term extends { readonly sigma: number }>(terms: readonly Term[], factor: number): readonly Term[] {
  if (factor === 1) return terms;
  return terms.map((term) => ({ ...term, sigma: term.sigma / Math.sqrt(factor) }));
}
