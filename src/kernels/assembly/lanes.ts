// What the transform kernels share: blocks of 16 lines and arithmetic on four of them at a time.

export const lanes = 16;
/** Bytes of one row of lanes. */
export const rowBytes: usize = 64;
/** Rows of lanes left free behind each block. */
const blockPadding = 5;
/** Bytes behind the blocks of the scratch for four squares of vectors; a spare row follows them. */
export const squareBytes: usize = 256;

/**
 * Bytes of a block of n rows of lanes. The rows at its end keep blocks from lying a multiple of 4096 bytes apart, where they
 * would share the same few lines of the cache.
 */
@inline
export function blockBytes(n: i32): usize {
  return <usize>(n + blockPadding) * rowBytes;
}

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
function storeTurned(toRe: usize, toIm: usize, re: v128, im: v128, c: v128, d: v128): void {
  v128.store(toRe, sub(mul(re, c), mul(im, d)));
  v128.store(toIm, add(mul(re, d), mul(im, c)));
}

/** Stores a result, multiplied by its twiddle factor where the stage has them. */
@inline
export function put(turned: bool, toRe: usize, toIm: usize, re: v128, im: v128, c: v128, d: v128): void {
  if (turned) {
    storeTurned(toRe, toIm, re, im, c, d);
  } else {
    v128.store(toRe, re);
    v128.store(toIm, im);
  }
}

/** Real or imaginary part of a twiddle factor. */
@inline
export function factor(turned: bool, w: usize, index: usize): v128 {
  return turned ? v128.load32_splat(w + index * 4) : f32x4.splat(0);
}
