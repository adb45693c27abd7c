// One-dimensional transforms of 16 lines at a time: the stages in order, from and to anywhere.
import { rowBytes } from "./lanes";
import { lastStage, turnedStage } from "./stages";

/**
 * Transforms lines whose elements of 16 lanes lie `inPitch` bytes apart at `fromRe` and `fromIm`, and writes them
 * `outPitch` bytes apart to `toRe` and `toIm`. Between the stages the lines lie in `first` and `second`, blocks of real
 * parts followed by imaginary parts in turn. Only with more than one factor may source and target be the same.
 */
export function transformLines(
  length: i32,
  factors: usize,
  factorCount: i32,
  twiddles: usize,
  roots: usize,
  fromRe: usize,
  fromIm: usize,
  inPitch: usize,
  first: usize,
  second: usize,
  toRe: usize,
  toIm: usize,
  outPitch: usize,
): void {
  const block = <usize>length * rowBytes;
  let rest = length;
  let done: usize = 1;
  let pitch = inPitch;
  let target = first;
  for (let stage = 0; stage < factorCount; stage++) {
    const radix = load<i32>(factors + <usize>stage * 4);
    const m = rest / radix;
    const run = done * rowBytes;
    if (stage + 1 == factorCount) {
      // Outputs of a group lie `done` elements apart; contiguous elements are one long group.
      const step = done * outPitch;
      if (pitch == rowBytes && outPitch == rowBytes) {
        lastStage(radix, roots, 0, 1, run, 0, run, 0, step, fromRe, fromIm, toRe, toIm);
      } else {
        lastStage(
          radix,
          roots,
          0,
          <i32>done,
          rowBytes,
          pitch,
          done * pitch,
          outPitch,
          step,
          fromRe,
          fromIm,
          toRe,
          toIm,
        );
      }
      return;
    }
    // Before the first stage one element is a group of its own; afterwards groups are `done` elements long.
    const group = stage == 0 ? pitch : run;
    const out = target;
    turnedStage(
      radix,
      roots,
      twiddles,
      m,
      run,
      group,
      <usize>m * group,
      <usize>radix * run,
      run,
      fromRe,
      fromIm,
      out,
      out + block,
    );
    fromRe = out;
    fromIm = out + block;
    target = out == first ? second : first;
    pitch = rowBytes;
    if (radix > 4) roots += <usize>radix * 8;
    twiddles += <usize>m * 8 * <usize>(radix - 1);
    rest = m;
    done *= <usize>radix;
  }
}
