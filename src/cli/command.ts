// What a command is: arguments, schema, help, and the function that runs it.
import type * as z from "zod";
import type { RunContext } from "../base/run-context.ts";
import type { Console } from "./console.ts";
import { runData } from "./data.ts";
import { runFit } from "./fit.ts";
import { runGeometry } from "./geometry.ts";
import { runHydrogens } from "./hydrogens.ts";
import { runInfo } from "./info.ts";
import {
  dataSchema,
  fitSchema,
  geometrySchema,
  hydrogensSchema,
  infoSchema,
  refineSchema,
  simulateSchema,
  validateSchema,
} from "./options.ts";
import { runRefine } from "./refine.ts";
import { runSimulate } from "./simulate.ts";
import { runValidate } from "./validate.ts";

export interface CommandOutcome {
  readonly exitCode: number;
  /** Why the exit code is not zero. */
  readonly message?: string;
}

export interface CommandSpec {
  readonly name: string;
  readonly summary: string;
  /** In commander's notation. */
  readonly arguments: readonly (readonly [string, string])[];
  readonly schema: z.ZodObject;
  readonly examples: readonly string[];
  run(paths: readonly string[], settings: never, console: Console, context: RunContext): Promise<CommandOutcome>;
}

const modelArgument = ["<model>", "model, PDB or mmCIF, may be gzipped"] as const;
const mapArgument = ["<map>", "map, MRC or CCP4, may be gzipped"] as const;

export const commands: readonly CommandSpec[] = [
  {
    name: "refine",
    summary: "refine the coordinates of a model into a map",
    arguments: [modelArgument, mapArgument],
    schema: refineSchema,
    examples: [
      "emend refine model.pdb map.mrc.gz --resolution 3.2",
      "emend refine model.cif map.mrc --resolution 3.2 --restraints LIG.cif --out-dir run1",
      'emend refine model.pdb map.mrc --resolution 2.8 --select "chain A and resseq 20:60"',
    ],
    run: runRefine,
  },
  {
    name: "fit",
    summary:
      "every measure of a model in a map: correlations, Q-scores, inclusion, EMRinger, resolution, missing density",
    arguments: [modelArgument, mapArgument],
    schema: fitSchema,
    examples: [
      "emend fit model.pdb map.mrc --resolution 3.2",
      "emend fit model.pdb map.mrc --half-maps half1.mrc half2.mrc --contour 0.02",
      "emend fit model.cif map.mrc.gz --resolution 3.2 --table residues.tsv --cif scores.cif --b-column q",
    ],
    run: runFit,
  },
  {
    name: "validate",
    summary: "judge a model: its geometry, and with a map how well it fits",
    arguments: [modelArgument, ["[map]", "map, MRC or CCP4, may be gzipped"]],
    schema: validateSchema,
    examples: [
      "emend validate model.pdb",
      "emend validate model.cif map.mrc.gz --resolution 3.2 --out-dir report",
      "emend validate model.pdb map.mrc --half-maps half1.mrc half2.mrc --reference-data tables",
    ],
    run: runValidate,
  },
  {
    name: "hydrogens",
    summary: "place the hydrogens of a model, or take them out",
    arguments: [modelArgument],
    schema: hydrogensSchema,
    examples: ["emend hydrogens model.pdb --flip", "emend hydrogens model.cif --remove --out bare.cif"],
    run: runHydrogens,
  },
  {
    name: "geometry",
    summary: "restraint statistics of a model and its worst offenders",
    arguments: [modelArgument],
    schema: geometrySchema,
    examples: ["emend geometry model.pdb", "emend geometry model.cif --restraints LIG.cif --list"],
    run: runGeometry,
  },
  {
    name: "simulate",
    summary: "simulate the map of a model",
    arguments: [modelArgument],
    schema: simulateSchema,
    examples: ["emend simulate model.pdb --resolution 3 --noise 0.5 --out map.mrc.gz"],
    run: runSimulate,
  },
  {
    name: "data",
    summary: "fetch the published reference tables of rotamers and CaBLAM",
    arguments: [["<folder>", "folder for the tables"]],
    schema: dataSchema,
    examples: ["emend data tables", "emend validate model.pdb --reference-data tables"],
    run: runData,
  },
  {
    name: "info",
    summary: "say what models and maps are and whether they belong together",
    arguments: [["<files...>", "models and maps"]],
    schema: infoSchema,
    examples: ["emend info model.pdb map.mrc.gz"],
    run: runInfo,
  },
];
