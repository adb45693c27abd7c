// What a PDB file says beside its atoms, a line at a time: cell, stated links, helices and strands.
import { isMetalElement } from "../../chemistry/elements.ts";
import type { UnitCell } from "../../crystal/unit-cell.ts";
import type { AtomAddress, Helix, StatedLink, Strand } from "../../model/model.ts";
import { decodeHybrid36 } from "../../text/hybrid36.ts";
import { guessElement } from "./guess-element.ts";

/** Cell and space group of CRYST1; null for the cell of 1 x 1 x 1 that stands for none. */
export function readCell(line: string): { readonly cell: UnitCell; readonly spaceGroup: string | null } | null {
  const edges = [6, 15, 24].map((begin) => Number(line.slice(begin, begin + 9)));
  const angles = [33, 40, 47].map((begin) => Number(line.slice(begin, begin + 7)) || 90);
  if (edges.some((edge) => !(edge > 1))) return null;
  const [a, b, c] = edges as [number, number, number];
  const [alpha, beta, gamma] = angles as [number, number, number];
  return { cell: { a, b, c, alpha, beta, gamma }, spaceGroup: line.slice(55, 66).trim() || null };
}

function readAddress(line: string, atomName: string, altloc: string, residue: number): AtomAddress {
  return {
    atomName,
    altloc,
    residueName: line.slice(residue, residue + 3).trim(),
    chain: line.slice(residue + 3, residue + 5).trim(),
    sequenceNumber: decodeHybrid36(line.slice(residue + 5, residue + 9), 4) ?? 0,
    insertionCode: line.slice(residue + 9, residue + 10).trim(),
  };
}

export function readDisulfide(line: string): StatedLink {
  const distance = Number(line.slice(73, 78));
  const address = (residue: number, chain: number): AtomAddress => ({
    atomName: "SG",
    altloc: "",
    residueName: line.slice(residue, residue + 3).trim(),
    chain: line.slice(chain - 1, chain + 1).trim(),
    sequenceNumber: decodeHybrid36(line.slice(chain + 2, chain + 6), 4) ?? 0,
    insertionCode: line.slice(chain + 6, chain + 7).trim(),
  });
  return {
    kind: "disulfide",
    first: address(11, 15),
    second: address(25, 29),
    distance: distance > 0 ? distance : null,
  };
}

export function readLink(line: string): StatedLink {
  const first = readAddress(line, line.slice(12, 16).trim(), line.slice(16, 17).trim(), 17);
  const second = readAddress(line, line.slice(42, 46).trim(), line.slice(46, 47).trim(), 47);
  const isMetal = [line.slice(12, 16), line.slice(42, 46)].some((field, index) =>
    isMetalElement(guessElement(field, (index === 0 ? first : second).residueName)),
  );
  const distance = Number(line.slice(73, 78));
  return { kind: isMetal ? "metal" : "covalent", first, second, distance: distance > 0 ? distance : null };
}

export function readHelix(line: string): Helix {
  return {
    chain: line.slice(18, 20).trim(),
    firstSequenceNumber: decodeHybrid36(line.slice(21, 25), 4) ?? 0,
    firstInsertionCode: line.slice(25, 26).trim(),
    lastSequenceNumber: decodeHybrid36(line.slice(33, 37), 4) ?? 0,
    lastInsertionCode: line.slice(37, 38).trim(),
    helixClass: Number(line.slice(38, 40)) || 1,
  };
}

export function readStrand(line: string): Strand {
  return {
    sheet: line.slice(11, 14).trim(),
    sense: Number(line.slice(38, 40)) || 0,
    chain: line.slice(20, 22).trim(),
    firstSequenceNumber: decodeHybrid36(line.slice(22, 26), 4) ?? 0,
    firstInsertionCode: line.slice(26, 27).trim(),
    lastSequenceNumber: decodeHybrid36(line.slice(33, 37), 4) ?? 0,
    lastInsertionCode: line.slice(37, 38).trim(),
  };
}
