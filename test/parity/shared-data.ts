// Models and maps of the folder of real data beside the repository, for comparing with recorded values of other programs.
import { existsSync, readFileSync } from "node:fs";
import { createRunContext } from "../../src/base/run-context.ts";
import type { DensityMap } from "../../src/density/map.ts";
import { readMap } from "../../src/io/read-map.ts";
import { readModel } from "../../src/io/read-model.ts";
import type { Model } from "../../src/model/model.ts";
import { chooseMapFrame } from "../../src/validation/fit/belonging.ts";

export const sharedFolder: string = new URL("../../../shared/data/", import.meta.url).pathname;

export const hasSharedData = existsSync(sharedFolder);

export async function readSharedModel(path: string): Promise<Model> {
  return readModel(readFileSync(sharedFolder + path), path, createRunContext());
}

/** Recorded values of another program. */
export function readSharedJson(path: string): unknown {
  return JSON.parse(readFileSync(sharedFolder + path, "utf8"));
}

/** The model of a PDB file without its hydrogen atoms. */
export async function readWithoutHydrogens(path: string): Promise<Model> {
  const lines = readFileSync(sharedFolder + path, "latin1").split("\n");
  const kept = lines.filter((line) => !/^(ATOM|HETATM)/.test(line) || !/^[HD]$/.test(line.slice(76, 78).trim()));
  return readModel(new TextEncoder().encode(kept.join("\n")), path, createRunContext());
}

/** A map in the frame of the model that goes with it. */
export async function readSharedMap(path: string, model: Model): Promise<DensityMap> {
  const context = createRunContext();
  const { map, alternative } = await readMap(readFileSync(sharedFolder + path), path, context);
  return chooseMapFrame(model.atoms.xyz, map, alternative, { model: "model", map: path }, context);
}
