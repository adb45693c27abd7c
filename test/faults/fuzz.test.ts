// A minute of fuzzing over all formats; tools/fuzz.mjs runs longer, from any seed.
import { describe, expect, test } from "vitest";
import { formats, fuzz } from "./fuzz.ts";

/** Of this run; a find is repeated with tools/fuzz.mjs. */
const seed = 20_240_601;
const secondsPerFormat = 60 / Object.keys(formats).length;

describe("mutated files are read or refused, without crash, hang or large allocation", () => {
  test.each(Object.keys(formats))("%s", async (format) => {
    const { runs, accepted, finds } = await fuzz(format, secondsPerFormat, seed);
    expect(finds.map(({ problem, bytes }) => [problem, Buffer.from(bytes).toString("latin1").slice(0, 2000)])).toEqual(
      [],
    );
    // The mutations must neither be all harmless nor all fatal.
    expect(accepted).toBeGreaterThan(0);
    expect(accepted).toBeLessThan(runs);
  });
});
