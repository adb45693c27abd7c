// Backbone values by conformation: the table's cells, their fallbacks, and which terms of a topology they reach.
import { describe, expect, test } from "vitest";
import { type PeptideShape, peptideLines, readLines } from "../../test/support/peptide.ts";
import { createRunContext } from "../base/run-context.ts";
import { loadDictionary } from "../chemistry/dictionary.ts";
import { atomLabel } from "../model/model.ts";
import { buildTopology } from "../topology/build-topology.ts";
import { applyCdl, cdlClassName, lookUpCdl, prepareCdl } from "./cdl.ts";

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

describe("values in a topology", () => {
  /** Ideal angles at the middle of "x y z" labels without chain, and how many residues are governed. */
  function idealAngles(
    sequence: readonly string[],
    shape: PeptideShape,
  ): { at: Map<string, number>; governed: number } {
    const model = readLines(peptideLines(sequence, shape));
    const topology = buildTopology(model, loadDictionary(), { unknownLigands: "error" }, createRunContext());
    const governed = applyCdl(topology, prepareCdl(topology), model.atoms.xyz);
    const { angles } = topology;
    const at = new Map<string, number>();
    for (let row = 0; row < angles.count; row++) {
      const names = [angles.i[row]!, angles.j[row]!, angles.k[row]!].map((atom) => atomLabel(model, atom).slice(2));
      at.set(names.join(" "), angles.ideal[row]!);
      at.set(names.toReversed().join(" "), angles.ideal[row]!);
    }
    return { at, governed };
  }

  test("reach residues with neighbours on both sides only", () => {
    const { at, governed } = idealAngles(["ALA", "ALA", "ALA"], { phi: -60, psi: -40 });
    expect(governed).toBe(1);
    expect(at.get("2 ALA N 2 ALA CA 2 ALA C")).toBe(111.28);
    expect(at.get("1 ALA N 1 ALA CA 1 ALA C")).not.toBe(111.28);
  });

  test("are those of cis proline after a cis peptide, and the dictionary's for other residues", () => {
    const shape = { phi: -75, psi: 160, omega: [180, 0, 180] };
    const proline = idealAngles(["ALA", "PRO", "ALA"], shape);
    expect(proline.at.get("1 ALA C 2 PRO N 2 PRO CA")).toBe(127);
    expect(proline.governed).toBe(1);
    const alanine = idealAngles(["ALA", "ALA", "ALA"], shape);
    expect(alanine.at.get("1 ALA C 2 ALA N 2 ALA CA")).toBe(122.095);
    expect(alanine.governed).toBe(0);
  });

  test("follow the conformation and leave no trace of the last one", () => {
    const model = readLines(peptideLines(["ALA", "ALA", "ALA"], { phi: -60, psi: -40 }));
    const extended = readLines(peptideLines(["ALA", "ALA", "ALA"], { phi: -120, psi: 130 }));
    const topology = buildTopology(model, loadDictionary(), { unknownLigands: "error" }, createRunContext());
    const state = prepareCdl(topology);
    applyCdl(topology, state, model.atoms.xyz);
    const first = topology.angles.ideal.slice();
    applyCdl(topology, state, extended.atoms.xyz);
    expect(topology.angles.ideal).not.toEqual(first);
    applyCdl(topology, state, model.atoms.xyz);
    expect(topology.angles.ideal).toEqual(first);
  });
});
