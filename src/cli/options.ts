// One schema per command gives its flags, its configuration file, its help and its JSON schema.
import * as z from "zod";

const common = {
  json: z.boolean().default(false).describe("print one JSON document on stdout, everything else on stderr"),
  quiet: z.boolean().default(false).describe("no progress and no summary"),
  maxMemory: z
    .number()
    .positive()
    .optional()
    .describe("memory that may be used, in GiB (default: 80 % of the machine's)")
    .meta({ placeholder: "G" }),
};

const resolution = z
  .number()
  .min(0.5)
  .max(50)
  .optional()
  .describe("resolution of the map in Angstrom")
  .meta({ placeholder: "D" });

const halfMaps = z
  .array(z.string())
  .length(2, "two half maps are needed")
  .optional()
  .describe("two half maps, written after the map")
  .meta({ placeholder: "FILE" });

const scattering = z
  .enum(["electron", "xray", "neutron"])
  .default("electron")
  .describe("scattering factors of model maps")
  .meta({ placeholder: "T" });

const restraints = z
  .array(z.string())
  .default([])
  .describe("restraint dictionaries of ligands (CIF)")
  .meta({ placeholder: "FILE" });

const monomerLibrary = z
  .string()
  .optional()
  .describe("folder of a CCP4 monomer library, for residues that are not built in")
  .meta({ placeholder: "DIR" });

const edits = z
  .array(z.string())
  .default([])
  .describe("bonds, angles, dihedrals and planes to add, change or delete (Phenix's geometry_restraints.edits)")
  .meta({ placeholder: "FILE" });

const unknownLigands = z
  .enum(["error", "hold"])
  .default("error")
  .describe("residues without restraints: stop, or hold them where they are")
  .meta({ placeholder: "MODE" });

const threads = z
  .number()
  .int()
  .min(1)
  .max(256)
  .optional()
  .describe("threads to compute with; results do not depend on it (default: as many as there are cores)")
  .meta({ placeholder: "N" });

const hydrogenPolicy = z
  .enum(["replace", "keep"])
  .default("replace")
  .describe("hydrogens that contacts are judged with: placed anew, or those of the file")
  .meta({ placeholder: "WHICH" });

const referenceData = z
  .string()
  .optional()
  .describe("folder of published reference tables (Top8000 rotamers, Rama-Z, CaBLAM) to use before the built-in ones")
  .meta({ placeholder: "DIR" });

const restraintSwitch = (what: string, by: string) =>
  z
    .enum(["auto", "on", "off"])
    .default("auto")
    .describe(`restrain ${what} (auto: ${by})`)
    .meta({ placeholder: "WHEN" });

export const refineSchema = z.strictObject({
  resolution,
  halfMaps: halfMaps.describe("two half maps to choose weight and B factor groups by; the map stays the full one"),
  outDir: z.string().optional().describe("folder of the results (default MODEL_emend)").meta({ placeholder: "DIR" }),
  quality: z
    .enum(["fast", "standard", "thorough"])
    .default("standard")
    .describe("minimise coordinates alone, do everything, or search more")
    .meta({ placeholder: "HOW" }),
  modelMap: z
    .enum(["auto", "on", "off"])
    .default("auto")
    .describe("compare the model map with the map after the first cycles (auto: by quality, at 4.5 A and better)")
    .meta({ placeholder: "WHEN" }),
  sideChains: z
    .enum(["auto", "on", "off"])
    .default("auto")
    .describe("search for side chains between cycles (auto: by quality)")
    .meta({ placeholder: "WHEN" }),
  ramachandran: restraintSwitch("phi and psi to populated places", "worse than 1.8 A"),
  rotamers: restraintSwitch("side chains to the nearest rotamer", "on"),
  cBeta: restraintSwitch("CB over the plane of the backbone", "on"),
  secondaryStructure: restraintSwitch("hydrogen bonds of protein backbones", "worse than 4 A"),
  basePairs: restraintSwitch("paired bases", "off"),
  stacking: restraintSwitch("planes of stacked bases", "off"),
  bFactors: z
    .enum(["auto", "keep", "overall", "residue", "main-side", "individual"])
    .default("auto")
    .describe("B factors with the model map: keep them, or refine these groups (auto: by resolution)")
    .meta({ placeholder: "WHAT" }),
  occupancies: z
    .enum(["keep", "refine"])
    .default("keep")
    .describe(
      "keep them, or refine those of alternates (adding up to 1) and ligands at the end of a run with the model map",
    )
    .meta({ placeholder: "WHAT" }),
  cycles: z
    .number()
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe(
      "macro-cycles, fewer where one brings next to nothing (default by quality: fast 5, standard 8, thorough 12)",
    )
    .meta({ placeholder: "N" }),
  weight: z
    .number()
    .positive()
    .optional()
    .describe("weight of the map in units of the scaled map (default: found automatically)")
    .meta({ placeholder: "W" }),
  mapScaling: z
    .enum(["mask", "box"])
    .default("mask")
    .describe('region where the map is scaled to mean 0 and sigma 1; "box" for comparing with other programs')
    .meta({ placeholder: "WHERE" }),
  mapFilter: z
    .enum(["resolution", "none"])
    .optional()
    .describe("filter the target map to the resolution, or use it as it is (default resolution; none with box)")
    .meta({ placeholder: "WHAT" }),
  targetBondRmsd: z
    .number()
    .positive()
    .default(0.01)
    .describe("ceiling of the bond rmsd in Angstrom")
    .meta({ placeholder: "X" }),
  targetAngleRmsd: z
    .number()
    .positive()
    .default(1)
    .describe("ceiling of the angle rmsd in degrees")
    .meta({ placeholder: "X" }),
  select: z
    .string()
    .optional()
    .describe('atoms that may move, e.g. "chain A and resseq 5:20"')
    .meta({ placeholder: "S" }),
  hydrogens: z
    .enum(["auto", "keep", "drop", "none"])
    .optional()
    .describe(
      "keep the file's and add missing ones, keep the file's only, write none, or use none (default auto; keep with --select or where quality is fast)",
    )
    .meta({ placeholder: "WHICH" }),
  restraints,
  monomerLibrary,
  edits,
  unknownLigands,
  referenceData,
  scattering,
  threads,
  seed: z.number().int().min(0).default(0).describe("seed of random numbers").meta({ placeholder: "N" }),
  resume: z.boolean().default(false).describe("go on from the checkpoint that an interrupted run left in its folder"),
  overwrite: z.boolean().default(false).describe("replace earlier results; the old ones are kept as .1, .2, ..."),
  ...common,
});

export const fitSchema = z.strictObject({
  resolution: resolution.describe("resolution of the map in Angstrom (default: estimated, which the report says)"),
  halfMaps,
  mask: z
    .string()
    .optional()
    .describe("mask for masked shell correlations, on the grid of the map (default: made from the model)")
    .meta({ placeholder: "FILE" }),
  maskPolicy: z
    .enum(["edge", "mtriage", "density"])
    .default("edge")
    .describe(
      "mask made without --mask: a soft edge around the model, that of phenix.mtriage, or from the density alone",
    )
    .meta({ placeholder: "WHICH" }),
  contour: z
    .number()
    .optional()
    .describe("contour level of the map, in its own units (default: estimated from the mass of the model)")
    .meta({ placeholder: "L" }),
  sigma: z
    .number()
    .min(0.1)
    .max(2)
    .default(0.6)
    .describe("width of the Q-score's reference in Angstrom; wwPDB reports use 0.4")
    .meta({ placeholder: "S" }),
  qRule: z
    .enum(["mapq", "cctbx"])
    .default("mapq")
    .describe("where the Q-score samples the map: as mapq does, or as cctbx does")
    .meta({ placeholder: "R" }),
  localResolution: z
    .string()
    .optional()
    .describe('map of local resolution, or "auto" to make one from the half maps')
    .meta({ placeholder: "FILE" }),
  localResolutionOut: z
    .string()
    .optional()
    .describe("file of the map of local resolution that is made")
    .meta({ placeholder: "FILE" }),
  scattering,
  table: z.string().optional().describe("table with a row per residue (TSV)").meta({ placeholder: "FILE" }),
  cif: z
    .string()
    .optional()
    .describe("the model with Q and CC of every atom, for colouring (mmCIF)")
    .meta({ placeholder: "FILE" }),
  bColumn: z
    .enum(["keep", "q", "cc"])
    .default("keep")
    .describe("what the B factors of that file become")
    .meta({ placeholder: "WHAT" }),
  perAtom: z.boolean().default(false).describe("numbers of every atom too (in the JSON)"),
  threads,
  seed: z.number().int().min(0).default(0).describe("seed of random numbers").meta({ placeholder: "N" }),
  overwrite: z.boolean().default(false).describe("replace files that exist; the old ones are kept as .1"),
  ...common,
});

export const geometrySchema = z.strictObject({
  hydrogens: hydrogenPolicy,
  referenceData,
  restraints,
  monomerLibrary,
  edits,
  unknownLigands,
  list: z.boolean().default(false).describe("list every restraint with ideal and model value and sigma"),
  worst: z.number().int().min(0).default(5).describe("worst offenders shown of each kind").meta({ placeholder: "N" }),
  ...common,
});

const {
  table: _table,
  cif: _cif,
  bColumn: _bColumn,
  localResolutionOut: _out,
  perAtom: _perAtom,
  ...fitMeasures
} = fitSchema.shape;

export const validateSchema = z.strictObject({
  ...fitMeasures,
  hydrogens: hydrogenPolicy,
  referenceData,
  restraints,
  monomerLibrary,
  edits,
  // A model can be judged without restraints for all of it.
  unknownLigands: unknownLigands
    .removeDefault()
    .default("hold")
    .describe("residues without restraints: stop, or judge what can be judged")
    .meta({ placeholder: "MODE" }),
  outDir: z
    .string()
    .optional()
    .describe("folder for validation.json, geometry.tsv, residues.tsv and problems.tsv")
    .meta({ placeholder: "DIR" }),
  overwrite: fitSchema.shape.overwrite,
  ...common,
});

export const hydrogensSchema = z.strictObject({
  out: z
    .string()
    .optional()
    .describe("file of the model, mmCIF or PDB by its ending (default MODEL_hydrogens with the ending of the input)")
    .meta({ placeholder: "FILE" }),
  flip: z.boolean().default(false).describe("also flip Asn, Gln and His where the other way round is clearly better"),
  methyls: z.boolean().default(false).describe("also turn methyls that clash where they are staggered"),
  replace: z.boolean().default(false).describe("take out the file's hydrogens first"),
  remove: z.boolean().default(false).describe("only take hydrogens out"),
  nuclear: z.boolean().default(false).describe("distances to the nuclei instead of the electron clouds"),
  waters: z.boolean().default(false).describe("hydrogens of waters too"),
  restraints,
  monomerLibrary,
  overwrite: z.boolean().default(false).describe("replace the file when it exists; the old one is kept as .1"),
  ...common,
});

export const simulateSchema = z.strictObject({
  resolution,
  out: z.string().optional().describe("file of the map (default MODEL_simulated.mrc)").meta({ placeholder: "FILE" }),
  voxel: z
    .number()
    .positive()
    .optional()
    .describe("grid step in Angstrom (default: a third of the resolution)")
    .meta({ placeholder: "X" }),
  margin: z.number().min(0).default(8).describe("space around the model in Angstrom").meta({ placeholder: "X" }),
  noise: z
    .number()
    .min(0)
    .default(0)
    .describe("sigma of the noise relative to that of the signal inside the molecule")
    .meta({ placeholder: "X" }),
  scattering,
  threads,
  seed: z.number().int().min(0).default(0).describe("seed of random numbers").meta({ placeholder: "N" }),
  overwrite: z.boolean().default(false).describe("replace the file when it exists; the old one is kept as .1"),
  ...common,
});

export const dataSchema = z.strictObject({
  from: z
    .string()
    .default("https://raw.githubusercontent.com/rlabduke/reference_data/master/Top8000")
    .describe("address of the folder with the published tables")
    .meta({ placeholder: "URL" }),
  overwrite: z.boolean().default(false).describe("replace files that exist; the old ones are kept as .1"),
  ...common,
});

export const infoSchema = z.strictObject({ ...common });

export type RefineSettings = z.infer<typeof refineSchema>;
export type FitSettings = z.infer<typeof fitSchema>;
export type GeometrySettings = z.infer<typeof geometrySchema>;
export type ValidateSettings = z.infer<typeof validateSchema>;
export type HydrogensSettings = z.infer<typeof hydrogensSchema>;
export type SimulateSettings = z.infer<typeof simulateSchema>;
export type DataSettings = z.infer<typeof dataSchema>;
export type InfoSettings = z.infer<typeof infoSchema>;
