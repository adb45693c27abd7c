// Sugar puckers of nucleotides, which choose between the two sets of ring torsions a monomer holds.
import type { Monomer } from "../chemistry/monomer.ts";
import { distanceBetween } from "../math/internal-coordinates.ts";
import type { Model } from "../model/model.ts";
import { type FoundLink, isNucleotideGroup } from "./found-link.ts";
import { atomNamed, type MatchedAtoms } from "./residue-atoms.ts";

export type SugarPucker = "C2e" | "C3e";

/** A 3' phosphate this near to the line of the glycosidic bond means C2'-endo, Angstrom (Richardson et al. 2008, RNA 14, 465). */
const phosphateLimit = 2.9;
/** The same for O3' where no phosphate follows. */
const oxygenLimit = 2.4;

/**
 * Pucker of each nucleotide from the distance of its 3' phosphorus to the line through its glycosidic bond, which stays
 * readable where a ring is poor; undefined for everything else.
 */
export function findPuckers(
  model: Model,
  matched: MatchedAtoms,
  links: readonly FoundLink[],
): (SugarPucker | undefined)[] {
  const next = new Map(links.map(({ first, second }) => [first, second] as const));
  const { xyz } = model.atoms;
  return matched.templates.map((template, residue) => {
    if (template === undefined || !isNucleotideGroup(template.monomer.group)) return undefined;
    const atom = (name: string): number => atomNamed(matched, residue, 0, name);
    const carbon = atom("C1'");
    const base = atom(glycosidicPartner(template.monomer) ?? "");
    const following = next.get(residue);
    const phosphorus = following === undefined ? -1 : atomNamed(matched, following, 0, "P");
    const end = phosphorus >= 0 ? phosphorus : atom("O3'");
    if (carbon < 0 || base < 0 || end < 0) return "C3e";
    return puckerByDistance(distanceToLine(xyz, end, carbon, base), phosphorus >= 0);
  });
}

/** Pucker from the distance (Angstrom) of the 3' phosphorus, or else of O3', to the line of the glycosidic bond. */
export function puckerByDistance(distance: number, isPhosphorus: boolean): SugarPucker {
  return distance <= (isPhosphorus ? phosphateLimit : oxygenLimit) ? "C2e" : "C3e";
}

/** The atom of the base that C1' is bonded to. */
function glycosidicPartner({ bonds }: Monomer): string | undefined {
  for (const { atom1, atom2 } of bonds) {
    const other = atom1 === "C1'" ? atom2 : atom2 === "C1'" ? atom1 : undefined;
    if (other !== undefined && !other.endsWith("'") && !other.startsWith("H")) return other;
  }
  return undefined;
}

/** Distance of an atom to the line through two others, Angstrom. */
export function distanceToLine(xyz: Float64Array, point: number, a: number, b: number): number {
  const length = Math.max(1e-6, distanceBetween(xyz, a, b));
  let along = 0;
  for (let c = 0; c < 3; c++) {
    along += ((xyz[3 * point + c]! - xyz[3 * a + c]!) * (xyz[3 * b + c]! - xyz[3 * a + c]!)) / length;
  }
  return Math.sqrt(Math.max(0, distanceBetween(xyz, point, a) ** 2 - along * along));
}

/** Torsions named for one pucker ("C2e-nyu1") apply to sugars of that pucker only. */
export function puckerOfTorsion(id: string): SugarPucker | undefined {
  return id.startsWith("C2e-") ? "C2e" : id.startsWith("C3e-") ? "C3e" : undefined;
}
