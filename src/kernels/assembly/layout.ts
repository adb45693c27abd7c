// Where the table of terms keeps its addresses, 4 bytes each; src/kernels/term-table.ts has the same order.

export const xyzAt: usize = 4;
export const gradientAt: usize = 8;
export const energiesAt: usize = 12;
export const bondsAt: usize = 16;
export const anglesAt: usize = 28;
export const dihedralsAt: usize = 40;
export const chiralitiesAt: usize = 52;
export const planesAt: usize = 64;
export const springsAt: usize = 80;
export const pairsAt: usize = 92;
export const contactsAt: usize = 104;
export const addedAt: usize = 108;
export const surfacesAt: usize = 120;
export const torsionsAt: usize = 140;
export const tethersAt: usize = 152;

/** Address at a place. */
@inline
export function at(table: usize, field: usize): usize {
  return <usize>load<u32>(table + field);
}

/** First term of a block in the group whose starts lie at a place. */
@inline
export function first(table: usize, field: usize, block: i32): i32 {
  return load<i32>(at(table, field) + <usize>block * 4);
}

/** One past the last term of a block. */
@inline
export function last(table: usize, field: usize, block: i32): i32 {
  return load<i32>(at(table, field) + <usize>block * 4, 4);
}
