// Which supplementary restraints a refinement has, by request and resolution, and their terms at given coordinates.
import { loadRamachandranTables } from "../chemistry/ramachandran-tables.ts";
import type { Topology } from "../topology/topology.ts";
import { makeRamachandranSurfaces, ramachandranTerms } from "./ramachandran-terms.ts";
import { noSurfaces, noTethers, noTorsions, type Supplement, type SurfaceTables } from "./supplement.ts";

/** On, off, or on where the resolution makes it worth while. */
export type RestraintSwitch = boolean | "auto";

/** Kinds of supplementary restraints; what is absent is off. */
export interface ExtraRestraints {
  /** Backbone torsions towards the populated places of the Ramachandran plot. */
  readonly ramachandran?: RestraintSwitch;
}

export type ExtraRestraintKind = keyof ExtraRestraints;

/** "auto" is on where the resolution is worse than this, Angstrom. */
const automaticFrom: Readonly<Record<ExtraRestraintKind, number>> = { ramachandran: 3.2 };

/** Kinds that are on, and the tables they need. */
export interface SupplementPlan {
  readonly kinds: ReadonlySet<ExtraRestraintKind>;
  readonly ramachandran: SurfaceTables | null;
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
    ramachandran: kinds.has("ramachandran") ? makeRamachandranSurfaces(await loadRamachandranTables()) : null,
  };
}

/** Terms of the plan for a model at these coordinates. */
export function buildSupplement(plan: SupplementPlan, topology: Topology, xyz: Float64Array): Supplement {
  const surfaces = plan.ramachandran ? ramachandranTerms(topology, xyz, plan.ramachandran) : noSurfaces;
  return { surfaces, torsions: noTorsions, tethers: noTethers, counts: { ramachandran: surfaces.count } };
}
