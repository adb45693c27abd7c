// Disulfide bonds by distance.
import { isMetalElement } from "../chemistry/elements.ts";
import { distanceBetween } from "../math/internal-coordinates.ts";
import type { Model } from "../model/model.ts";
import { atomsNear, createAtomGrid } from "./atom-grid.ts";
import { type FoundLink, isPeptideGroup, type MonomerOf } from "./found-link.ts";
import { atomsOfResidue } from "./residue-atoms.ts";

const longestDisulfide = 3;
/** Sulphurs this near to a metal bind it instead of each other, Angstrom. */
const metalReach = 3;

/** Cysteine pairs with sulphurs in bonding distance and no metal near, nearest first, each sulphur once. */
export function findDisulfides(model: Model, monomerOf: MonomerOf): FoundLink[] {
  const sulphurs: number[] = [];
  const { element } = model.atoms;
  const grid = element.some(isMetalElement) ? createAtomGrid(model.atoms.xyz, metalReach) : undefined;
  const bindsMetal = (sulphur: number): boolean =>
    grid !== undefined && atomsNear(grid, sulphur, metalReach).some(({ atom }) => isMetalElement(element[atom]!));
  for (let residue = 0; residue < model.residues.count; residue++) {
    const monomer = monomerOf(residue);
    if (monomer === undefined || !isPeptideGroup(monomer.group) || monomer.id !== "CYS") continue;
    for (const atom of atomsOfResidue(model, residue)) {
      if (model.atoms.name[atom] === "SG" && !bindsMetal(atom)) sulphurs.push(atom);
    }
  }
  const candidates: [number, number, number][] = [];
  const { xyz, residue, altloc } = model.atoms;
  const sorted = sulphurs.toSorted((a, b) => xyz[3 * a]! - xyz[3 * b]!);
  for (let p = 0; p < sorted.length; p++) {
    for (let q = p + 1; q < sorted.length && xyz[3 * sorted[q]!]! - xyz[3 * sorted[p]!]! <= longestDisulfide; q++) {
      const a = Math.min(sorted[p]!, sorted[q]!);
      const b = Math.max(sorted[p]!, sorted[q]!);
      if (residue[a] === residue[b] || (altloc[a] !== altloc[b] && altloc[a] !== "" && altloc[b] !== "")) continue;
      if (
        model.chains.model[model.residues.chain[residue[a]!]!] !==
        model.chains.model[model.residues.chain[residue[b]!]!]
      )
        continue;
      const distance = distanceBetween(xyz, a, b);
      if (distance <= longestDisulfide) candidates.push([distance, a, b]);
    }
  }
  const used = new Set<number>();
  const links: FoundLink[] = [];
  for (const [, a, b] of candidates.toSorted((p, q) => p[0] - q[0])) {
    if (used.has(a) || used.has(b)) continue;
    used.add(a);
    used.add(b);
    links.push({ id: "SS", first: residue[a]!, second: residue[b]! });
  }
  return links;
}
