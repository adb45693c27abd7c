// Covalent radii of the elements, and from them the lengths that bonds without tabulated value are expected to have.
import { elementIndex } from "./elements.ts";

/** Single-bond radii of H to Cm in hundredths of an Angstrom (Cordero et al. 2008, Dalton Trans. 2832, Table 2). */
const radii: readonly number[] =
  "0 31 28 128 96 84 76 71 66 57 58 166 141 121 111 107 105 102 106 203 176 170 160 153 139 139 132 126 124 132 122 122 120 119 120 120 116 220 195 190 175 164 154 147 146 142 139 145 144 142 139 139 138 139 140 244 215 207 204 203 201 199 198 198 196 194 192 192 189 190 187 187 175 170 162 151 144 141 136 136 132 145 146 148 140 150 150 260 221 215 206 200 196 190 187 180 169"
    .split(" ")
    .map((radius) => Number(radius) / 100);

/** Angstrom, by index of the element table; carbon's for unknown elements, hydrogen's for deuterium. */
export function covalentRadius(element: number): number {
  if (element === elementIndex("D")) return radii[1]!;
  return radii[element] || radii[6]!;
}

/** Measured means of bonds that the sum of radii misses by more than 0.05 Angstrom. */
const exceptions: Readonly<Record<string, number>> = {
  "O-P": 1.61,
  "N-P": 1.65,
  "S-S": 2.03,
  "O-S": 1.58,
  "N-S": 1.65,
};

/** Length of a single bond between two elements (symbols in any case), Angstrom. */
export function singleBondLength(symbol1: string, symbol2: string): number {
  const pair = [symbol1.toUpperCase(), symbol2.toUpperCase()].toSorted().join("-");
  return exceptions[pair] ?? covalentRadius(elementIndex(symbol1)) + covalentRadius(elementIndex(symbol2));
}
