// What the transform kernels share: blocks of 16 lines and arithmetic on four of them at a time.

export const lanes = 16;
/** Bytes of one row of lanes. */
export const rowBytes: usize = 64;
/** Bytes behind the blocks of the scratch for four squares of vectors; a spare row follows them. */
export const squareBytes: usize = 256;

@inline
export function get(p: usize): v128 {
  return v128.load(p);
}

@inline
export function add(a: v128, b: v128): v128 {
  return f32x4.add(a, b);
}

@inline
export function sub(a: v128, b: v128): v128 {
  return f32x4.sub(a, b);
}

@inline
export function mul(a: v128, b: v128): v128 {
  return f32x4.mul(a, b);
}

/** Stores (re + i im) (c + i d). */
@inline
export function storeTurned(toRe: usize, toIm: usize, re: v128, im: v128, c: v128, d: v128): void {
  v128.store(toRe, sub(mul(re, c), mul(im, d)));
  v128.store(toIm, add(mul(re, d), mul(im, c)));
}
