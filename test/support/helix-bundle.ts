// A bundle of straight helices and its simulated map, for tests that need the size of a small protein without a file.
import { createRng } from "../../src/base/rng.ts";
import { createRunContext } from "../../src/base/run-context.ts";
import { type DensityMap, mapFrame } from "../../src/density/map.ts";
import type { ComputeEngine } from "../../src/kernels/engine.ts";
import { type Model, withCoordinates } from "../../src/model/model.ts";
import { simulateMap } from "../../src/scattering/simulate-map.ts";
import { peptideLines, readLines } from "./peptide.ts";

/** Twelve helices of 14 alanines, alternately turned over, with gaps in the numbering between them. */
export function helixBundle(): Model {
  const single = peptideLines(
    Array.from({ length: 14 }, () => "ALA"),
    { phi: -57.8, psi: -47 },
  );
  const lines: string[] = [];
  for (let helix = 0; helix < 12; helix++) {
    const turned = helix % 2 === 1 ? -1 : 1;
    const place = [10 * (helix % 3), 10 * (Math.floor(helix / 3) % 2), 26 * Math.floor(helix / 6)];
    for (const line of single) {
      const [x, y, z] = [30, 38, 46].map((at) => Number(line.slice(at, at + 8))) as [number, number, number];
      // Half a turn about x keeps the hand; the helices lie along a slanted axis of their own.
      const moved = [x + place[0]!, turned * y + place[1]!, turned * z + place[2]!];
      const number = Number(line.slice(22, 26)) + 100 * helix;
      lines.push(
        line.slice(0, 22) +
          String(number).padStart(4) +
          line.slice(26, 30) +
          moved.map((value) => value.toFixed(3).padStart(8)).join("") +
          line.slice(54),
      );
    }
  }
  return readLines(lines);
}

export function bundleMap(engine: ComputeEngine, model: Model, noise = 0, b = 40): DensityMap {
  const atoms = { ...model.atoms, bFactor: model.atoms.bFactor.map(() => b) };
  const options = { resolution: 3.5, table: "electron", voxel: 1.1, margin: 8, noise } as const;
  return simulateMap(engine, atoms, options, createRunContext({ rng: createRng(3) }));
}

/** The map with voxels larger by a factor, and the model moved as a whole to where it fits best. */
export function enlargeVoxels(model: Model, map: DensityMap, factor: number): { model: Model; map: DensityMap } {
  const { cell } = map;
  const larger = { ...map, cell: { ...cell, a: cell.a * factor, b: cell.b * factor, c: cell.c * factor } };
  const centre = [0, 0, 0];
  model.atoms.xyz.forEach((value, at) => {
    centre[at % 3]! += value / model.atoms.count;
  });
  const [before, after] = [mapFrame(map).corner, mapFrame(larger).corner];
  const xyz = model.atoms.xyz.map((value, at) => {
    const axis = at % 3;
    return value - centre[axis]! + after[axis]! + factor * (centre[axis]! - before[axis]!);
  });
  return { model: withCoordinates(model, xyz), map: larger };
}

/** Map and model reflected in the middle of the box across x. */
export function mirrorAlongX(model: Model, map: DensityMap): { model: Model; map: DensityMap } {
  const [nx] = map.size;
  const values = map.values.map((_value, at, all) => all[at - (at % nx) + (nx - 1 - (at % nx))]!);
  const corner = mapFrame(map).corner[0];
  const width = ((nx - 1) * map.cell.a) / map.sampling[0];
  const xyz = model.atoms.xyz.map((value, at) => (at % 3 === 0 ? 2 * corner + width - value : value));
  return { model: withCoordinates(model, xyz), map: { ...map, values } };
}
