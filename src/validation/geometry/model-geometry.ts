// Geometry of a model as it is: restraints built, ideal values of its backbone applied, deviations counted.
import type { RunContext } from "../../base/run-context.ts";
import type { Dictionary } from "../../chemistry/monomer.ts";
import type { ComputeEngine } from "../../kernels/engine.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import type { Model } from "../../model/model.ts";
import { applyCdl, prepareCdl } from "../../restraints/cdl.ts";
import { makePairRules } from "../../restraints/nonbonded.ts";
import { buildTopology, type TopologyOptions } from "../../topology/build-topology.ts";
import type { Topology } from "../../topology/topology.ts";
import { type GeometrySummary, type GeometryTerms, summarizeGeometry } from "./geometry-statistics.ts";

export interface ModelGeometry {
  readonly geometry: GeometrySummary;
  /** The restraints it was measured against, backbone values of the conformation at hand included. */
  readonly topology: Topology;
}

/** Statistics of a model against its dictionary. Throws InputError UNKNOWN_RESIDUE as `buildTopology` does. */
export function computeGeometry(
  engine: ComputeEngine,
  input: { readonly model: Model; readonly dictionary: Dictionary },
  options: TopologyOptions,
  context: RunContext,
): ModelGeometry {
  const { model, dictionary } = input;
  const topology = buildTopology(model, dictionary, options, context);
  const { xyz } = model.atoms;
  applyCdl(topology, prepareCdl(topology), xyz);
  const rules = makePairRules(topology.nonbonded, topology.isHydrogen.includes(1));
  const geometry = summarizeGeometry(topology, xyz, engine.kernels, rules);
  return { geometry, topology };
}

/** Coordinates and the restraints that they are measured by, which are those of the time when it was made. */
export interface GeometryAtHand {
  readonly terms: GeometryTerms;
  /** 3 per atom. */
  readonly xyz: Float64Array;
  readonly hydrogenBondException: boolean;
}

/** Statistics from what is at hand, elsewhere or later. */
export function measureGeometry(
  { terms, xyz, hydrogenBondException }: GeometryAtHand,
  kernels: Pick<Kernels, "selectPairs">,
): GeometrySummary {
  return summarizeGeometry(terms, xyz, kernels, makePairRules(terms.nonbonded, hydrogenBondException));
}
