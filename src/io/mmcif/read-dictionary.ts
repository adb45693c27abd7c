// Reads restraint dictionaries of users, in the vocabularies of CCP4, AceDRG, eLBOW and Grade.
import { addDiagnostic } from "../../base/diagnostics.ts";
import { InputError } from "../../base/errors.ts";
import { createRunContext, type RunContext } from "../../base/run-context.ts";
import { loadDictionary } from "../../chemistry/dictionary.ts";
import type { Dictionary, Link, Modification, Monomer } from "../../chemistry/monomer.ts";
import { type MonomerProblem, monomerProblems, settleMonomer } from "../../chemistry/settle-monomer.ts";
import { type CifBlock, parseCif } from "../../text/cif.ts";
import { angleOf, bondOf, groupPlanes, type Row, rowsOf, settleTorsion, signOf, torsionOf } from "./dictionary-rows.ts";
import { readLinks, readModifications } from "./read-links.ts";

/**
 * Reads monomers, links and modifications of a restraint dictionary, as AceDRG, eLBOW, Grade and Grade2 write them and the CCP4
 * library has them. What looks wrong in a monomer but can be used goes to the diagnostics (DICTIONARY_SIGMA and others).
 * Throws InputError CIF_SYNTAX, DICTIONARY_EMPTY, or DICTIONARY_VALUES where distances or angles are missing.
 */
export function readUserDictionary(
  text: string,
  fileName: string,
  context: RunContext = createRunContext(),
): Partial<Dictionary> {
  const document = parseCif(text, fileName);
  const monomers = new Map<string, Monomer>();
  const links = new Map<string, Link>();
  const modifications = new Map<string, Modification>();
  const headers = new Map<string, Row>();
  for (const block of document.blocks) {
    for (const row of rowsOf(block, "_chem_comp")) headers.set(row("id") ?? "", row);
  }
  for (const block of document.blocks) {
    for (const monomer of readMonomers(block, headers, fileName)) {
      const place = `${fileName}: ${monomer.id}`;
      if (monomers.has(monomer.id)) reportProblem({ code: "DICTIONARY_DUPLICATE", place: "the whole" }, place, context);
      else monomers.set(monomer.id, checkedMonomer(monomer, place, context));
    }
    for (const link of readLinks(block, document.blocks)) {
      checkLink(link, fileName);
      links.set(link.id, link);
    }
    for (const modification of readModifications(block, document.blocks)) {
      modifications.set(modification.id, modification);
    }
  }
  if (monomers.size + links.size + modifications.size === 0) {
    throw new InputError({
      code: "DICTIONARY_EMPTY",
      message: "No monomer, link or modification is defined here",
      file: fileName,
      hint: "Make a dictionary with AceDRG, eLBOW or Grade2",
    });
  }
  return { monomers, links, modifications };
}

function checkedMonomer(raw: Monomer, place: string, context: RunContext): Monomer {
  const { monomer, problems } = settleMonomer(raw, loadDictionary().energyTypes);
  for (const problem of problems) reportProblem(problem, place, context);
  return monomer;
}

function reportProblem({ code, place }: MonomerProblem, monomer: string, { diagnostics }: RunContext): void {
  addDiagnostic(diagnostics, "warning", code, monomerProblems[code], `${monomer}, ${place}`);
}

function readMonomers(block: CifBlock, headers: ReadonlyMap<string, Row>, fileName: string): Monomer[] {
  const atoms = rowsOf(block, "_chem_comp_atom");
  // Blocks of one monomer need not name it in every row.
  const blockId = rowsOf(block, "_chem_comp")[0]?.("id") ?? block.name.replace(/^comp_/i, "");
  const ids = [...new Set(atoms.map((row) => row("comp_id") ?? blockId))];
  return ids.map((id) => {
    const own = (category: string): Row[] => rowsOf(block, category).filter((row) => (row("comp_id") ?? id) === id);
    const header = headers.get(id);
    const monomer: Monomer = {
      id,
      name: header?.("name") ?? id,
      group: header?.("group") ?? header?.("type") ?? "NON-POLYMER",
      atoms: own("_chem_comp_atom").map((row) => ({
        id: row("atom_id") ?? "",
        element: row("type_symbol") ?? "",
        energyType: row("type_energy") ?? "",
        charge: chargeOf(row),
      })),
      bonds: own("_chem_comp_bond").map(bondOf),
      angles: own("_chem_comp_angle").map(angleOf),
      torsions: own("_chem_comp_tor").map((row) => settleTorsion(torsionOf(row))),
      chiralities: own("_chem_comp_chir")
        .filter((row) => row("atom_id_3") !== null)
        .map((row) => ({
          id: row("id") ?? "",
          centre: row("atom_id_centre") ?? "",
          atom1: row("atom_id_1") ?? "",
          atom2: row("atom_id_2") ?? "",
          atom3: row("atom_id_3") ?? "",
          sign: signOf(row("volume_sign")),
        })),
      planes: groupPlanes(own("_chem_comp_plane_atom"), (row) => row("atom_id") ?? ""),
    };
    checkMonomer(monomer, fileName);
    return monomer;
  });
}

/** Formal charge; older dictionaries have partial ones, which mean one only where they are whole. NaN where it is no number. */
function chargeOf(row: Row): number {
  const formal = row("charge");
  if (formal !== null) return Number(formal);
  const partial = Number(row("partial_charge") ?? 0);
  return Number.isInteger(partial) ? partial : 0;
}

/** What monomers and links have in common. */
interface Restraints {
  readonly bonds: readonly { readonly distance: number; readonly sigma: number }[];
  readonly angles: readonly { readonly angle: number; readonly sigma: number }[];
  readonly torsions: readonly { readonly angle: number; readonly sigma: number }[];
}

/** Files of the PDB's own component dictionary state connectivity without ideal values. */
function checkMonomer(monomer: Monomer, fileName: string): void {
  const place = `data block comp_${monomer.id}`;
  if (monomer.atoms.length > 1 && monomer.bonds.length === 0) {
    throw valuesError(`${monomer.id} has atoms but no bonds`, fileName, place);
  }
  if (monomer.bonds.length > 0 && monomer.bonds.every(({ distance }) => Number.isNaN(distance))) {
    const message = `${monomer.id} states bonds without lengths, like the component files of the PDB`;
    throw valuesError(message, fileName, place);
  }
  checkValues(monomer.id, monomer, fileName, place);
}

function checkValues(id: string, { bonds, angles, torsions }: Restraints, fileName: string, place: string): void {
  const isGood =
    bonds.every(({ distance, sigma }) => distance > 0 && !(sigma < 0)) &&
    angles.every(({ angle, sigma }) => angle > 0 && !(sigma < 0)) &&
    // Torsions without sigma are free.
    torsions.every(({ angle, sigma }) => sigma === 0 || Number.isFinite(angle));
  if (!isGood) throw valuesError(`${id} has restraints without ideal values, or with sigmas below 0`, fileName, place);
}

function checkLink(link: Link, fileName: string): void {
  const place = `data block link_${link.id}`;
  checkValues(link.id, link, fileName, place);
  if (link.bonds.every(({ sigma }) => sigma > 0) && link.angles.every(({ sigma }) => sigma > 0)) return;
  throw valuesError(`${link.id} has restraints without sigmas`, fileName, place);
}

function valuesError(message: string, file: string, place: string): InputError {
  return new InputError({
    code: "DICTIONARY_VALUES",
    message,
    file,
    place,
    hint: "Make a dictionary with AceDRG, eLBOW or Grade2; component files of the PDB carry no restraints",
  });
}
