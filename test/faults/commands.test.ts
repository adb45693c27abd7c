// Faults of settings, of model and map together, and of chemistry, through the commands.
import { expect } from "vitest";
import { type FaultCase, testFaults } from "./harness.ts";
import { cubeBytes, mapBytes, withVoxel, withWords } from "./maps.ts";
import { type AtomFields, cif, pdb, peptideLines } from "./models.ts";

const peptide = pdb(...peptideLines(), "END");
const pair = { "model.pdb": peptide, "map.mrc": mapBytes() };
const fit = ["fit", "@model.pdb", "@map.mrc"];
const refine = ["refine", "@model.pdb", "@map.mrc", "--out-dir", "@out"];
const good = ["--resolution", "3"];

function fails(name: string, run: readonly string[], code: string, says?: RegExp): FaultCase {
  return { name, run, code, ...(says ? { says } : {}) };
}

function config(name: string, text: string, code: string, says?: RegExp): FaultCase {
  return {
    name,
    run: [...fit, "--config", "@c.json"],
    files: { "c.json": text },
    code,
    place: /c\.json/,
    ...(says ? { says } : {}),
  };
}

testFaults(
  "settings",
  [
    fails("no resolution", refine, "RESOLUTION_MISSING"),
    ...["0", "-3", "0.1", "100", "1e9"].map((value) =>
      fails(`resolution ${value}`, [...fit, "--resolution", value], "SETTING", /--resolution/),
    ),
    ...["abc", "3A", "NaN", "Infinity", "", " "].map((value) =>
      fails(`resolution "${value}"`, [...fit, "--resolution", value], "SETTING_NUMBER", /--resolution/),
    ),
    fails("a flag in the place of a value", [...fit, "--resolution"], "SETTING_VALUE", /next word is --json/),
    fails("a flag in the place of a file", [...fit, "--mask", "--quiet"], "SETTING_VALUE", /--mask has no value/),
    fails("a decimal comma", [...fit, "--resolution", "3,2"], "SETTING_NUMBER", /Write 3\.2/),
    fails("a misspelt flag", [...fit, "--resolutoin", "3"], "USAGE", /Did you mean --resolution/),
    fails("a flag of another command", [...fit, ...good, "--cycles", "3"], "USAGE", /--cycles/),
    fails("a command that does not exist", ["fti", "@model.pdb"], "USAGE", /fit/),
    fails("a missing argument", ["fit", "@model.pdb"], "USAGE", /map/),
    fails("an argument too many", [...fit, "@model.pdb", ...good], "USAGE", /too many/i),
    ...["0", "-1", "2.5", "101"].map((value) =>
      fails(`${value} cycles`, [...refine, ...good, "--cycles", value], "SETTING", /--cycles/),
    ),
    ...["0", "-1", "0.5"].map((value) =>
      fails(`${value} threads`, [...refine, ...good, "--threads", value], "SETTING", /--threads/),
    ),
    ...["0", "-2"].map((value) =>
      fails(`weight ${value}`, [...refine, ...good, "--weight", value], "SETTING", /--weight/),
    ),
    ...["0", "-2"].map((value) =>
      fails(
        `bond ceiling ${value}`,
        [...refine, ...good, "--target-bond-rmsd", value],
        "SETTING",
        /--target-bond-rmsd/,
      ),
    ),
    ...["0", "-2"].map((value) =>
      fails(
        `angle ceiling ${value}`,
        [...refine, ...good, "--target-angle-rmsd", value],
        "SETTING",
        /--target-angle-rmsd/,
      ),
    ),
    ...["0", "-1"].map((value) =>
      fails(`memory ${value}`, [...fit, ...good, "--max-memory", value], "SETTING", /--max-memory/),
    ),
    fails("a seed of -1", [...refine, ...good, "--seed", "-1"], "SETTING", /--seed/),
    fails("scattering of nothing known", [...fit, ...good, "--scattering", "muon"], "SETTING", /--scattering/),
    fails("map scaling of nothing known", [...refine, ...good, "--map-scaling", "sphere"], "SETTING", /--map-scaling/),
    fails(
      "a mode for unknown ligands that does not exist",
      [...refine, ...good, "--unknown-ligands", "guess"],
      "SETTING",
      /--unknown-ligands/,
    ),
    fails(
      "voxels too large for the resolution",
      ["simulate", "@model.pdb", ...good, "--voxel", "2"],
      "SIMULATE_VOXEL",
      /1\.50/,
    ),
    fails("voxels of nothing", ["simulate", "@model.pdb", ...good, "--voxel", "0"], "SETTING", /--voxel/),
    fails("a negative margin", ["simulate", "@model.pdb", ...good, "--margin", "-1"], "SETTING", /--margin/),
    fails("negative noise", ["simulate", "@model.pdb", ...good, "--noise", "-1"], "SETTING", /--noise/),
    fails(
      "an output that is the input",
      ["simulate", "@model.pdb", ...good, "--out", "@model.pdb", "--overwrite"],
      "OUTPUT_IS_INPUT",
    ),
    fails(
      "an output that exists",
      ["simulate", "@model.pdb", ...good, "--out", "@map.mrc"],
      "OUTPUT_EXISTS",
      /--overwrite/,
    ),
    fails(
      "an output folder that is a file",
      ["refine", "@model.pdb", "@map.mrc", ...good, "--out-dir", "@map.mrc"],
      "OUTPUT_FOLDER",
    ),
    {
      name: "an output file that is a folder",
      run: ["simulate", "@model.pdb", ...good, "--out", "@folder"],
      files: { "folder/x": "" },
      code: "OUTPUT_IS_FOLDER",
    },
    fails("a missing model", ["fit", "@nothing.pdb", "@map.mrc", ...good], "FILE_NOT_FOUND"),
    fails("a missing map", ["fit", "@model.pdb", "@map.ccp4", ...good], "FILE_NOT_FOUND", /Did you mean .*map\.mrc/),
    fails("a path below a file", ["fit", "@model.pdb/x", "@map.mrc", ...good], "FILE_NOT_FOUND"),
    { name: "a folder for a model", run: ["info", "@folder"], files: { "folder/x": "" }, code: "FILE_IS_FOLDER" },
    fails("model and map exchanged", ["fit", "@map.mrc", "@model.pdb", ...good], "MODEL_IS_MAP"),
    fails("a model for a map", ["fit", "@model.pdb", "@model.pdb", ...good], "MAP_IS_MODEL"),
    fails("an address for a model", ["fit", "https://a.b/c.cif", "@map.mrc", ...good], "FILE_NOT_FOUND", /download/),
    fails("an entry for a map", ["fit", "@model.pdb", "EMD-1234", ...good], "FILE_NOT_FOUND", /Entries.*download/),
    fails("the beginning of a flag", [...fit, "--res", "3"], "USAGE", /Did you mean --resolution\?/),
    fails("a short flag", [...fit, "-r", "3"], "USAGE", /--help lists/),
    fails("a setting without dashes", [...fit, "resolution=3"], "USAGE", /Write --resolution 3/),
    fails("a resolution without its flag", [...fit, "3.2"], "USAGE", /too many.*For example: emend fit/),
    fails("a model behind a list", ["geometry", "--restraints", "@a.cif", "@model.pdb"], "USAGE", /before it/),
    fails("a map without a model", ["fit", ...good, "@map.mrc"], "USAGE", /map.*For example: emend fit model/),
    fails("a model for a dictionary", ["geometry", "@model.pdb", "--restraints", "@model.pdb"], "CIF_SYNTAX", /no CIF/),
    fails("a checkpoint that is not there", [...refine, ...good, "--resume"], "CHECKPOINT_MISSING"),
    ...[
      ["chian A", /"chian" is not a keyword/],
      ["chain A and", /end|character/],
      ["(chain A", /\)|character/],
      ["resseq x:y", /"x" is not a residue number/],
      ["", /./],
    ].map(([text, says]) =>
      fails(
        `selection "${text as string}"`,
        [...refine, ...good, "--select", text as string],
        "SELECTION_SYNTAX",
        says as RegExp,
      ),
    ),
    fails("a selection of nothing", [...refine, ...good, "--select", "chain Q"], "SELECTION_EMPTY"),
    config("a configuration of nothing", "", "CONFIG_JSON"),
    config("a configuration that is no JSON", "resolution = 3", "CONFIG_JSON"),
    config("a configuration of a list", "[]", "CONFIG_JSON"),
    config("a configuration of null", "null", "CONFIG_JSON"),
    config("a configuration cut off", '{"resolution": 3', "CONFIG_JSON"),
    config("a misspelt key", '{"resolutoin": 3}', "CONFIG_KEY", /Did you mean "resolution"/),
    config("a key named as the flag is", '{"per-atom": true}', "CONFIG_KEY", /perAtom/),
    config("a key of no meaning", '{"zzzzzzzz": 1}', "CONFIG_KEY", /Settings are/),
    config("a key of JavaScript's own", '{"constructor": 1}', "CONFIG_KEY"),
    config("a number as text", '{"resolution": "3"}', "SETTING", /--resolution/),
    config("a resolution of null", '{"resolution": null}', "SETTING", /--resolution/),
    config("a flag as text", '{"resolution": 3, "perAtom": "yes"}', "SETTING", /--per-atom/),
    fails("a configuration that is not there", [...fit, "--config", "@none.json"], "FILE_NOT_FOUND"),
  ],
  pair,
);

/** The map is zero but for single voxels. */
const ofZeros = ["MAP_MASKED", "MAP_ZERO_IN_MODEL"];

interface FitDocument {
  readonly fit: Readonly<Record<string, number | null>>;
}

const shifted = (x: number, y: number, z: number): string =>
  pdb(
    ...peptideLines((fields) => ({
      ...fields,
      x: (Number(fields.x) + x).toFixed(3),
      y: (Number(fields.y) + y).toFixed(3),
      z: (Number(fields.z) + z).toFixed(3),
    })),
  );

function together(
  name: string,
  model: string,
  map: Uint8Array,
  rest: Omit<FaultCase, "name" | "run" | "files">,
): FaultCase {
  return { name, run: [...fit, ...good], files: { "model.pdb": model, "map.mrc": map }, ...rest };
}

const constant = (value: number): Uint8Array => {
  const bytes = mapBytes();
  new Float32Array(bytes.buffer, 1024).fill(value);
  return bytes;
};

testFaults("model and map", [
  together("a model far outside", shifted(140, -75, 31), mapBytes(), {
    code: "MODEL_OUTSIDE_MAP",
    place: /model\.pdb/,
    says: /Only 0 %.*Shifting/,
  }),
  together("a model mostly outside", shifted(15, 0, 0), mapBytes(), { code: "MODEL_OUTSIDE_MAP", says: /Shifting/ }),
  together("one atom outside", shifted(10.9, 0, 0), mapBytes(), {}),
  together(
    "a model larger than the map",
    pdb(...peptideLines((fields, index) => ({ ...fields, x: String(40 * index) }))),
    mapBytes(),
    { code: "MODEL_OUTSIDE_MAP", says: /larger than the map/ },
  ),
  together("a model outside by the origin, inside without it", peptide, withWords([[50, 100, "real"]]), {
    diagnostics: [...ofZeros, "MAP_OVER_SHARPENED", "MAP_ORIGIN_SWITCHED"],
  }),
  together(
    "an origin that only ORIGIN holds",
    shifted(100, 0, 0),
    withWords([
      [50, 100, "real"],
      [5, -300],
    ]),
    { diagnostics: [...ofZeros, "MAP_OVER_SHARPENED", "MRC_ORIGIN_CONFLICT", "MAP_ORIGIN_SWITCHED"] },
  ),
  together(
    "voxels 3 % too large",
    peptide,
    withWords([
      [11, 24.72, "real"],
      [12, 24.72, "real"],
      [13, 24.72, "real"],
    ]),
    {},
  ),
  together("a map of one value", peptide, constant(5), {
    check: ({ fit: { ccMask, ccBox } }: FitDocument) => expect([ccMask, ccBox]).toEqual([null, null]),
  }),
  together("a map of zeros", peptide, constant(0), {
    check: ({ fit: { ccMask } }: FitDocument) => expect(ccMask).toBe(null),
  }),
  together("a map of huge values", peptide, withVoxel(5000, 1e30), {}),
  together("a map with NaN", peptide, withVoxel(5000, Number.NaN), { code: "MRC_NOT_FINITE" }),
  together("coordinates in a mmCIF model", cif(), mapBytes(), {}),
  {
    name: "refinement into a map of one value",
    run: [...refine, ...good],
    files: { "model.pdb": peptide, "map.mrc": constant(5) },
    code: "MAP_CONSTANT",
  },
  {
    name: "a map beyond the limit of memory",
    run: [...fit, ...good, "--max-memory", "0.05"],
    files: pair,
    code: "MEMORY_LIMIT",
    place: /map\.mrc/,
    says: /24 x 24 x 24 voxels .* the limit is 52 MiB/,
  },
]);

const half = (change: (values: Float32Array) => void): Uint8Array => {
  const bytes = mapBytes();
  change(new Float32Array(bytes.buffer, 1024));
  return bytes;
};
const noisy = (seed: number): Uint8Array =>
  half((values) => {
    for (let at = 0, state = seed; at < values.length; at++) {
      state = (state * 1103515245 + 12345) % 2147483648;
      values[at]! += state / 2147483648 - 0.5;
    }
  });

interface ReportDocument {
  readonly fit: {
    readonly resolution: number;
    readonly resolutionEstimated: boolean;
    readonly fsc: { readonly halfMap: { readonly unmasked: { readonly d0143: number | null } } | null };
    readonly qScore: { readonly mean: number | null };
    readonly emringer: object | null;
    readonly d99: number | null;
    readonly blobs: readonly object[];
  };
}

function withHalves(
  name: string,
  halves: readonly [Uint8Array, Uint8Array],
  rest: Omit<FaultCase, "name" | "run" | "files">,
): FaultCase {
  const files = { "model.pdb": peptide, "map.mrc": mapBytes(), "one.mrc": halves[0], "other.mrc": halves[1] };
  return { name, run: [...fit, ...good, "--half-maps", "@one.mrc", "@other.mrc"], files, ...rest };
}

testFaults("the report of a fit", [
  {
    name: "no resolution is estimated, and said",
    run: fit,
    files: pair,
    diagnostics: [...ofZeros, "RESOLUTION_ESTIMATED"],
    check: ({ fit: { resolution, resolutionEstimated } }: ReportDocument) => {
      expect(resolutionEstimated).toBe(true);
      expect(resolution).toBeGreaterThan(1);
    },
  },
  {
    name: "no resolution and a map of one value",
    run: fit,
    files: { "model.pdb": peptide, "map.mrc": constant(2) },
    code: "RESOLUTION_UNKNOWN",
    says: /--resolution/,
  },
  {
    name: "a map of one value has no numbers",
    run: [...fit, ...good],
    files: { "model.pdb": peptide, "map.mrc": constant(2) },
    check: ({ fit: { qScore, emringer, d99, blobs } }: ReportDocument) =>
      expect([qScore.mean, emringer, d99, blobs]).toEqual([null, null, null, []]),
  },
  {
    name: "one atom",
    run: [...fit, ...good],
    files: { "model.pdb": pdb(peptideLines()[0]!, "END"), "map.mrc": mapBytes() },
    check: ({ fit: { emringer } }: ReportDocument) => expect(emringer).toBe(null),
  },
  withHalves("half maps with noise", [noisy(1), noisy(2)], {
    check: ({ fit: { fsc } }: ReportDocument) => expect(fsc.halfMap).not.toBe(null),
  }),
  withHalves("a half map of zeros", [mapBytes(), constant(0)], {
    check: ({ fit: { fsc } }: ReportDocument) => expect(fsc.halfMap).toBe(null),
  }),
  withHalves("one half map twice", [noisy(1), noisy(1)], {
    check: ({ fit: { fsc } }: ReportDocument) => expect(fsc.halfMap?.unmasked.d0143).toBe(null),
  }),
  withHalves("half maps of unequal size", [noisy(1), cubeBytes(20)], {
    code: "HALF_MAPS_DIFFER",
    says: /20 x 20 x 20/,
  }),
  withHalves("a half map with NaN", [noisy(1), half((values) => values.fill(Number.NaN, 9, 10))], {
    code: "MRC_NOT_FINITE",
    place: /other\.mrc/,
  }),
  {
    name: "a single half map",
    run: [...fit, ...good, "--half-maps", "@map.mrc"],
    files: pair,
    code: "SETTING",
    says: /two half maps/,
  },
  {
    name: "a half map that is not there",
    run: [...fit, ...good, "--half-maps", "@map.mrc", "@none.mrc"],
    files: pair,
    code: "FILE_NOT_FOUND",
    place: /none\.mrc/,
  },
  {
    name: "a mask of zeros",
    run: [...fit, ...good, "--mask", "@mask.mrc"],
    files: { ...pair, "mask.mrc": constant(0) },
    code: "MASK_EMPTY",
  },
  {
    name: "a contour above the map",
    run: [...fit, ...good, "--contour", "1e6"],
    files: pair,
    check: ({ fit: { blobs } }: ReportDocument) => expect(blobs).toEqual([]),
  },
  {
    name: "a table over the model",
    run: [...fit, ...good, "--table", "@model.pdb", "--overwrite"],
    files: pair,
    code: "OUTPUT_IS_INPUT",
  },
]);

function chemistry(
  name: string,
  change: (fields: AtomFields, index: number) => AtomFields | null,
  rest: Omit<FaultCase, "name" | "run" | "files"> & {
    readonly words?: readonly string[];
    readonly more?: readonly string[];
  },
): FaultCase {
  const { words = [], more = [], ...expected } = rest;
  return {
    name,
    run: ["geometry", "@m.pdb", ...words],
    files: { "m.pdb": pdb(...peptideLines(change), ...more) },
    ...expected,
  };
}

const alanine =
  (residue: string) =>
  (fields: AtomFields): AtomFields =>
    fields.residue === "ALA" ? { ...fields, residue } : fields;
const without =
  (...indexes: readonly number[]) =>
  (fields: AtomFields, index: number): AtomFields | null =>
    indexes.includes(index) ? null : fields;

testFaults("chemistry", [
  chemistry("an unknown ligand", alanine("QZX"), {
    code: "UNKNOWN_RESIDUE",
    place: /m\.pdb, residue A 2 QZX/,
    says: /--restraints/,
  }),
  chemistry("an unknown ligand that is held", alanine("QZX"), {
    words: ["--unknown-ligands", "hold"],
    diagnostics: ["RESIDUE_HELD", "HYDROGENS_UNKNOWN_RESIDUE"],
  }),
  chemistry(
    "an atom that its residue does not have",
    (fields, index) => (index === 8 ? { ...fields, name: " CZ9" } : fields),
    { diagnostics: ["UNKNOWN_ATOM", "UNRESTRAINED_ATOM", "HYDROGEN_NOT_PLACED"] },
  ),
  chemistry("an atom twice", (fields, index) => (index === 8 ? { ...fields, name: " CA " } : fields), {
    diagnostics: ["DOUBLED_ATOM", "UNRESTRAINED_ATOM", "HYDROGEN_NOT_PLACED"],
  }),
  chemistry("no side chain", without(8), { diagnostics: ["HYDROGEN_NOT_PLACED"] }),
  chemistry("no CA", without(5), {}),
  chemistry("no nitrogen between residues", without(4), { diagnostics: ["LINK_ATOM_ABSENT", "HYDROGEN_NOT_PLACED"] }),
  chemistry(
    "atoms on top of each other",
    (fields, index) => (index === 8 ? { ...fields, x: "11.082", y: "12.235", z: "12.959" } : fields),
    {},
  ),
  chemistry(
    "residues far apart",
    (fields, index) => (index >= 4 ? { ...fields, x: (Number(fields.x) + 20).toFixed(3) } : fields),
    { diagnostics: ["CHAIN_BREAK", "HYDROGENS_BROKEN_START"] },
  ),
  chemistry(
    "alanine of the wrong hand",
    (fields, index) => (index === 8 ? { ...fields, x: "11.0", y: "12.8", z: "11.6" } : fields),
    { diagnostics: ["CHIRALITY_INVERTED"] },
  ),
  chemistry("a bond of the file to an atom that is not there", (fields) => fields, {
    more: ["LINK         CB  ALA A   2                 ZN    ZN A   9"],
    diagnostics: ["LINK_ATOM_MISSING"],
  }),
  chemistry("deuterium", (fields, index) => (index === 8 ? { ...fields, name: " D  ", element: " D" } : fields), {}),
  chemistry("one atom alone", without(0, 2, 3, 4, 5, 6, 7, 8), {}),
  {
    name: "a dictionary of nothing",
    run: ["geometry", "@m.pdb", "--restraints", "@d.cif"],
    files: { "m.pdb": peptide, "d.cif": "data_x\n" },
    code: "DICTIONARY_EMPTY",
    place: /d\.cif/,
  },
  {
    name: "a dictionary that is broken",
    run: ["geometry", "@m.pdb", "--restraints", "@d.cif"],
    files: { "m.pdb": peptide, "d.cif": "data_x\nloop_\n_a.b\n_a.c\n1\n" },
    code: "CIF_SYNTAX",
    place: /d\.cif, line/,
  },
  {
    name: "a dictionary that is not there",
    run: ["geometry", "@m.pdb", "--restraints", "@d.cif"],
    files: { "m.pdb": peptide },
    code: "FILE_NOT_FOUND",
    place: /d\.cif/,
  },
  {
    name: "a dictionary that is a model",
    run: ["geometry", "@m.pdb", "--restraints", "@d.cif"],
    files: { "m.pdb": peptide, "d.cif": cif() },
    code: "DICTIONARY_EMPTY",
  },
  {
    name: "a dictionary without ideal values",
    run: ["geometry", "@m.pdb", "--restraints", "@d.cif"],
    files: {
      "m.pdb": peptide,
      "d.cif":
        "data_comp_X\nloop_\n_chem_comp_atom.comp_id\n_chem_comp_atom.atom_id\n_chem_comp_atom.type_symbol\nX A C\nX B C\nloop_\n_chem_comp_bond.comp_id\n_chem_comp_bond.atom_id_1\n_chem_comp_bond.atom_id_2\nX A B\n",
    },
    code: "DICTIONARY_VALUES",
    place: /d\.cif/,
  },
  {
    name: "a monomer library that is not there",
    run: ["geometry", "@m.pdb", "--monomer-library", "@lib"],
    files: { "m.pdb": peptide },
    code: "MONOMER_LIBRARY",
    place: /lib/,
  },
]);

/** Results of an earlier case must not be in the way. */
const refineInto = (name: string): readonly string[] => [
  "refine",
  "@model.pdb",
  "@map.mrc",
  ...good,
  "--cycles",
  "2",
  "--out-dir",
  `@${name.replaceAll(" ", "-")}`,
];

function refinedWithHalves(
  name: string,
  halves: readonly [Uint8Array, Uint8Array],
  rest: Omit<FaultCase, "name" | "run" | "files">,
): FaultCase {
  const files = { "model.pdb": peptide, "map.mrc": mapBytes(), "one.mrc": halves[0], "other.mrc": halves[1] };
  const halfMaps = ["--half-maps", "@one.mrc", "@other.mrc"];
  return { name, run: [...refineInto(name), "--quality", "standard", ...halfMaps], files, ...rest };
}

interface RefineDocument {
  readonly refinement: { readonly freeFsc: { readonly free: number } | null };
  readonly diagnostics: readonly { readonly code: string }[];
}

const isWithout =
  (code: string) =>
  ({ refinement, diagnostics }: RefineDocument): void => {
    expect(refinement.freeFsc).toBeNull();
    expect(diagnostics.map((entry) => entry.code)).toContain(code);
  };

testFaults("half maps of a refinement", [
  refinedWithHalves("that differ", [mapBytes(), half((values) => values.fill(0.2, 9, 99))], {
    check: ({ refinement }: RefineDocument) => expect(refinement.freeFsc!.free).toBeGreaterThan(0),
  }),
  refinedWithHalves("one of zeros", [mapBytes(), constant(0)], { check: isWithout("HALF_MAP_CONSTANT") }),
  refinedWithHalves("one map twice", [noisy(1), noisy(1)], { check: isWithout("HALF_MAPS_IDENTICAL") }),
  refinedWithHalves(
    "one of them inverted",
    [noisy(1), half((values) => values.forEach((v, at) => (values[at] = -v)))],
    {
      check: isWithout("HALF_MAPS_UNRELATED"),
    },
  ),
  refinedWithHalves("of unequal size", [noisy(1), cubeBytes(20)], { code: "HALF_MAPS_DIFFER", says: /20 x 20 x 20/ }),
  {
    name: "without the stage that would use them",
    run: [...refineInto("fast"), "--quality", "fast", "--half-maps", "@map.mrc", "@map.mrc"],
    files: pair,
    check: isWithout("HALF_MAPS_UNUSED"),
  },
]);
