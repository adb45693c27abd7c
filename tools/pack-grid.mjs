// Packs a grid of numbers that are multiples of one unit: differences of neighbours as variable-length integers, gzip, base64.
import { gzipSync } from "node:zlib";

/** Bytes of whole numbers: seven bits each, lowest first, after differences and with the sign in the lowest bit. */
function differences(numbers) {
  const bytes = [];
  let before = 0;
  for (const number of numbers) {
    const step = number - before;
    before = number;
    let rest = step < 0 ? -2 * step - 1 : 2 * step;
    for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
    bytes.push(rest);
  }
  return Buffer.from(bytes);
}

/** One table for data/: value = codes[i] / scale, or levels[codes[i]] / scale where levels are given. */
export function packGrid({ name, axes, scale, codes, levels }) {
  const data = gzipSync(differences(codes), { level: 9 }).toString("base64");
  return JSON.stringify({ name, axes, scale, ...(levels ? { levels } : {}), data });
}
