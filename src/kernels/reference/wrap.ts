// Indices of a periodic grid.

/** The index in 0 .. length - 1 that stands for any integer. */
export function wrapIndex(index: number, length: number): number {
  if (index >= 0 && index < length) return index;
  const rest = index % length;
  return rest < 0 ? rest + length : rest;
}
