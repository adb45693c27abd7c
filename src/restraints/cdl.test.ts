// Backbone values by conformation: the table's cells, their fallbacks, and which terms of a topology they reach.
import { describe, expect, test } from "vitest";
import { cdlClassName, lookUpCdl } from "./cdl.ts";

describe("conformation-dependent library", () => {
  test("an alpha-helical residue has the published cell", () => {
    const row = lookUpCdl("NonPGIV_nonxpro", -60, -40);
    // Angle N-CA-C and bond N-CA at (-60, -40).
    expect(row.slice(4, 6)).toEqual([111.28, 1.09]);
    expect(row.slice(0, 2)).toEqual([120.28, 1.34]);
    expect(row.slice(16, 18)).toEqual([1.4591, 0.0121]);
  });

  test("phi and psi go to the nearest ten degrees, 180 to the cell of -180", () => {
    expect(lookUpCdl("NonPGIV_nonxpro", -55.1, -44.9)).toEqual(lookUpCdl("NonPGIV_nonxpro", -60, -40));
    expect(lookUpCdl("Gly_nonxpro", 178, 176)).toEqual(lookUpCdl("Gly_nonxpro", -180, -180));
    expect(lookUpCdl("Gly_nonxpro", 178, 176)).not.toEqual(lookUpCdl("Gly_nonxpro", 60, -90));
  });

  test("a cell nobody visits gives the average of its class", () => {
    expect(lookUpCdl("Pro_xpro", 60, 60)).toEqual(lookUpCdl("Pro_xpro", 90, -90));
  });

  test("a peptide bond never gets a sigma above twice the average of its class", () => {
    // The table holds 1.3988 (0.158) for this cell.
    const average = lookUpCdl("Pro_nonxpro", 120, 120);
    expect(lookUpCdl("Pro_nonxpro", -80, 70).slice(14, 16)).toEqual(average.slice(14, 16));
    expect(average[15]).toBeLessThan(0.025);
  });

  test("classes follow the residue and whether proline comes next", () => {
    expect(["GLY", "PRO", "ILE", "VAL", "LYS"].map((name) => cdlClassName(name, "ALA"))).toEqual([
      "Gly_nonxpro",
      "Pro_nonxpro",
      "IleVal_nonxpro",
      "IleVal_nonxpro",
      "NonPGIV_nonxpro",
    ]);
    expect(cdlClassName("LYS", "PRO")).toBe("NonPGIV_xpro");
    expect(cdlClassName("SEP", "ALA")).toBeNull();
  });
});
