// The backbone suites of RNA: centres of the clusters in seven torsions, and which of a suite they are compared with.
import suiteFile from "../../data/apache-2.0/suites.json" with { type: "json" };

/** Torsions of a suite in order: delta, epsilon, zeta of the residue before, then alpha, beta, gamma, delta of its own. */
export const suiteAngles = ["delta-1", "epsilon-1", "zeta-1", "alpha", "beta", "gamma", "delta"] as const;

export type SuiteAngle = (typeof suiteAngles)[number];

/** A cluster of suites. */
export interface SuiteCluster {
  /** Two characters, e.g. "1a". */
  readonly name: string;
  /** Puckers of both sugars and the range of gamma, e.g. "33 p". */
  readonly bin: string;
  /** Proposed, but not seen often enough to be certain. */
  readonly isProvisional: boolean;
  /** A bin's dominant cluster is larger than its satellites, which lie within its reach. */
  readonly role: "dominant" | "satellite" | "ordinary";
  /** Centre, degrees 0 to 360. */
  readonly angles: readonly number[];
  /** Half-widths of a satellite, and those of its dominant cluster, for suites between both. */
  readonly satelliteWidths?: readonly number[];
  readonly dominantWidths?: readonly number[];
}

export interface SuiteTable {
  /** What the table is, for reports. */
  readonly source: string;
  /** Half-widths of clusters, degrees. */
  readonly widths: readonly number[];
  /** By bin. */
  readonly bins: ReadonlyMap<string, readonly SuiteCluster[]>;
}

let builtIn: SuiteTable | undefined;

/** The 46 certain and 8 provisional suites of Richardson et al. 2008, RNA 14, 465. */
export function loadSuites(): SuiteTable {
  if (builtIn) return builtIn;
  const { widths, clusters } = suiteFile as { widths: readonly number[]; clusters: readonly SuiteCluster[] };
  const bins = new Map<string, SuiteCluster[]>();
  for (const cluster of clusters) {
    const bin = bins.get(cluster.bin);
    if (bin) bin.push(cluster);
    else bins.set(cluster.bin, [cluster]);
  }
  builtIn = { source: "Richardson et al. 2008, 54 suites (built in)", widths, bins };
  return builtIn;
}
