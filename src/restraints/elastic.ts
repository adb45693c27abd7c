// Elastic network: springs between near atoms at their present distances, so that a model bends before it breaks up.
import type { Neighbours } from "../kernels/reference/neighbours.ts";
import type { Topology } from "../topology/topology.ts";
import { contactDistance } from "./nonbonded.ts";

/** Springs reach atoms this near, Angstrom ("jelly body" of Murshudov et al. 2011, Acta Cryst. D67, 355). */
export const elasticReach = 4.2;
/** Energy per square Angstrom of stretch; the same springs are this much softer where a side chain or ligand takes part. */
const backboneStiffness = 50;
const otherShare = 0.2;
const oneFourFactor = 0.8;

export interface ElasticNetwork {
  readonly count: number;
  readonly i: Int32Array;
  readonly j: Int32Array;
  /** Rest length, Angstrom. */
  readonly length: Float64Array;
  readonly stiffness: Float64Array;
}

export interface ElasticRule {
  /** Springs without an atom marked here are left out: nothing in them moves. */
  readonly moving: Uint8Array;
  /** 1 for the atoms whose springs among each other are stiff: the polymer's backbone. */
  readonly backbone: Uint8Array;
  readonly hydrogenBondException: boolean;
}

/**
 * Springs between non-hydrogen atoms within reach that are not bonded to each other or to a common atom. Atoms that are in
 * contact already get none: repulsion must be free to part them.
 */
export function buildElasticNetwork(
  topology: Topology,
  xyz: Float64Array,
  neighbours: Neighbours,
  rule: ElasticRule,
): ElasticNetwork {
  const { nonbonded, isHydrogen, atomCount } = topology;
  // Room for all neighbours: what is not used costs nothing.
  const most = neighbours.partner.length;
  const first = new Int32Array(most);
  const second = new Int32Array(most);
  const length = new Float64Array(most);
  const stiffness = new Float64Array(most);
  let count = 0;
  // Relation to the atom at hand: 2 i + 1 bonded, 2 i + 2 one to four.
  const relation = new Float64Array(atomCount);
  for (let i = 0; i < atomCount; i++) {
    if (isHydrogen[i] === 1) continue;
    for (let at = nonbonded.excludeOffset[i]!; at < nonbonded.excludeOffset[i + 1]!; at++) {
      relation[nonbonded.exclude[at]!] = 2 * i + 1;
    }
    for (let at = nonbonded.oneFourOffset[i]!; at < nonbonded.oneFourOffset[i + 1]!; at++) {
      relation[nonbonded.oneFour[at]!] = 2 * i + 2;
    }
    for (let at = neighbours.start[i]!; at < neighbours.end[i]!; at++) {
      const j = neighbours.partner[at]!;
      if (isHydrogen[j] === 1 || relation[j] === 2 * i + 1) continue;
      if (rule.moving[i] === 0 && rule.moving[j] === 0) continue;
      if (!mayMeet(topology, i, j)) continue;
      const x = xyz[3 * i]! - xyz[3 * j]!;
      const y = xyz[3 * i + 1]! - xyz[3 * j + 1]!;
      const z = xyz[3 * i + 2]! - xyz[3 * j + 2]!;
      const distance = Math.sqrt(x * x + y * y + z * z);
      const factor = relation[j] === 2 * i + 2 ? oneFourFactor : 1;
      if (distance < factor * contactDistance(nonbonded, i, j, rule.hydrogenBondException)) continue;
      first[count] = i;
      second[count] = j;
      length[count] = distance;
      stiffness[count] = backboneStiffness * (rule.backbone[i] === 1 && rule.backbone[j] === 1 ? 1 : otherShare);
      count++;
    }
  }
  return {
    count,
    i: first.subarray(0, count),
    j: second.subarray(0, count),
    length: length.subarray(0, count),
    stiffness: stiffness.subarray(0, count),
  };
}

function mayMeet({ nonbonded }: Topology, i: number, j: number): boolean {
  if (nonbonded.model[i] !== nonbonded.model[j]) return false;
  const first = nonbonded.conformer[i]!;
  const second = nonbonded.conformer[j]!;
  return first === second || first === 0 || second === 0;
}
