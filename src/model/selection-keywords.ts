// What the keywords of selections say about single atoms.
import { elementSymbol, isHydrogenElement } from "../chemistry/elements.ts";
import { residueClass } from "../chemistry/residue-classes.ts";
import type { Model } from "./model.ts";

const mainChainNames = new Set("N CA C O OXT OT1 OT2 H HA H1 H2 H3 HA2 HA3".split(" "));
const nucleotideBackbone = new Set("P OP1 OP2 OP3 O1P O2P O3P O5' C5' C4' O4' C3' O3' C2' O2' C1'".split(" "));

/** Whether an atom is meant. */
export type AtomTest = (atom: number) => boolean;

/** Keywords that stand alone. */
export const plainTests: ReadonlyMap<string, (model: Model) => AtomTest> = new Map(
  Object.entries({
    all: () => () => true,
    none: () => () => false,
    protein: (model) => classTest(model, "protein"),
    peptide: (model) => classTest(model, "protein"),
    pepnames: (model) => classTest(model, "protein"),
    nucleotide: (model) => classTest(model, "nucleotide"),
    water: (model) => classTest(model, "water"),
    carbohydrate: (model) => classTest(model, "carbohydrate"),
    single_atom_residue: (model) => (atom) => isAlone(model, atom),
    hetero: (model) => (atom) => model.atoms.isHetero[atom] === 1,
    hetatm: (model) => (atom) => model.atoms.isHetero[atom] === 1,
    hydrogen: (model) => (atom) => isHydrogenElement(model.atoms.element[atom]!),
    backbone: backboneTest,
    sidechain: (model) => {
      const backbone = backboneTest(model);
      const protein = classTest(model, "protein");
      const nucleotide = classTest(model, "nucleotide");
      return (atom) => (protein(atom) || nucleotide(atom)) && !backbone(atom);
    },
    ion: (model) => {
      const water = classTest(model, "water");
      const protein = classTest(model, "protein");
      const nucleotide = classTest(model, "nucleotide");
      return (atom) => isAlone(model, atom) && !water(atom) && !protein(atom) && !nucleotide(atom);
    },
  }),
);

function backboneTest(model: Model): AtomTest {
  const protein = classTest(model, "protein");
  const nucleotide = classTest(model, "nucleotide");
  return (atom) => {
    const name = model.atoms.name[atom]!;
    return (protein(atom) && mainChainNames.has(name)) || (nucleotide(atom) && nucleotideBackbone.has(name));
  };
}

function classTest(model: Model, wanted: ReturnType<typeof residueClass>): AtomTest {
  const { name } = model.residues;
  const classes = name.map((residueName) => residueClass(residueName) === wanted);
  return (atom) => classes[model.atoms.residue[atom]!]!;
}

/** Keywords followed by a text, with wildcards. */
export const textTests: ReadonlyMap<string, (model: Model) => (atom: number) => string> = new Map(
  Object.entries({
    name: (model) => (atom) => model.atoms.name[atom]!,
    resname: (model) => (atom) => model.residues.name[model.atoms.residue[atom]!]!,
    chain: (model) => (atom) => model.chains.id[model.residues.chain[model.atoms.residue[atom]!]!]!,
    icode: (model) => (atom) => model.residues.insertionCode[model.atoms.residue[atom]!]!,
    altloc: (model) => (atom) => model.atoms.altloc[atom]!,
    altid: (model) => (atom) => model.atoms.altloc[atom]!,
    segid: (model) => (atom) => model.atoms.segmentId[atom]!,
    element: (model) => (atom) => elementSymbol(model.atoms.element[atom]!),
    model: (model) => (atom) =>
      String(model.modelNumbers[model.chains.model[model.residues.chain[model.atoms.residue[atom]!]!]!]),
  }),
);

/** Keywords followed by a number, or by a comparison with one. */
export const numberTests: ReadonlyMap<string, (model: Model) => (atom: number) => number> = new Map(
  Object.entries({
    bfactor: (model) => (atom) => model.atoms.bFactor[atom]!,
    occupancy: (model) => (atom) => model.atoms.occupancy[atom]!,
    serial: (model) => (atom) => model.atoms.serial[atom]!,
    charge: (model) => (atom) => model.atoms.charge[atom]!,
  }),
);

function isAlone({ atoms, residues }: Model, atom: number): boolean {
  const residue = atoms.residue[atom]!;
  return residues.atomOffset[residue + 1] === residues.atomOffset[residue]! + 1;
}
