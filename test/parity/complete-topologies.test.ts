// Large models of proteins, RNA and ligands get complete topologies, and what stays unrestrained is known by residue.
import { describe, expect, test } from "vitest";
import { createRunContext } from "../../src/base/run-context.ts";
import { loadDictionary } from "../../src/chemistry/dictionary.ts";
import { isWaterName } from "../../src/chemistry/residue-classes.ts";
import { buildTopology } from "../../src/topology/build-topology.ts";
import { listUnrestrained } from "../../src/topology/unrestrained.ts";
import { hasSharedData, readSharedModel } from "./shared-data.ts";

interface Case {
  readonly path: string;
  /** Polymer links. */
  readonly links: number;
  /** Residues that neither the built-in dictionary nor the polymers have. */
  readonly held: readonly string[];
  readonly waters: number;
  readonly codes: readonly string[];
}

const cases: readonly Case[] = [
  {
    path: "models_large/6owe.cif.gz",
    links: 1782,
    held: "A501NDP A502N9V A503IMD B501NDP B502IMD C501NDP C502IMD D501N9V D502NDP D503IMD".split(" "),
    waters: 1112,
    codes: ["RESIDUE_HELD"],
  },
  { path: "models_large/3c91.pdb.gz", links: 5992, held: [], waters: 0, codes: [] },
  {
    path: "models_large/rosetta_20S_T20S_S_singletgt_0001.pdb.gz",
    links: 5908,
    held: [],
    waters: 0,
    // Half of its cis peptides have torn bonds.
    codes: ["CIS_PEPTIDE", "BROKEN_CIS_PEPTIDE"],
  },
  // The file of this 16S rRNA has no phosphates at all.
  { path: "models_large/1xnr.cif.gz", links: 0, held: [], waters: 0, codes: ["LINK_ATOM_ABSENT"] },
  {
    path: "models_rna_water_tetrahymena_2p2A/2.2A_SWIM.pdb",
    links: 386,
    held: [],
    waters: 253,
    codes: ["LINK_FOUND"],
  },
  { path: "xray_sets/1g8a/1G8A_refined.pdb", links: 226, held: [], waters: 407, codes: [] },
  { path: "xray_sets/3dtj/3dtj_refine_001.pdb", links: 288, held: [], waters: 0, codes: [] },
];

describe.skipIf(!hasSharedData)("topologies are complete (needs ../shared/data)", () => {
  test.each(cases)("$path", async ({ path, links, held, waters, codes }) => {
    const context = createRunContext();
    const model = await readSharedModel(path);
    const topology = buildTopology(model, loadDictionary(), { unknownLigands: "hold" }, context);
    expect(topology.links.filter(({ id }) => /^(P|NM)?(TRANS|CIS)$|^p$/.test(id))).toHaveLength(links);
    const list = listUnrestrained(model, topology);
    expect(list.filter(({ reason }) => reason === "incomplete")).toEqual([]);
    const heldOnes = list.filter(({ reason }) => reason === "held");
    expect(heldOnes.map(({ residue }) => residue.replaceAll(" ", ""))).toEqual(held);
    const single = list.filter(({ reason }) => reason === "single");
    expect(single.filter(({ residue }) => !isWaterName(residue.split(" ")[2]!))).toEqual([]);
    expect(single).toHaveLength(waters);
    expect(context.diagnostics.entries.map(({ code }) => code)).toEqual(codes);
  });
});
