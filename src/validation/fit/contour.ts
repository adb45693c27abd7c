// A contour level where none is given: the one that encloses the volume of the model's mass.
import { atomicMass } from "../../chemistry/atomic-masses.ts";
import { isHydrogenElement } from "../../chemistry/elements.ts";
import { cellVolume } from "../../crystal/unit-cell.ts";
import { type DensityMap, mapFrame, toFractional } from "../../density/map.ts";
import { mapStatistics, valueOfRank } from "../../density/statistics.ts";
import type { Model } from "../../model/model.ts";
import { type MoleculeKind, moleculeKind } from "./residue-parts.ts";

/** Partial specific volume of 0.73 cubic centimetres per gram, cubic Angstrom per Da. */
const volumePerMass = 1.21;
/** Mass of hydrogens over the mass of the other atoms, where a residue is without hydrogens; means of compositions. */
const hydrogenShare: Readonly<Record<MoleculeKind, number>> = {
  protein: 0.076,
  nucleic: 0.037,
  other: 0.075,
  ion: 0,
  water: 0.126,
};
/** A level shared by more voxels than this part of those to enclose, as zeros around a cut map, is none. */
const leastAbove = 0.5;

/** `volume`: what encloses the volume of the model's mass; `sigma`: one standard deviation above the mean of the map. */
export type ContourRule = "volume" | "sigma";

export interface ContourEstimate {
  /** Null for a constant map. */
  readonly level: number | null;
  readonly rule: ContourRule;
  /** Mass of the model inside the map without waters, with hydrogens that are not in the file, Da. */
  readonly mass: number;
  /** Cubic Angstrom. */
  readonly volume: number;
}

/**
 * Level with as many voxels above it as fill 1.21 cubic Angstrom per Da of the model in the map. Occupancy weighs the atoms, waters
 * do not count. Other molecules in the box take part of the volume, which makes the level too high. Voxels set to zero outside of
 * a mask are voxels like all others: below the level as long as the mask is larger than the model. A sharp map cut out closely
 * has no such level above its mean, as half of what is inside lies below: there it is the mean and one standard deviation.
 */
export function estimateContour(model: Model, map: DensityMap): ContourEstimate {
  const mass = massInside(model, map);
  const volume = volumePerMass * mass;
  const voxel = cellVolume(mapFrame(map).boxCell) / map.values.length;
  const wanted = Math.round(volume / voxel);
  const statistics = mapStatistics(map);
  const isFlat = statistics === null || !(statistics.maximum > statistics.minimum);
  if (isFlat || wanted < 1) return { level: null, rule: "volume", mass, volume };
  if (wanted < map.values.length) {
    const level = valueOfRank(map.values, wanted);
    let above = 0;
    for (const value of map.values) if (value > level) above++;
    if (level > statistics.mean && above >= leastAbove * wanted) return { level, rule: "volume", mass, volume };
  }
  return { level: statistics.mean + statistics.sigma, rule: "sigma", mass, volume };
}

function massInside(model: Model, map: DensityMap): number {
  const { atoms, residues } = model;
  const frame = mapFrame(map);
  let mass = 0;
  for (let residue = 0; residue < residues.count; residue++) {
    const kind = moleculeKind(model, residue);
    if (kind === "water") continue;
    let [heavy, hydrogen] = [0, 0];
    for (let entry = residues.atomOffset[residue]!; entry < residues.atomOffset[residue + 1]!; entry++) {
      const atom = residues.atomIndex[entry]!;
      const at = 3 * atom;
      const place = toFractional(frame, atoms.xyz[at]!, atoms.xyz[at + 1]!, atoms.xyz[at + 2]!);
      if (!place.every((part) => part >= 0 && part < 1)) continue;
      const own = Math.max(0, atoms.occupancy[atom]!) * atomicMass(atoms.element[atom]!);
      if (isHydrogenElement(atoms.element[atom]!)) hydrogen += own;
      else heavy += own;
    }
    mass += heavy + (hydrogen > 0 ? hydrogen : hydrogenShare[kind] * heavy);
  }
  return mass;
}
