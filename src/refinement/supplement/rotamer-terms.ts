// Rotamer restraints: side-chain torsions towards the rotamer that is nearest, weighed by how rare it is.
import { aminoAcidName } from "../../chemistry/amino-acids.ts";
import { chiAngles } from "../../chemistry/chi-angles.ts";
import type { RotamerTables } from "../../chemistry/rotamer-tables.ts";
import { dihedralAngle } from "../../math/internal-coordinates.ts";
import type { Model } from "../../model/model.ts";
import type { TorsionRow } from "../../restraints/supplement.ts";
import { conformersOf } from "../../validation/geometry/protein-residues.ts";
import {
  periodicDelta,
  type RotamerPeak,
  type RotamerPrior,
  rotamerEnergy,
  rotamerPrior,
} from "../side-chains/rotamer-prior.ts";

/** Where the pull of a torsion levels off, in units of its own spread. */
const levelsOff = 3;
/** Weight against the density; the logarithm of a probability has 2. */
export const rotamerFactor = 2;

/** Torsions of every complete side chain with a table, in each conformer; the rings of prolines have two. */
export function rotamerTerms(model: Model, tables: RotamerTables): { terms: TorsionRow[]; residues: number } {
  const terms: TorsionRow[] = [];
  const seen = new Set<string>();
  let residues = 0;
  for (let residue = 0; residue < model.residues.count; residue++) {
    const name = model.residues.name[residue]!;
    const aminoAcid = aminoAcidName(name);
    const table = aminoAcid === null ? undefined : tables.get(aminoAcid);
    if (aminoAcid === null || table === undefined) continue;
    const angles = chiAngles(name === "MSE" ? "MSE" : aminoAcid).slice(0, table.table.axes.length);
    let isFirst = true;
    for (const { atoms } of conformersOf(model, residue)) {
      const fours = angles.map((four) => four.map((atom) => atoms.get(atom) ?? -1));
      const key = fours.join(" ");
      if (fours.flat().includes(-1) || seen.has(key)) continue;
      seen.add(key);
      terms.push(...termsOf(model.atoms.xyz, fours as unknown as Four[], rotamerPrior(table)));
      if (isFirst) residues++;
      isFirst = false;
    }
  }
  return { terms, residues };
}

type Four = readonly [number, number, number, number];

function termsOf(xyz: Float64Array, fours: readonly Four[], prior: RotamerPrior): TorsionRow[] {
  const chis = fours.map((four) => dihedralAngle(xyz, ...four));
  const periods = prior.rotamers.table.axes.map(({ from, to }) => to - from);
  const peak = nearestPeak(prior, periods, chis);
  if (peak === undefined) return [];
  return fours.map((atoms, at) => ({
    atoms,
    ideal: peak.chis[at]!,
    sigma: peak.spread[at]! * Math.sqrt(2 / rotamerFactor),
    period: periods[at]!,
    limit: levelsOff * peak.spread[at]!,
  }));
}

/** The peak with the least of twice its energy and the squared way there in units of its spread. */
function nearestPeak(
  prior: RotamerPrior,
  periods: readonly number[],
  chis: readonly number[],
): RotamerPeak | undefined {
  let best: RotamerPeak | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const peak of prior.peaks) {
    let cost = 2 * rotamerEnergy(prior, peak.chis);
    chis.forEach((chi, at) => {
      cost += (periodicDelta(peak.chis[at]!, chi, periods[at]!) / peak.spread[at]!) ** 2;
    });
    if (cost >= least) continue;
    least = cost;
    best = peak;
  }
  return best;
}
