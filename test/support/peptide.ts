// Peptides built from bond lengths, angles and dihedrals, for tests that need a model without a file.
import { createRunContext } from "../../src/base/run-context.ts";
import { readPdb } from "../../src/io/pdb/read-pdb.ts";
import type { Model } from "../../src/model/model.ts";

export type Point = readonly [number, number, number];

/** The point at this distance from c, angle to b (degrees) and dihedral to a (degrees). */
export function place(a: Point, b: Point, c: Point, distance: number, angle: number, dihedral: number): Point {
  const minus = (p: Point, q: Point): Point => [p[0] - q[0], p[1] - q[1], p[2] - q[2]];
  const cross = (p: Point, q: Point): Point => [
    p[1] * q[2] - p[2] * q[1],
    p[2] * q[0] - p[0] * q[2],
    p[0] * q[1] - p[1] * q[0],
  ];
  const unit = (p: Point): Point => {
    const length = Math.hypot(...p);
    return [p[0] / length, p[1] / length, p[2] / length];
  };
  const bc = unit(minus(c, b));
  const normal = unit(cross(minus(b, a), bc));
  const across = cross(normal, bc);
  const theta = (angle * Math.PI) / 180;
  const chi = (dihedral * Math.PI) / 180;
  const along = -distance * Math.cos(theta);
  const side = distance * Math.sin(theta) * Math.cos(chi);
  const up = distance * Math.sin(theta) * Math.sin(chi);
  return [0, 1, 2].map(
    (axis) => c[axis]! + along * bc[axis]! + side * across[axis]! + up * normal[axis]!,
  ) as unknown as Point;
}

/** One line of a PDB file. */
export function atomLine(
  serial: number,
  name: string,
  residueName: string,
  number: number,
  [x, y, z]: Point,
  element = name.slice(0, 1),
  chain = "A",
): string {
  const field = (value: number): string => value.toFixed(3).padStart(8);
  const shown = name.length < 4 && element.length === 1 ? ` ${name.padEnd(3)}` : name.padEnd(4);
  return (
    `ATOM  ${String(serial).padStart(5)} ${shown} ${residueName.padStart(3)}${chain.padStart(2)}` +
    `${String(number).padStart(4)}    ${field(x)}${field(y)}${field(z)}  1.00 20.00          ${element.padStart(2)}  `
  );
}

export interface PeptideShape {
  readonly phi: number;
  readonly psi: number;
  /** Of the bond before each residue; 180 where not given. */
  readonly omega?: readonly number[];
}

/** PDB lines of alanines and glycines (other names get N, CA, C, O and CB), hydrogen-free, with standard geometry. */
export function peptideLines(sequence: readonly string[], shape: PeptideShape): string[] {
  const lines: string[] = [];
  let n: Point = [0, 0, 0];
  let ca: Point = [1.458, 0, 0];
  let c = place([0, 1, 0], n, ca, 1.525, 111, -60);
  sequence.forEach((name, index) => {
    if (index > 0) {
      const [lastN, lastCa, lastC] = [n, ca, c];
      n = place(lastN, lastCa, lastC, 1.336, 116.6, shape.psi);
      ca = place(lastCa, lastC, n, 1.458, 121.7, shape.omega?.[index] ?? 180);
      c = place(lastC, n, ca, 1.525, 111, shape.phi);
    }
    const oxygen = place(n, ca, c, 1.229, 120.5, shape.psi + 180);
    const atoms: [string, Point][] = [
      ["N", n],
      ["CA", ca],
      ["C", c],
      ["O", oxygen],
    ];
    if (name !== "GLY") atoms.push(["CB", place(c, n, ca, 1.53, 110.5, -122.6)]);
    for (const [atom, point] of atoms) lines.push(atomLine(lines.length + 1, atom, name, index + 1, point));
  });
  return lines;
}

export function readLines(lines: readonly string[], context = createRunContext()): Model {
  return readPdb(`${lines.join("\n")}\n`, "test.pdb", context);
}
