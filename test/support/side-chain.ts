// Single residues with side chains built from chi angles, for tests that need a model without a file.
import { chiAngles } from "../../src/chemistry/chi-angles.ts";
import { atomLine, type Point, place } from "./peptide.ts";

/** PDB lines of one residue with the atoms that its chi angles (degrees) run over. */
export function residueLines(name: string, chis: readonly number[], number = 1): string[] {
  const n: Point = [20 * number, 0, 0];
  const ca: Point = [20 * number + 1.458, 0, 0];
  const c = place([20 * number, 1, 0], n, ca, 1.525, 111, -60);
  const atoms = new Map<string, Point>([
    ["N", n],
    ["CA", ca],
    ["C", c],
    ["O", place(n, ca, c, 1.229, 120.5, 130)],
    ["CB", place(c, n, ca, 1.53, 110.5, -122.6)],
  ]);
  chiAngles(name).forEach(([first, second, third, fourth], at) => {
    if (atoms.has(fourth)) return;
    atoms.set(fourth, place(atoms.get(first)!, atoms.get(second)!, atoms.get(third)!, 1.5, 112, chis[at]!));
  });
  return [...atoms].map(([atom, point], at) => atomLine(at + 1, atom, name, number, point));
}
