// Decides which residues are linked and by which dictionary link.
import { addDiagnostic } from "../base/diagnostics.ts";
import type { RunContext } from "../base/run-context.ts";
import type { Dictionary } from "../chemistry/monomer.ts";
import { type Model, residueLabel } from "../model/model.ts";
import { type AtomGrid, createAtomGrid } from "./atom-grid.ts";
import { findDisulfides } from "./disulfides.ts";
import { type FoundLink, isPeptideLink, type MonomerOf } from "./found-link.ts";
import { findMetalLinks, metalReach } from "./metal-links.ts";
import { findGlycosidicBonds, findNamedLinks, type NearLinkInput, nearLinkReach } from "./near-links.ts";
import { findClosingLinks, findPolymerLinks } from "./polymer-links.ts";
import { findStatedLinks } from "./stated-links.ts";
import { findUnstatedLinks } from "./unstated-links.ts";

/** All links of a model: polymer, disulfide, and those the file states; each pair of residues once per kind. */
export function findLinks(
  model: Model,
  dictionary: Dictionary,
  monomerOf: MonomerOf,
  context: RunContext,
): FoundLink[] {
  const links: FoundLink[] = [];
  const linked = new Set<string>();
  const add = (link: FoundLink): void => {
    const { first, second } = link;
    const key = `${Math.min(first, second)}|${Math.max(first, second)}|${kindOfLink(link)}`;
    if (linked.has(key)) return;
    linked.add(key);
    links.push(link);
  };
  const polymer = findPolymerLinks(model, monomerOf, context);
  for (const link of polymer) add(link);
  const closing = findClosingLinks(model, monomerOf, polymer, context);
  for (const link of closing) add(link);
  for (const link of findDisulfides(model, monomerOf)) add(link);
  const stated = findStatedLinks(model, dictionary, monomerOf, context);
  for (const link of stated.links) add(link);
  const before = links.length;
  const input = nearLinkInput(model, dictionary, monomerOf, links);
  for (const link of findGlycosidicBonds(input)) add(link);
  for (const link of findNamedLinks(input)) add(link);
  for (const link of findUnstatedLinks(input, links, context)) add(link);
  for (const link of findMetalLinks(input, stated.metals, context)) add(link);
  reportFound(model, [...closing, ...links.slice(before)], context);
  return links;
}

function nearLinkInput(
  model: Model,
  dictionary: Dictionary,
  monomerOf: MonomerOf,
  links: readonly FoundLink[],
): NearLinkInput {
  const peptides = links.filter((link) => kindOfLink(link) === "peptide");
  let grid: AtomGrid | undefined;
  return {
    model,
    dictionary,
    monomerOf,
    grid: () => {
      grid ??= createAtomGrid(model.atoms.xyz, Math.max(nearLinkReach, metalReach));
      return grid;
    },
    hasNext: new Set(peptides.map(({ first }) => first)),
    hasPrevious: new Set(peptides.map(({ second }) => second)),
  };
}

function reportFound(model: Model, found: readonly FoundLink[], context: RunContext): void {
  for (const { id, first, second } of found) {
    const message = "Links that the file does not state, or bonds of metals, made by distance";
    const place = `${id}: ${residueLabel(model, first)} to ${residueLabel(model, second)}`;
    addDiagnostic(context.diagnostics, "info", "LINK_FOUND", message, place);
  }
}

/** Neighbours in a chain may share a disulfide besides their peptide; one peptide is stated once. */
function kindOfLink({ id, atoms }: FoundLink): string {
  if (isPeptideLink(id)) return "peptide";
  return atoms === undefined ? id : atoms.toSorted((p, q) => p - q).join(" ");
}
