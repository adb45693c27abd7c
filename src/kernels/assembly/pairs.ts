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
 * Appends to outI, outJ and outContact the pairs of atoms within `cutoff` that interact and are nearer than their contact
 * distance plus `buffer`, in the order of the cells. Candidates are tested four at a time in single precision with a margin,
 * hits again in double precision. Returns their number, or -1 where there are more than `capacity`.
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
  conformer: usize,
  model: usize,
  moving: usize,
  excludeOffset: usize,
  exclude: usize,
  oneFourOffset: usize,
  oneFour: usize,
  outI: usize,
  outJ: usize,
  outContact: usize,
  capacity: i32,
): i32 {
  const limit = cutoff * cutoff;
  const coarse = f32x4.splat(<f32>(limit + 0.001 + 0.001 * limit));
  let used = 0;
  for (let cz = 0; cz < nz; cz++) {
    for (let cy = 0; cy < ny; cy++) {
      for (let cx = 0; cx < nx; cx++) {
        const cell = cx + nx * (cy + ny * cz);
        const own = load<i32>(cellStart + <usize>cell * 4);
        const ownEnd = load<i32>(cellStart + <usize>cell * 4, 4);
        if (own == ownEnd) continue;
        const x0 = max(0, cx - 1);
        const x1 = min(nx - 1, cx + 1);
        for (let entry = own; entry < ownEnd; entry++) {
          const at = <usize>entry * 4;
          const atom = load<i32>(order + at);
          const p = xyz + <usize>atom * 24;
          const x = load<f64>(p);
          const y = load<f64>(p, 8);
          const z = load<f64>(p, 16);
          const vx = v128.load32_splat(sortedX + at);
          const vy = v128.load32_splat(sortedY + at);
          const vz = v128.load32_splat(sortedZ + at);
          const ofModel = load<u16>(model + <usize>atom * 2);
          const ofConformer = load<u8>(conformer + <usize>atom);
          const isStill = moving != 0 && load<u8>(moving + <usize>atom) == 0;
          const row = contact + <usize>(kinds * <i32>load<u16>(kind + <usize>atom * 2)) * 8;
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
                let touch = load<f64>(row + <usize>load<u16>(kind + <usize>partner * 2) * 8);
                const reach = touch + buffer;
                if (distance > limit || distance > reach * reach) continue;
                if (isStill && load<u8>(moving + <usize>partner) == 0) continue;
                const conformerOfPartner = load<u8>(conformer + <usize>partner);
                if (ofConformer != conformerOfPartner && ofConformer != 0 && conformerOfPartner != 0) continue;
                if (ofModel != load<u16>(model + <usize>partner * 2)) continue;
                const low = min(atom, partner);
                const high = max(atom, partner);
                if (isListed(excludeOffset, exclude, low, high)) continue;
                if (isListed(oneFourOffset, oneFour, low, high)) {
                  touch *= 0.8;
                  const nearer = touch + buffer;
                  if (distance > nearer * nearer) continue;
                }
                if (used == capacity) return -1;
                store<i32>(outI + <usize>used * 4, low);
                store<i32>(outJ + <usize>used * 4, high);
                store<f64>(outContact + <usize>used * 8, touch);
                used++;
              }
            }
          }
        }
      }
    }
  }
  return used;
}
