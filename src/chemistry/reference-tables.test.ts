// Forms of reference tables that are read, those that are passed over, and those that are refused.
import { describe, expect, test } from "vitest";
import { InputError } from "../base/errors.ts";
import { gzip } from "../text/gzip.ts";
import { tableValue } from "./grid-table.ts";
import { readReferenceTables } from "./reference-tables.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const valine = [
  '# Table name/description: "test"',
  "# Number of dimensions: 1",
  "# For each dimension, 1 to 1: lower_bound  upper_bound  number_of_bins  wrapping",
  "#   x1: 0.0 360.0 4 true",
  "# List of table coordinates and values. (Value is last number on each line.)",
  "45.0 0.25",
  "225.0 5.0E-1",
].join("\n");

async function codeOf(name: string, content: Uint8Array): Promise<string | undefined> {
  try {
    await readReferenceTables([{ name, bytes: content }]);
    return undefined;
  } catch (error) {
    return error instanceof InputError ? error.code : String(error);
  }
}

describe("forms", () => {
  test("text, packed or not, is read with the bounds of its head; unlisted bins are 0", async () => {
    for (const bytes of [bytesOf(valine), await gzip(bytesOf(`${valine}\n`))]) {
      const { rotamers } = await readReferenceTables([{ name: "folder/rota8000-val.data.gz", bytes }]);
      const { table, source, outlierBelow } = rotamers.get("VAL")!;
      expect([45, 135, 225, 315].map((chi) => tableValue(table, [chi]))).toEqual([0.25, 0, 0.5, 0]);
      expect([source, outlierBelow]).toEqual(["Top8000 (reference data)", 0.003]);
    }
  });

  test("sixteen-bit numbers over four torsions are fractions of 65535", async () => {
    const numbers = new Uint16Array(16).map((_, cell) => 4000 * cell);
    const { rotamers } = await readReferenceTables([
      { name: "rota8000-lys.u16", bytes: new Uint8Array(numbers.buffer) },
    ]);
    const { table } = rotamers.get("LYS")!;
    expect(table.axes).toHaveLength(4);
    expect(tableValue(table, [270, 90, 90, 270])).toBeCloseTo(36000 / 65535, 6);
  });

  test("one file serves phenylalanine and tyrosine", async () => {
    const { rotamers } = await readReferenceTables([{ name: "rota8000-phetyr.data", bytes: bytesOf(valine) }]);
    expect([...rotamers.keys()]).toEqual(["PHE", "TYR"]);
  });

  test("Rama-Z counts are read from JSON, with their mean and deviation", async () => {
    const rows = Array.from({ length: 90 }, () => Array(90).fill(0));
    rows[0]![0] = 2;
    rows[3]![5] = 4;
    const bytes = bytesOf(JSON.stringify({ H: { LEU: rows }, S: { LEU: rows }, L: { LEU: rows } }));
    const { ramaZ } = await readReferenceTables([{ name: "rama_z_top8000.json", bytes }]);
    const { mean, deviation, counts } = ramaZ!.tables.helix.get("LEU")!;
    expect(mean).toBeCloseTo(20 / 6, 12);
    expect(deviation).toBeCloseTo(Math.sqrt((2 * (2 - 20 / 6) ** 2 + 4 * (4 - 20 / 6) ** 2) / 5), 12);
    expect(tableValue(counts, [-178, -178])).toBe(2);
  });

  test("a set of CaBLAM tables is used only whole, a set of Ramachandran tables too", async () => {
    const motif = (name: string): { name: string; bytes: Uint8Array } => ({
      name: `cablam.8000.motif.${name}.stat`,
      bytes: bytesOf(valine),
    });
    const some = await readReferenceTables([motif("loose_alpha"), motif("loose_threeten")]);
    expect(some.cablam).toBeNull();
    const all = await readReferenceTables(["loose_alpha", "loose_threeten", "regular_beta"].map(motif));
    expect(all.cablam?.motifs?.size).toBe(3);
    expect(all.cablam?.peptides).toBeNull();
    const one = await readReferenceTables([{ name: "rama8000-cispro.data", bytes: bytesOf(valine) }]);
    expect(one.ramachandran).toBeNull();
  });
});

describe("files that are no tables", () => {
  test("pickles and unknown names are passed over unread", async () => {
    for (const name of ["rota8000-val.pickle", "top8000_rama_z_dict.pkl", "rota8000-leu-raw.data", "README.md"]) {
      expect(await codeOf(name, bytesOf("not a table"))).toBeUndefined();
    }
  });

  test("damaged tables are refused with the line", async () => {
    const refused = { code: "REFERENCE_TABLE", file: "rota8000-val.data" };
    const read = (text: string): Promise<unknown> =>
      readReferenceTables([{ name: "rota8000-val.data", bytes: bytesOf(text) }]);
    await expect(read("")).rejects.toMatchObject(refused);
    await expect(read("45.0 0.25")).rejects.toMatchObject(refused);
    await expect(read(`${valine}\n400.0 0.1`)).rejects.toMatchObject({ ...refused, place: "line 8" });
    await expect(read(`${valine}\n45.0 0.1 0.2`)).rejects.toMatchObject({ ...refused, place: "line 8" });
    await expect(read(valine.replace("4 true", "99999999 true"))).rejects.toMatchObject(refused);
  });

  test("numbers and JSON of the wrong size are refused", async () => {
    expect(await codeOf("rota8000-arg.u16", new Uint8Array(30))).toBe("REFERENCE_TABLE");
    expect(await codeOf("rama_z_top8000.json", bytesOf("{"))).toBe("REFERENCE_TABLE");
    expect(await codeOf("rama_z_top8000.json", bytesOf('{"H":{"LEU":[[1]]}}'))).toBe("REFERENCE_TABLE");
  });
});
