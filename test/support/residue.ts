// Single residues with side chains built from lengths and torsions, for tests that need more than a backbone.
import { atomLine, type Point, peptideLines, place } from "./peptide.ts";

/** Coordinates of a PDB line. */
export function pointOf(line: string): Point {
  return [30, 38, 46].map((column) => Number(line.slice(column, column + 8))) as unknown as Point;
}

/** A residue of a chain of its own, its backbone and CB first, then atoms placed from three before each at 109.5 degrees. */
export function residueLines(
  name: string,
  chain: string,
  atoms: readonly (readonly [name: string, from: readonly [string, string, string], length: number, torsion: number])[],
): string[] {
  const lines = peptideLines([name], { phi: -60, psi: -45 }).map(
    (line) => `${line.slice(0, 20)}${chain.padStart(2)}${line.slice(22)}`,
  );
  for (const [own, from, length, torsion] of atoms) {
    const [a, b, c] = from.map((wanted) => pointOf(lines.find((line) => line.slice(12, 16).trim() === wanted)!));
    lines.push(atomLine(lines.length + 1, own, name, 1, place(a!, b!, c!, length, 109.5, torsion), own[0], chain));
  }
  return lines;
}
