// The tables that torsions are judged with: built-in ones, and what a user's reference data put in their place.
import type { CablamTables } from "../../chemistry/cablam-tables.ts";
import type { RamaZTables } from "../../chemistry/rama-z-tables.ts";
import { loadRamachandranTables, type RamachandranTables } from "../../chemistry/ramachandran-tables.ts";
import type { ReferenceTables } from "../../chemistry/reference-tables.ts";
import { loadRotamerTables, type RotamerTables } from "../../chemistry/rotamer-tables.ts";

export interface GeometryTables {
  readonly ramachandran: RamachandranTables;
  readonly rotamers: RotamerTables;
  /** Only from reference data. */
  readonly ramaZ: RamaZTables | null;
  /** Only from reference data. */
  readonly cablam: CablamTables | null;
}

/** Reference tables where there are some, the built-in ones for all else. */
export async function loadGeometryTables(reference: ReferenceTables | null = null): Promise<GeometryTables> {
  const [ramachandran, rotamers] = await Promise.all([loadRamachandranTables(), loadRotamerTables()]);
  return {
    ramachandran: reference?.ramachandran ?? ramachandran,
    rotamers: new Map([...rotamers, ...(reference?.rotamers ?? [])]),
    ramaZ: reference?.ramaZ ?? null,
    cablam: reference?.cablam ?? null,
  };
}
