// Chemical elements by the index the atom table stores: atomic number, 0 for unknown, 119 for deuterium.

const symbols: readonly string[] =
  "X H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og D".split(
    " ",
  );

const indexOfSymbol: ReadonlyMap<string, number> = new Map(
  symbols.map((symbol, index) => [symbol.toUpperCase(), index] as const),
);

export const hydrogenIndex = 1;
export const deuteriumIndex = 119;

/** Index of a symbol in any case; 0 when unknown. */
export function elementIndex(symbol: string): number {
  return indexOfSymbol.get(symbol.trim().toUpperCase()) ?? 0;
}

/** Symbol in chemical case, "X" for unknown. */
export function elementSymbol(index: number): string {
  return symbols[index] ?? "X";
}

export function isHydrogenElement(index: number): boolean {
  return index === hydrogenIndex || index === deuteriumIndex;
}

const nonMetals = new Set(
  "X H D He B C N O F Ne Si P S Cl Ar Ge As Se Br Kr Te I Xe At Rn".split(" ").map(elementIndex),
);

export function isMetalElement(index: number): boolean {
  return !nonMetals.has(index);
}
