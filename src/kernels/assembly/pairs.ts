// Non-bonded pair kernel: search in cells and selection by the rules of repulsion in one pass.

/** 1 where row `partner` stands in the sorted list of row `atom`. */
@inline
function isListed(offset: usize, list: usize, atom: i32, partner: i32): bool {
  const begin = list + <usize>load<i32>(offset + <usize>atom * 4) * 4;
  const end = list + <usize>load<i32>(offset + <usize>atom * 4, 4) * 4;
  for (let p = begin; p < end; p += 4) if (load<i32>(p) == partner) return true;
  return false;
}

/**
 * Finds the pairs of atoms within `cutoff` that interact and are nearer than their contact distance plus `buffer`, in the
 * order of the cells. Candidates are tested four at a time in single precision with a margin, hits again in double precision.
 * The cells' rows are worked off in tasks of `taskRows`; a task has room for `perAtom` pairs per atom of its own, and writes how
 * many it found to `found`, -1 where they did not fit.
 */
export function selectPairs(
  order: usize,
  cellStart: usize,
  nx: i32,
  ny: i32,
  nz: i32,
  sortedX: usize,
  sortedY: usize,
  sortedZ: usize,
  xyz: usize,
  cutoff: f64,
  buffer: f64,
  kind: usize,
  kinds: i32,
  contact: usize,
  reach: usize,
  conformer: usize,
  model: usize,
  moving: usize,
  excludeOffset: usize,
  exclude: usize,
  oneFourOffset: usize,
  oneFour: usize,
  outAtoms: usize,
  outCodes: usize,
  found: usize,
  perAtom: i32,
  taskRows: i32,
  begin: i32,
  end: i32,
  _scratch: usize,
): void {
  const limit = cutoff * cutoff;
  const oneFourCodes = kinds * kinds;
  for (let firstRow = begin; firstRow < end; firstRow += taskRows) {
    const lastRow = min(end, firstRow + taskRows);
    const firstEntry = load<i32>(cellStart + <usize>(firstRow * nx) * 4);
    const room = perAtom * (load<i32>(cellStart + <usize>(lastRow * nx) * 4) - firstEntry);
    let used = 0;
    let atoms = outAtoms + <usize>perAtom * <usize>firstEntry * 8;
    let codes = outCodes + <usize>perAtom * <usize>firstEntry * 2;
    for (let cell = firstRow * nx; cell < lastRow * nx; cell++) {
      const own = load<i32>(cellStart + <usize>cell * 4);
      const ownEnd = load<i32>(cellStart + <usize>cell * 4, 4);
      if (own == ownEnd || used < 0) continue;
      const cx = cell % nx;
      const cy = (cell / nx) % ny;
      const cz = cell / (nx * ny);
      const x0 = max(0, cx - 1);
      const x1 = min(nx - 1, cx + 1);
      for (let entry = own; entry < ownEnd; entry++) {
        const place = <usize>entry * 4;
        const atom = load<i32>(order + place);
        const p = xyz + <usize>atom * 24;
        const x = load<f64>(p);
        const y = load<f64>(p, 8);
        const z = load<f64>(p, 16);
        const vx = v128.load32_splat(sortedX + place);
        const vy = v128.load32_splat(sortedY + place);
        const vz = v128.load32_splat(sortedZ + place);
        const ofModel = load<u16>(model + <usize>atom * 2);
        const ofConformer = load<u8>(conformer + <usize>atom);
        const isStill = moving != 0 && load<u8>(moving + <usize>atom) == 0;
        const ofKind = <i32>load<u16>(kind + <usize>atom * 2);
        const row = contact + <usize>(kinds * ofKind) * 8;
        // No partner of any kind touches from further away than this.
        const farthest = min(cutoff, load<f64>(reach + <usize>ofKind * 8) + buffer);
        const coarse = f32x4.splat(<f32>(farthest * farthest * 1.001 + 0.001));
        // Half of the neighbouring cells, so that each pair comes once: the rest of the own row, then the rows after it.
        for (let step = 0; step < 5; step++) {
          const ay = step == 0 ? cy : step == 1 ? cy + 1 : cy + step - 3;
          const az = step < 2 ? cz : cz + 1;
          if (ay < 0 || ay >= ny || az >= nz) continue;
          const line = nx * (ay + ny * az);
          const first = step == 0 ? entry + 1 : load<i32>(cellStart + <usize>(x0 + line) * 4);
          const last = load<i32>(cellStart + <usize>(x1 + line) * 4, 4);
          for (let other = first; other < last; other += 4) {
            const q = <usize>other * 4;
            const dx = f32x4.sub(v128.load(sortedX + q), vx);
            const dy = f32x4.sub(v128.load(sortedY + q), vy);
            const dz = f32x4.sub(v128.load(sortedZ + q), vz);
            const squared = f32x4.add(f32x4.add(f32x4.mul(dx, dx), f32x4.mul(dy, dy)), f32x4.mul(dz, dz));
            let hits = i32x4.bitmask(f32x4.le(squared, coarse));
            while (hits) {
              const lane = ctz(hits);
              hits &= hits - 1;
              if (other + lane >= last) break;
              const partner = load<i32>(order + q + <usize>lane * 4);
              const r = xyz + <usize>partner * 24;
              const ex = load<f64>(r) - x;
              const ey = load<f64>(r, 8) - y;
              const ez = load<f64>(r, 16) - z;
              const distance = ex * ex + ey * ey + ez * ez;
              const ofPartner = <i32>load<u16>(kind + <usize>partner * 2);
              const touch = load<f64>(row + <usize>ofPartner * 8);
              const near = touch + buffer;
              if (distance > limit || distance > near * near) continue;
              if (isStill && load<u8>(moving + <usize>partner) == 0) continue;
              const conformerOfPartner = load<u8>(conformer + <usize>partner);
              if (ofConformer != conformerOfPartner && ofConformer != 0 && conformerOfPartner != 0) continue;
              if (ofModel != load<u16>(model + <usize>partner * 2)) continue;
              const low = min(atom, partner);
              const high = max(atom, partner);
              if (isListed(excludeOffset, exclude, low, high)) continue;
              let code = kinds * ofKind + ofPartner;
              if (isListed(oneFourOffset, oneFour, low, high)) {
                code += oneFourCodes;
                const nearer = load<f64>(contact + <usize>code * 8) + buffer;
                if (distance > nearer * nearer) continue;
              }
              if (used == room) {
                used = -1;
                hits = 0;
                other = last;
                step = 5;
                entry = ownEnd;
                break;
              }
              store<i32>(atoms, low);
              store<i32>(atoms, high, 4);
              store<u16>(codes, <u16>code);
              atoms += 8;
              codes += 2;
              used++;
            }
          }
        }
      }
    }
    store<i32>(found + <usize>(firstRow / taskRows) * 4, used);
  }
}

/**
 * Counts (`atoms` 0) or places the pairs found by each task into blocks of atoms, a pair in both blocks where its atoms are of
 * two; `next` holds how many there are, then where the next of each block goes.
 */
export function shareOutPairs(
  cellStart: usize,
  nx: i32,
  found: usize,
  tasks: i32,
  taskRows: i32,
  perAtom: i32,
  fromAtoms: usize,
  fromCodes: usize,
  blockAtoms: i32,
  next: usize,
  atoms: usize,
  codes: usize,
): void {
  for (let task = 0; task < tasks; task++) {
    const begin = <usize>perAtom * <usize>load<i32>(cellStart + <usize>(task * taskRows * nx) * 4);
    const end = begin + <usize>load<i32>(found + <usize>task * 4);
    for (let pair = begin; pair < end; pair++) {
      const i = load<i32>(fromAtoms + pair * 8);
      const j = load<i32>(fromAtoms + pair * 8, 4);
      const first = next + <usize>(i / blockAtoms) * 4;
      const second = next + <usize>(j / blockAtoms) * 4;
      const to = <usize>load<i32>(first);
      store<i32>(first, <i32>to + 1);
      if (atoms != 0) {
        store<u64>(atoms + to * 8, load<u64>(fromAtoms + pair * 8));
        store<u16>(codes + to * 2, load<u16>(fromCodes + pair * 2));
      }
      if (first == second) continue;
      const also = <usize>load<i32>(second);
      store<i32>(second, <i32>also + 1);
      if (atoms != 0) {
        store<u64>(atoms + also * 8, load<u64>(fromAtoms + pair * 8));
        store<u16>(codes + also * 2, load<u16>(fromCodes + pair * 2));
      }
    }
  }
}
