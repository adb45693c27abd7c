// The element of an atom from its four-column name, for files without element columns.
import { elementIndex } from "../../chemistry/elements.ts";
import { residueClass } from "../../chemistry/residue-classes.ts";

/**
 * Element index from the name field as it stands in columns 13-16. Symbols of two letters begin in column 13 and those of one
 * letter in column 14, except that hydrogens of four letters also begin in column 13.
 */
export function guessElement(nameField: string, residueName: string): number {
  const name = nameField.trim();
  const kind = residueClass(residueName);
  const first = name.replace(/^[0-9]+/, "").charAt(0);
  if (kind === "protein" || kind === "nucleotide") {
    if (/^[0-9]*[HD]/.test(name)) return elementIndex(first);
    if (name === "SE") return elementIndex("SE");
    return elementIndex(first);
  }
  // A lone atom named like its residue is an ion.
  if (name === residueName && elementIndex(name) > 0) return elementIndex(name);
  const startsFirstColumn = nameField.length === 4 && nameField.charAt(0) !== " ";
  if (startsFirstColumn && /^[A-Za-z]{2}/.test(name)) {
    if (name.length === 4 && /^[HD]/.test(name)) return elementIndex(first);
    const two = elementIndex(name.slice(0, 2));
    if (two > 0) return two;
  }
  return elementIndex(first);
}
