// MolProbity score: clashes, rotamers and Ramachandran in one number on the scale of resolutions.

/** Clashes per 1000 atoms and percentages; null where one is not known. */
export interface MolprobityInput {
  readonly clashscore: number | null;
  readonly rotamerOutliers: number | null;
  readonly ramachandranFavored: number | null;
}

/** Score of Chen et al. 2010 (Acta Cryst. D66, 12), lower is better; null when a part is missing. */
export function molprobityScore({ clashscore, rotamerOutliers, ramachandranFavored }: MolprobityInput): number | null {
  if (clashscore === null || rotamerOutliers === null || ramachandranFavored === null) return null;
  const clashes = 0.426 * Math.log(1 + clashscore);
  const rotamers = 0.33 * Math.log(1 + Math.max(0, rotamerOutliers - 1));
  const backbone = 0.25 * Math.log(1 + Math.max(0, 100 - ramachandranFavored - 2));
  return clashes + rotamers + backbone + 0.5;
}
