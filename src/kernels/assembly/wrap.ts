// Indices of a periodic grid.

@inline
export function wrap(index: i32, length: i32): i32 {
  if (index >= 0 && index < length) return index;
  const rest = index % length;
  return rest < 0 ? rest + length : rest;
}
