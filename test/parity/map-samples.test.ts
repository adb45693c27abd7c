// Real map files of many headers, against sizes, corners and voxels recorded from python3-mrcfile 1.4.3 and gemmi.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createRunContext } from "../../src/base/run-context.ts";
import { mapFrame } from "../../src/density/map.ts";
import { computeStatistics } from "../../src/density/statistics.ts";
import { writeMrc } from "../../src/io/mrc/write-mrc.ts";
import { readMap } from "../../src/io/read-map.ts";

const folder = new URL("../../../shared/data/map_io_samples", import.meta.url).pathname;

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

type Triple = readonly [number, number, number];

/** File, voxels along x, y, z, corner in Angstrom, place of the highest voxel, its value, mean and standard deviation. */
const recorded: readonly (readonly [string, Triple, Triple, Triple, number, number, number])[] = [
  ["6824.mrc", [70, 70, 70], [0.0, 0.0, 0.0], [29, 40, 46], 9.4161, -8.075548e-9, 0.9999985],
  ["D7.ccp4", [45, 45, 45], [0.0, 0.0, 0.0], [28, 27, 0], 5.236112, -4.634903e-11, 1],
  ["EMD-3001.map", [43, 25, 73], [-9.413, -4.71, 0.0], [24, 9, 15], 0.7216102, 0.0005329667, 0.1570572],
  ["EMD-3197.map", [20, 20, 20], [-22.8, 0.0, 0.0], [1, 6, 6], 5.576737, 0.783612, 2.399953],
  ["betaGal.mrc.gz", [100, 100, 100], [0.0, 0.0, 0.0], [44, 47, 28], 0.196958, -6.782992e-5, 0.01650597],
  ["ccp4_20_21_22_to_30_40_50.ccp4", [11, 20, 29], [8.92, 8.763, 9.542], [10, 10, 0], 26.21164, -0.01678293, 0.8304953],
  ["emd-32143.map.gz", [100, 100, 100], [0.0, 0.0, 0.0], [59, 29, 56], 0.07981668, 0.0005232831, 0.004234777],
  ["emd_5168.map.gz", [100, 100, 100], [-87.1, -87.1, -87.1], [50, 55, 92], 41.87344, 0.4613014, 3.3917],
  ["emd_5170.map.gz", [100, 100, 100], [-116.62, -116.62, -116.62], [59, 50, 43], 2.180375, 0.07712514, 0.2940619],
  ["emd_8249.map", [24, 24, 24], [-63.36, -63.36, -63.36], [12, 7, 11], 4.881808, 0.2174404, 0.886833],
  ["mmma.ccp4", [32, 42, 33], [-0.747, -0.723, 0.0], [17, 15, 12], 2.24528, -0.004905, 0.4026445],
  ["non_zero_origin_map.ccp4", [30, 40, 32], [74.703, 72.308, 73.744], [19, 29, 17], 0.4961644, 0.01270913, 0.05228092],
];

describe.skipIf(!existsSync(folder))("map samples (needs ../shared/data)", () => {
  test.each(recorded)("%s has its frame and its voxels, and keeps both when written", async (name, ...expected) => {
    const [size, corner, highest, maximum, mean, sigma] = expected;
    const context = createRunContext();
    const { map } = await readMap(readFileSync(join(folder, name)), name, context);
    expect(map.size).toEqual(size);
    mapFrame(map).corner.forEach((value, axis) => expect(value).toBeCloseTo(corner[axis]!, 3));
    expect(map.values[highest[0] + size[0] * (highest[1] + size[1] * highest[2])]).toBeCloseTo(maximum, 5);
    const statistics = computeStatistics(map.values)!;
    expect(statistics.maximum).toBeCloseTo(maximum, 5);
    expect(statistics.mean).toBeCloseTo(mean, 6);
    expect(statistics.sigma).toBeCloseTo(sigma, 6);
    const again = await readMap(writeMrc(map), name, context);
    const { values, ...frame } = map;
    const { values: valuesAgain, ...frameAgain } = again.map;
    expect(frameAgain).toEqual(frame);
    // Millions of voxels are compared as bytes.
    expect(bytesOf(valuesAgain).equals(bytesOf(values))).toBe(true);
    expect(context.diagnostics.entries).toEqual([]);
  });
});
