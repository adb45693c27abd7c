// Peptides turned about the line between their CA atoms where density and Ramachandran probability ask for it.
import { type RunContext, throwIfCancelled } from "../../base/run-context.ts";
import type { RamachandranTables } from "../../chemistry/ramachandran-tables.ts";
import { dihedralAngle } from "../../math/internal-coordinates.ts";
import { residueLabel } from "../../model/model.ts";
import { makePairRules } from "../../restraints/nonbonded.ts";
import type { BackboneUnit, Topology } from "../../topology/topology.ts";
import { anglesByCentre, isComplete, ramachandranEnergy, strainEnergy } from "./backbone-energy.ts";
import { heavyPartner, type Peptide, peptideOf } from "./backrub.ts";
import { movedGain } from "./conformer-score.ts";
import type { DensityEvidence } from "./density-evidence.ts";
import { bondGraphOf, turnAtoms } from "./searched-side-chains.ts";
import { evidenceOf, type SideChainInput, type SideChainOptions } from "./side-chains.ts";
import { createSurroundings, type Fence, fenceAround, fenceEnergy } from "./surroundings.ts";

export interface PeptideFlip {
  /** Row of the residue whose C and O turn. */
  readonly residue: number;
  /** "A 52 LYS" */
  readonly label: string;
  /** Degrees, -180 to 180. */
  readonly angle: number;
  /** Atoms that turned, and the two that they turned about. */
  readonly rows: readonly number[];
  readonly ends: readonly [number, number];
  /** Gains in log-likelihood; above zero for the better. */
  readonly gains: { readonly density: number; readonly ramachandran: number; readonly clash: number };
}

export interface PeptideOptions extends Pick<SideChainOptions, "resolution" | "movable" | "hydrogenBondException"> {
  /** Residues (rows) whose C and O stay where they are. */
  readonly settled?: ReadonlySet<number>;
}

export interface PeptideFlips {
  readonly xyz: Float64Array;
  readonly flips: readonly PeptideFlip[];
}

interface Site {
  readonly peptide: Peptide;
  readonly from: number;
  readonly to: number;
  readonly residue: number;
  readonly units: readonly BackboneUnit[];
  readonly angles: readonly number[];
}

/** Degrees of the turns that are tried. */
const turns: readonly number[] = [-150, -120, -90, 90, 120, 150, 180];
/** A turn is worth trying from here on; whether it stays is seen once it is minimised. */
const leastGain = -5;
/** What a bump and unlikely torsions cost at most: minimisation mends some. */
const mostBump = 8;
const mostUnlikely = 4;
/** Bent angles count at most this much each: they are straightened by moving what is around, which is not done here. */
const mostStrain = 1;
const peptideReach = 3;
const clashLimit = 60;
/** Peptides this far from trans are not touched, degrees. */
const leastOmega = 150;

/**
 * Turns single peptides; cis and trans stay what they are, and peptides before proline, with alternates or with atoms that may
 * not move are left alone. Bond lengths stay, angles at the CA atoms do not: minimise afterwards.
 */
export function flipPeptides(
  input: SideChainInput & { readonly ramachandran: RamachandranTables },
  options: PeptideOptions,
  context: RunContext,
): PeptideFlips {
  const { model, topology, ramachandran } = input;
  const xyz = input.xyz.slice();
  const searched = new Uint8Array(topology.atomCount);
  const evidence = evidenceOf(input, options, searched);
  const rules = makePairRules(topology.nonbonded, options.hydrogenBondException ?? topology.isHydrogen.includes(1));
  const around = createSurroundings(rules, input.xyz, searched);
  const flips: PeptideFlip[] = [];
  // Neighbours share a residue: each is judged beside what became of the one before.
  findSites(topology, xyz, options.movable).forEach((site, at) => {
    if (at % 64 === 0) throwIfCancelled(context);
    if (options.settled?.has(site.residue) === true) return;
    const { c, o, n, h } = site.peptide;
    const rows = h < 0 ? [c, o, n] : [c, o, n, h];
    const touching = new Uint8Array(rows.length).fill(1);
    const fence = fenceAround(around, rows, c, peptideReach, touching);
    const best = bestTurn({ site, rows, fence, evidence, xyz, topology, ramachandran });
    if (best === null) return;
    turnAtoms(xyz, site.from, site.to, rows, best.angle);
    const ends = [site.from, site.to] as const;
    flips.push({ residue: site.residue, label: residueLabel(model, site.residue), rows, ends, ...best });
  });
  return { xyz, flips };
}

interface Trial {
  readonly site: Site;
  readonly rows: readonly number[];
  readonly fence: Fence;
  readonly evidence: DensityEvidence | null;
  readonly xyz: Float64Array;
  readonly topology: Topology;
  readonly ramachandran: RamachandranTables;
}

function bestTurn({
  site,
  rows,
  fence,
  evidence,
  xyz,
  topology,
  ramachandran,
}: Trial): Pick<PeptideFlip, "angle" | "gains"> | null {
  const places = (): Float64Array => Float64Array.from(rows.flatMap((row) => [...xyz.subarray(3 * row, 3 * row + 3)]));
  const before = places();
  const state = (): { ramachandran: number; clash: number; strain: number } => ({
    ramachandran: site.units.reduce((sum, unit) => sum + ramachandranEnergy(ramachandran, unit, xyz), 0),
    clash: Math.min(clashLimit, fenceEnergy(fence, places(), rows.length, clashLimit)),
    strain: site.angles.reduce(
      (sum, angle) => sum + Math.min(mostStrain, strainEnergy(topology.angles, [angle], xyz)),
      0,
    ),
  });
  const now = state();
  let best: Pick<PeptideFlip, "angle" | "gains"> | null = null;
  let most = leastGain;
  for (const angle of turns) {
    turnAtoms(xyz, site.from, site.to, rows, angle);
    const then = state();
    const density = evidence === null ? 0 : movedGain(evidence, rows, 3, before, places());
    const gains = { density, ramachandran: now.ramachandran - then.ramachandran, clash: now.clash - then.clash };
    // Bumps forbid a turn but are no reason for one: less than a turn mends them.
    const bump = Math.min(0, Math.max(-mostBump, gains.clash));
    const gain = gains.density + Math.max(-mostUnlikely, gains.ramachandran) + bump + now.strain - then.strain;
    rows.forEach((row, at) => xyz.set(before.subarray(3 * at, 3 * at + 3), 3 * row));
    if (gain <= most) continue;
    most = gain;
    best = { angle, gains };
  }
  return best;
}

function findSites(topology: Topology, xyz: Float64Array, movable: Uint8Array | undefined): Site[] {
  const graph = bondGraphOf(topology);
  const centred = anglesByCentre(topology);
  const byN = new Map<number, BackboneUnit>();
  for (const unit of topology.backbone) if (isComplete(unit)) byN.set(unit.n, unit);
  const { conformer } = topology.nonbonded;
  return topology.backbone.flatMap((unit): Site[] => {
    if (!isComplete(unit) || unit.nextResidueName === "PRO") return [];
    const peptide = peptideOf(topology, graph, unit.c, unit.nNext);
    const to = heavyPartner(topology, graph, unit.nNext, unit.c);
    if (peptide === null || to < 0) return [];
    const rows = [peptide.c, peptide.o, peptide.n, unit.ca, to];
    if (rows.some((row) => conformer[row] !== 0 || (movable !== undefined && movable[row] === 0))) return [];
    if (Math.abs(dihedralAngle(xyz, unit.ca, peptide.c, peptide.n, to)) < leastOmega) return [];
    const next = byN.get(unit.nNext);
    const { isHydrogen, angles } = topology;
    return [
      {
        peptide,
        from: unit.ca,
        to,
        residue: unit.residue,
        units: next === undefined ? [unit] : [unit, next],
        angles: [unit.ca, to].flatMap((row) =>
          centred[row]!.filter((angle) => isHydrogen[angles.i[angle]!] === 0 && isHydrogen[angles.k[angle]!] === 0),
        ),
      },
    ];
  });
}
