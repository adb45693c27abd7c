// Secondary structure from CA positions alone: helices, and strands that lie beside others of their chain.
import type { SecondaryStructure } from "../../chemistry/rama-z-tables.ts";
import { lengthOf, minus, type Vector3 } from "../../math/vector3.ts";
import type { Model } from "../../model/model.ts";
import { type Element, findElements } from "./ca-elements.ts";
import type { ProteinPosition } from "./protein-residues.ts";

/** CA of neighbours in the chain are nearer than this, Angstrom. */
const longestStep = 4.5;
/** CA of neighbouring strands are nearer than this, Angstrom. */
const longestBetweenStrands = 6;
const fewestPairs = 4;
/** Shorter elements count as loops: helices of four residues, strands of four steps from CA to CA. */
const fewestInHelix = 4;
const fewestInStrand = 5;

interface PlacedElement {
  readonly kind: Element["kind"];
  readonly sites: readonly Vector3[];
  /** Place of its first residue among the positions of the chain. */
  readonly first: number;
}

/** The structure of each position of a chain; positions without CA are loops. The first conformer of each counts. */
export function assignSecondaryStructure(model: Model, positions: readonly ProteinPosition[]): SecondaryStructure[] {
  const structure: SecondaryStructure[] = positions.map(() => "loop");
  const elements = traces(model, positions).flatMap(({ first, sites }) =>
    findElements(sites).map(
      (element): PlacedElement => ({
        kind: element.kind,
        sites: sites.slice(element.first, element.last + 1),
        first: first + element.first,
      }),
    ),
  );
  for (const { kind, sites, first } of elements) {
    if (kind === "helix" && sites.length >= fewestInHelix) structure.fill("helix", first, first + sites.length);
  }
  const strands = elements.filter(({ kind }) => kind === "strand");
  for (const { first, last } of pairedParts(strands)) {
    if (last - first + 1 >= fewestInStrand) structure.fill("sheet", first, last + 1);
  }
  return structure;
}

/** Stretches without a jump from CA to CA. */
function traces(model: Model, positions: readonly ProteinPosition[]): { first: number; sites: Vector3[] }[] {
  const { xyz } = model.atoms;
  const found: { first: number; sites: Vector3[] }[] = [];
  let last: Vector3 | undefined;
  positions.forEach(({ conformers }, at) => {
    const row = conformers[0]!.atoms.get("CA");
    const site: Vector3 | undefined =
      row === undefined ? undefined : [xyz[3 * row]!, xyz[3 * row + 1]!, xyz[3 * row + 2]!];
    const isNext = site !== undefined && last !== undefined && lengthOf(minus(site, last)) < longestStep;
    if (site !== undefined && isNext) found[found.length - 1]!.sites.push(site);
    else if (site !== undefined) found.push({ first: at, sites: [site] });
    last = site;
  });
  return found;
}

/** Parts of strands that lie beside neighbours; one residue between two parts belongs to them. */
function pairedParts(strands: readonly PlacedElement[]): { first: number; last: number }[] {
  const beside = strands.map(({ sites }) => new Uint8Array(sites.length));
  const mark = (strand: number, places: readonly number[]): void => {
    beside[strand]!.fill(1, Math.min(...places), Math.max(...places) + 1);
  };
  for (let a = 0; a < strands.length; a++) {
    for (let b = a + 1; b < strands.length; b++) {
      const pairs = pairStrands(strands[a]!.sites, strands[b]!.sites);
      if (pairs.length < fewestPairs) continue;
      mark(
        a,
        pairs.map(([i]) => i),
      );
      mark(
        b,
        pairs.map(([, j]) => j),
      );
    }
  }
  return strands.flatMap(({ first }, strand) => markedParts(beside[strand]!).map((part) => shift(part, first)));
}

interface Part {
  first: number;
  last: number;
}

const shift = ({ first, last }: Part, by: number): Part => ({ first: first + by, last: last + by });

function markedParts(marks: Uint8Array): Part[] {
  const parts: Part[] = [];
  marks.forEach((mark, at) => {
    if (mark === 0) return;
    const part = parts[parts.length - 1];
    if (part && at - part.last <= 2) part.last = at;
    else parts.push({ first: at, last: at });
  });
  return parts;
}

/** Residues side by side, through the nearest two, along or against each other, whichever gives more. */
function pairStrands(a: readonly Vector3[], b: readonly Vector3[]): (readonly [number, number])[] {
  let nearest = longestBetweenStrands;
  let centre: readonly [number, number] | undefined;
  a.forEach((site, i) => {
    b.forEach((other, j) => {
      const distance = lengthOf(minus(site, other));
      if (distance > nearest) return;
      nearest = distance;
      centre = [i, j];
    });
  });
  if (centre === undefined) return [];
  const [parallel, antiparallel] = [1, -1].map((sense) => pairsThrough(a, b, centre!, sense));
  return antiparallel!.length > parallel!.length ? antiparallel! : parallel!;
}

function pairsThrough(
  a: readonly Vector3[],
  b: readonly Vector3[],
  [centreA, centreB]: readonly [number, number],
  sense: number,
): (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = [];
  for (const step of [1, -1]) {
    for (let offset = step === 1 ? 0 : -1; ; offset += step) {
      const [i, j] = [centreA + offset, centreB + sense * offset];
      const [site, other] = [a[i], b[j]];
      if (!site || !other || lengthOf(minus(site, other)) > longestBetweenStrands) break;
      pairs.push([i, j]);
    }
  }
  return pairs;
}
