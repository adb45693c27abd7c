// The torsions of each residue side by side, as a table.
import type { TableColumn } from "../../text/tsv.ts";
import type { GeometryDetails } from "./geometry-report.ts";
import type { ResidueIdentity } from "./protein-residues.ts";

export interface GeometryRow extends ResidueIdentity {
  readonly phi?: number;
  readonly psi?: number;
  readonly ramachandranClass?: string;
  readonly ramachandranScore?: number;
  readonly ramachandran?: string;
  readonly chis?: readonly number[];
  readonly rotamerScore?: number;
  readonly rotamer?: string;
  readonly cBeta?: number;
  readonly omega?: number;
  readonly muIn?: number;
  readonly muOut?: number;
  readonly nu?: number | null;
  readonly cablam?: string | null;
  readonly suggestion?: string | null;
  readonly pucker?: string | null;
  readonly suite?: string;
  readonly suiteness?: number | null;
}

/** One row per residue and conformer that any measure of torsions describes, in the order they are first met. */
export function geometryRows({ torsions, structure }: GeometryDetails): GeometryRow[] {
  const rows = new Map<string, GeometryRow>();
  const add = (identity: ResidueIdentity, values: Omit<GeometryRow, keyof ResidueIdentity>): void => {
    const key = `${identity.model}|${identity.label}|${identity.altloc}`;
    const { label, model, chain, number, insertionCode, name, altloc } = identity;
    const known = rows.get(key) ?? { label, model, chain, number, insertionCode, name, altloc };
    rows.set(key, { ...known, ...values });
  };
  for (const residue of torsions.omega.residues) add(residue, { omega: residue.omega });
  for (const residue of torsions.ramachandran.residues) {
    const { phi, psi, score, verdict } = residue;
    add(residue, { phi, psi, ramachandranClass: residue.class, ramachandranScore: score, ramachandran: verdict });
  }
  for (const residue of torsions.rotamers.residues) {
    const { chis, score, verdict, rotamer } = residue;
    add(residue, { chis, rotamerScore: score, rotamer: verdict === "outlier" ? "OUTLIER" : (rotamer ?? "") });
  }
  for (const residue of torsions.cBeta.residues) add(residue, { cBeta: residue.deviation });
  for (const residue of torsions.cablam.residues) {
    const { muIn, muOut, nu, verdict, suggestion } = residue;
    add(residue, { muIn, muOut, nu, cablam: verdict, suggestion });
  }
  for (const residue of structure.rna.residues) {
    const { pucker, suite, suiteness } = residue;
    add(residue, { pucker, suite, suiteness });
  }
  return [...rows.values()];
}

const degrees = { unit: "deg", decimals: 1 } as const;

/** The columns in their order. */
export const geometryColumns: readonly TableColumn<GeometryRow>[] = [
  { name: "model", value: (row) => row.model },
  { name: "chain", value: (row) => row.chain },
  { name: "number", value: (row) => row.number },
  { name: "insertion_code", value: (row) => row.insertionCode },
  { name: "residue", value: (row) => row.name },
  { name: "alternate", value: (row) => row.altloc },
  { name: "phi", ...degrees, value: (row) => row.phi },
  { name: "psi", ...degrees, value: (row) => row.psi },
  { name: "omega_before", ...degrees, value: (row) => row.omega },
  { name: "ramachandran_class", value: (row) => row.ramachandranClass },
  { name: "ramachandran_score", decimals: 5, value: (row) => row.ramachandranScore },
  { name: "ramachandran", value: (row) => row.ramachandran },
  ...[0, 1, 2, 3].map((at) => ({
    name: `chi${at + 1}`,
    ...degrees,
    value: (row: GeometryRow): number | undefined => row.chis?.[at],
  })),
  { name: "rotamer_score", decimals: 5, value: (row) => row.rotamerScore },
  { name: "rotamer", value: (row) => row.rotamer },
  { name: "cb_deviation", unit: "A", value: (row) => row.cBeta },
  { name: "cablam_mu_in", ...degrees, value: (row) => row.muIn },
  { name: "cablam_mu_out", ...degrees, value: (row) => row.muOut },
  { name: "cablam_nu", ...degrees, value: (row) => row.nu },
  { name: "cablam", value: (row) => row.cablam },
  { name: "looks_like", value: (row) => row.suggestion },
  { name: "pucker", value: (row) => row.pucker },
  { name: "suite", value: (row) => row.suite },
  { name: "suiteness", value: (row) => row.suiteness },
];
