// Van der Waals radii for contacts of models with explicit hydrogens, by element.
import { elementIndex } from "../chemistry/elements.ts";

/** Hydrogens at electron-cloud positions, Angstrom. */
export const hydrogenRadius = 1.22;
export const polarHydrogenRadius = 1.05;
export const aromaticHydrogenRadius = 1.05;
/** Carbon of carbonyl and carboxylate groups, Angstrom. */
export const carbonylRadius = 1.65;
export const aromaticCarbonRadius = 1.75;

/**
 * Angstrom. Non-metals after Gavezzotti (1983), J. Am. Chem. Soc. 105, 5220 and Bondi (1964), J. Phys. Chem. 68, 441; metals as
 * ions after Pauling and Shannon (1976), Acta Cryst. A32, 751: the values of Probe 2.26, whose rare elements are estimates.
 */
const table =
  "C 1.70 N 1.55 O 1.40 P 1.80 S 1.80 As 2.00 Se 1.90 F 1.30 Cl 1.77 Br 1.95 I 2.10 " +
  "Li 0.60 Na 0.95 Al 0.50 K 1.33 Mg 0.65 Ca 0.99 Mn 0.80 Fe 0.74 Co 0.70 Ni 0.66 Cu 0.72 Zn 0.71 Rb 1.48 Sr 1.10 " +
  "Mo 0.93 Ag 1.26 Cd 0.91 In 0.81 Cs 1.69 Ba 1.29 Au 1.10 Hg 1.00 Tl 1.44 Pb 0.84 V 0.79 Cr 0.73 Te 0.97 Sm 1.08 " +
  "Gd 1.05 Yb 1.14 W 0.66 Pt 0.63 U 1.03 He 1.60 Be 0.31 B 0.20 Ne 1.60 Si 2.10 Ar 1.89 Sc 0.68 Ti 0.75 Ga 0.53 " +
  "Ge 0.60 Kr 2.01 Y 0.90 Zr 0.77 Sn 0.71 Sb 2.20 Xe 2.18 La 1.03 Ce 0.87 Fr 1.94 Ra 1.62 Th 1.08 Nb 0.86 Tc 0.71 " +
  "Ru 0.82 Rh 0.76 Pd 1.05 Pr 1.11 Nd 1.10 Pm 1.15 Eu 1.31 Tb 1.05 Dy 1.05 Ho 1.04 Er 1.03 Tm 1.02 Lu 1.02 Hf 0.85 " +
  "Ta 0.86 Re 0.77 Os 0.78 Ir 0.80 Bi 1.17 Po 0.99 At 0.91 Rn 2.50 Ac 1.30 Pa 1.10 Np 1.00 Pu 1.00 Am 1.00 Cm 1.00";

const radii = new Float64Array(256).fill(1.05);
{
  const words = table.split(" ");
  for (let at = 0; at < words.length; at += 2) radii[elementIndex(words[at]!)] = Number(words[at + 1]);
  radii[elementIndex("H")] = hydrogenRadius;
  radii[elementIndex("D")] = hydrogenRadius;
}

/** Radius of an element without regard to its surroundings, Angstrom; 1.05 for unknown elements. */
export function contactRadius(element: number): number {
  return radii[element]!;
}
