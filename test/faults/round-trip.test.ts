// Real entries come out as they went in: every category, item and line that the program does not own, and every atom.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRunContext } from "../../src/base/run-context.ts";
import { writeMmcif } from "../../src/io/mmcif/write-mmcif.ts";
import { writePdb } from "../../src/io/pdb/write-pdb.ts";
import { readModel } from "../../src/io/read-model.ts";
import type { Model } from "../../src/model/model.ts";
import { type CifDocument, parseCif } from "../../src/text/cif.ts";
import { hasSharedData } from "../parity/shared-data.ts";
import { runHere } from "./harness.ts";

const shared = new URL("../../../shared/data/", import.meta.url).pathname;

const cifEntries = [
  "emd30342_7cec_A_3p9A/390_7cec.cif",
  "emd30342_7cec_A_3p9A/390_7cec_A.cif",
  "emd30342_7cec_A_3p9A/390_7cec_A100.cif",
  "emd30342_7cec_A_3p9A/390_7cec_A__Q__390_emd_30342_A_z4.cif",
  "models_large/1xnr.cif.gz",
  "models_large/3j2w_updated.cif.gz",
  "models_large/4zxb.cif.gz",
  "models_large/6owe.cif.gz",
];
const pdbEntries = [
  "emd20026_apoferritin_1p75A/3ajo_fitted_refined.pdb",
  "emd2513_4ci0_frhA_AF2_3p36A/emd_2513_af2_docked.pdb",
  "emd3240_5fn5_gamma_secretase_4p3A/5fn5_deposited_frame.pdb",
  "emd3240_5fn5_gamma_secretase_4p3A/chain_c/6iyc_c_fitted.pdb",
  "emd3240_5fn5_gamma_secretase_4p3A/chain_c/ref_qr_cctbx_refined.pdb",
  "emd4413_6i5a_tmv_2p3A/6i5a_box_complete.pdb",
  "emd4413_6i5a_tmv_2p3A/6i5a_deposited_frame.pdb",
  "emd5830_3j63_asc_3p8A/3j63_deposited_frame.pdb",
  "emd5830_3j63_asc_3p8A/A_box_complete.pdb",
  "golden_cctbx/inputs/6i5a.noh.pdb",
  "golden_cctbx/inputs/lyso_rota.pdb",
  "map_io_samples/5khe_regression.pdb",
  "map_io_samples/D7.pdb",
  "map_io_samples/non_zero_origin_ncs_model.pdb",
  "models_large/5iyz.pdb.gz",
  "models_large/6out.pdb.gz",
  "models_rna_water_tetrahymena_2p2A/2.2A_SWIM.pdb",
  "ref_qscore_tables/150_3wnw_rf.pdb",
  "ref_qscore_tables/7A4M_box.pdb",
  "ref_qscore_tables/7A4M_qfit_multiconformer_model2.pdb",
  "reflogs_3a5x_phenix_real_space_refine/def_real_space_refined.pdb",
  "sim_cdk2_3p0A/shake0.5.pdb",
  "sim_masked/rna_m3.5/true.pdb",
  "xray_sets/1g8a/1G8A_refined.pdb",
  "xray_sets/3dtj/3dtj.pdb",
  "xray_sets/rnasa/tutorial-modern.pdb",
];

function bytesOf(path: string): Uint8Array {
  const bytes = readFileSync(shared + path);
  return path.endsWith(".gz") ? gunzipSync(bytes) : bytes;
}

const read = (content: Uint8Array | string): Promise<Model> =>
  readModel(typeof content === "string" ? new TextEncoder().encode(content) : content, "m", createRunContext());

/** Blocks with their categories, items and values, all in order. */
function partsOf({ blocks }: CifDocument): unknown[] {
  return blocks.flatMap(({ name, categories }) => [
    name,
    ...categories.map((category) => [
      category.name,
      category.isLoop,
      category.tags.join(" "),
      category.values.join("\n"),
    ]),
  ]);
}

/** Lines without padding; MASTER is the program's own, for it counts the others, and "-0" is written "0". */
function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trimEnd().replaceAll(" -0", "  0"));
  return lines.filter((line) => line !== "" && !line.startsWith("MASTER"));
}

describe.skipIf(!hasSharedData)("a real entry that nothing was done to (needs ../shared/data)", () => {
  test.each(cifEntries)("%s keeps every category, item and value", async (path) => {
    const bytes = bytesOf(path);
    const model = await read(bytes);
    const written = writeMmcif({ ...model, atoms: { ...model.atoms, xyz: model.atoms.xyz.slice() } });
    expect(partsOf(parseCif(written, "written"))).toEqual(partsOf(parseCif(bytes, "source")));
  });

  test.each(pdbEntries)("%s keeps every line", async (path) => {
    const bytes = bytesOf(path);
    const model = await read(bytes);
    const written = writePdb({ ...model, atoms: { ...model.atoms, xyz: model.atoms.xyz.slice() } });
    expect(linesOf(written)).toEqual(linesOf(new TextDecoder("latin1").decode(bytes)));
  });

  test.each(pdbEntries)("%s has the same atoms as mmCIF, at 0.001 A", async (path) => {
    const { atoms } = await read(bytesOf(path));
    const other = await read(writeMmcif(await read(bytesOf(path))));
    expect([...other.atoms.name]).toEqual([...atoms.name]);
    expect(other.atoms.xyz.findIndex((value, at) => Math.abs(value - atoms.xyz[at]!) > 5e-4)).toBe(-1);
    expect(other.atoms.occupancy.findIndex((value, at) => Math.abs(value - atoms.occupancy[at]!) > 5e-3)).toBe(-1);
    expect(other.atoms.bFactor.findIndex((value, at) => Math.abs(value - atoms.bFactor[at]!) > 5e-3)).toBe(-1);
  });
});

describe.skipIf(!hasSharedData)("a refinement of one residue of a real entry (needs ../shared/data)", () => {
  const folder = mkdtempSync(join(tmpdir(), "emend-round-trip-"));
  const source = "emd30342_7cec_A_3p9A/390_7cec_A100.cif";
  let text = "";
  beforeAll(async () => {
    const map = `${shared}emd30342_7cec_A_3p9A/390_emd_30342_A_z4.mrc.gz`;
    const { sequenceNumber } = (await read(bytesOf(source))).residues;
    const words = ["--resolution", "3.9", "--cycles", "1", "--select", `resseq ${sequenceNumber[3]}`, "--quiet"];
    const { exit, stderr } = await runHere(["refine", shared + source, map, ...words, "--out-dir", "@out"], folder);
    expect([0, 3], stderr).toContain(exit);
    text = readFileSync(join(folder, "out/refined.cif"), "utf8");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("leaves all categories but the atoms', and all other atoms, as they were", async () => {
    const before = parseCif(bytesOf(source), "source");
    const after = parseCif(text, "written");
    const isAtoms = (part: unknown): boolean => Array.isArray(part) && part[0] === "_atom_site";
    expect(partsOf(after).filter((part) => !isAtoms(part))).toEqual(partsOf(before).filter((part) => !isAtoms(part)));
    const [one, other] = [await read(bytesOf(source)), await read(text)];
    const moved = new Set<number>();
    for (let at = 0; at < one.atoms.xyz.length; at++) {
      if (Math.abs(one.atoms.xyz[at]! - other.atoms.xyz[at]!) > 5e-4) moved.add(one.atoms.residue[Math.floor(at / 3)]!);
    }
    expect([...moved]).toEqual([3]);
  });
});
