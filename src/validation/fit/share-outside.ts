// How much of a model lies outside of a map.
import { isHydrogenElement } from "../../chemistry/elements.ts";
import type { DensityMap } from "../../density/map.ts";
import { trilinearGrid, trilinearValue } from "../../density/trilinear.ts";
import type { Model } from "../../model/model.ts";

/** Share of the atoms other than hydrogen that do not have grid points on all sides, 0 to 1; 0 for a model without such atoms. */
export function shareOutside({ atoms }: Model, map: DensityMap): number {
  const grid = trilinearGrid(map);
  const { xyz, element, count } = atoms;
  let [outside, heavy] = [0, 0];
  for (let atom = 0; atom < count; atom++) {
    if (isHydrogenElement(element[atom]!)) continue;
    heavy++;
    if (Number.isNaN(trilinearValue(grid, xyz[3 * atom]!, xyz[3 * atom + 1]!, xyz[3 * atom + 2]!))) outside++;
  }
  return heavy === 0 ? 0 : outside / heavy;
}
