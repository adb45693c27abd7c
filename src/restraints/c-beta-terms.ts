// C-beta restraints: where CB stands over the plane of N, CA and C.
import { isMirroredAminoAcid } from "../chemistry/amino-acids.ts";
import { distanceBetween } from "../math/internal-coordinates.ts";
import type { Topology } from "../topology/topology.ts";
import type { TorsionRow } from "./supplement.ts";

/** Dihedrals N-C-CA-CB and C-N-CA-CB, degrees (Lovell et al. 2003, Proteins 50, 437). */
const idealDihedrals: ReadonlyMap<string, readonly [number, number]> = new Map([
  ["ALA", [122.9, -122.6]],
  ["PRO", [115.1, -120.7]],
  ...["VAL", "THR", "ILE"].map((name) => [name, [123.4, -122]] as [string, [number, number]]),
] as [string, [number, number]][]);
const otherDihedrals = [122.8, -122.6] as const;
const sigma = 2.5;
/** CA and C farther apart than this are no residue, Angstrom. */
const longestBond = 2;

/** Two torsions per residue of the L form that has peptide bonds on both sides. */
export function betaTerms({ backbone }: Topology, xyz: Float64Array): TorsionRow[] {
  const terms: TorsionRow[] = [];
  const seen = new Set<string>();
  for (const { n, ca, c, cb, residueName } of backbone) {
    const key = [n, ca, c, cb].join(" ");
    if (Math.min(n, ca, c, cb) < 0 || seen.has(key) || residueName === "GLY" || isMirroredAminoAcid(residueName))
      continue;
    seen.add(key);
    if (distanceBetween(xyz, ca, c) > longestBond) continue;
    const [first, second] = idealDihedrals.get(residueName) ?? otherDihedrals;
    const rest = { sigma, period: 360, limit: 0 };
    terms.push({ atoms: [n, c, ca, cb], ideal: first, ...rest }, { atoms: [c, n, ca, cb], ideal: second, ...rest });
  }
  return terms;
}
