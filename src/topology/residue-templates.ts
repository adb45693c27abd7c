// Restraint templates: one per kind of residue (monomer plus modifications), shared by all residues of that kind.
import { modifyMonomer } from "../chemistry/modify-monomer.ts";
import type { Dictionary, Link, LinkAtom, Modification, Monomer } from "../chemistry/monomer.ts";
import { type PlannedChirality, planLink, planMonomer, type TermPlan } from "./term-plan.ts";

export interface ResidueTemplate {
  readonly key: string;
  readonly monomer: Monomer;
  /** Numbers of the atoms by name, 0, 1, 2, ... */
  readonly slots: ReadonlyMap<string, number>;
  /** By slot. */
  readonly energyTypes: readonly string[];
  readonly plan: TermPlan;
}

/** Ideal value of (1 - c) . ((2 - c) x (3 - c)) from bond lengths (Angstrom) and angles (degrees); positive. */
function idealChiralVolume(lengths: readonly number[], angles: readonly number[]): number {
  const [a, b, c] = angles.map((angle) => Math.cos((angle * Math.PI) / 180)) as [number, number, number];
  const square = 1 - a * a - b * b - c * c + 2 * a * b * c;
  return lengths[0]! * lengths[1]! * lengths[2]! * Math.sqrt(Math.max(0, square));
}

function createTemplate(key: string, monomer: Monomer): ResidueTemplate {
  const lengthOf = new Map<string, number>();
  const angleOf = new Map<string, number>();
  for (const bond of monomer.bonds) {
    lengthOf.set(`${bond.atom1}|${bond.atom2}`, bond.distance);
    lengthOf.set(`${bond.atom2}|${bond.atom1}`, bond.distance);
  }
  for (const angle of monomer.angles) {
    angleOf.set(`${angle.atom1}|${angle.atom2}|${angle.atom3}`, angle.angle);
    angleOf.set(`${angle.atom3}|${angle.atom2}|${angle.atom1}`, angle.angle);
  }
  const chiral: PlannedChirality<string>[] = [];
  for (const { centre, atom1, atom2, atom3, sign } of monomer.chiralities) {
    const atoms = [atom1, atom2, atom3] as const;
    const lengths = atoms.map((atom) => lengthOf.get(`${centre}|${atom}`));
    const angles = [
      angleOf.get(`${atom1}|${centre}|${atom2}`),
      angleOf.get(`${atom1}|${centre}|${atom3}`),
      angleOf.get(`${atom2}|${centre}|${atom3}`),
    ];
    if (lengths.includes(undefined) || angles.includes(undefined)) continue;
    const volume = idealChiralVolume(lengths as number[], angles as number[]);
    const idealVolume = sign === "negative" ? -volume : volume;
    chiral.push({ atoms: [centre, ...atoms], idealVolume, both: sign === "both" });
  }
  const energyType = new Map(monomer.atoms.map((atom) => [atom.id, atom.energyType] as const));
  const slots = new Map([...energyType.keys()].map((name, slot) => [name, slot] as const));
  return {
    key,
    monomer,
    slots,
    energyTypes: [...energyType.values()],
    plan: planMonomer(monomer, chiral, (name) => slots.get(name)),
  };
}

/** Gives the template of a monomer with modifications, made once. */
export interface TemplateCache {
  get(monomer: Monomer, modifications: readonly string[]): ResidueTemplate;
}

export function createTemplateCache(dictionary: Dictionary): TemplateCache {
  const cache = new Map<Monomer, Map<string, ResidueTemplate>>();
  return {
    get(monomer, modifications) {
      const key = [monomer.id, ...modifications].join("+");
      const own = cache.get(monomer) ?? new Map<string, ResidueTemplate>();
      cache.set(monomer, own);
      const known = own.get(key);
      if (known) return known;
      const applied = modifications
        .map((id) => dictionary.modifications.get(id))
        .filter((modification): modification is Modification => modification !== undefined);
      const template = createTemplate(key, modifyMonomer(monomer, applied));
      own.set(key, template);
      return template;
    },
  };
}

/** Chiral centres of a link, with the volume from the two templates and the link's own bonds and angles. */
function linkChirality(
  link: Link,
  templates: readonly [ResidueTemplate, ResidueTemplate],
): readonly PlannedChirality<LinkAtom>[] {
  const name = (atom: LinkAtom): string => `${atom.component}:${atom.id}`;
  const lengthOf = new Map<string, number>();
  const angleOf = new Map<string, number>();
  const addLength = (a: string, b: string, value: number): void => {
    lengthOf.set(`${a}|${b}`, value);
    lengthOf.set(`${b}|${a}`, value);
  };
  const addAngle = (a: string, b: string, c: string, value: number): void => {
    angleOf.set(`${a}|${b}|${c}`, value);
    angleOf.set(`${c}|${b}|${a}`, value);
  };
  templates.forEach((template, index) => {
    const side = `${index + 1}:`;
    for (const { atom1, atom2, distance } of template.monomer.bonds) addLength(side + atom1, side + atom2, distance);
    for (const { atom1, atom2, atom3, angle } of template.monomer.angles) {
      addAngle(side + atom1, side + atom2, side + atom3, angle);
    }
  });
  for (const { atoms, distance } of link.bonds) addLength(name(atoms[0]), name(atoms[1]), distance);
  for (const { atoms, angle } of link.angles) addAngle(name(atoms[0]), name(atoms[1]), name(atoms[2]), angle);
  return link.chiralities.flatMap(({ atoms, sign }) => {
    const [c, i, j, k] = atoms.map(name) as [string, string, string, string];
    const lengths = [i, j, k].map((atom) => lengthOf.get(`${c}|${atom}`));
    const angles = [angleOf.get(`${i}|${c}|${j}`), angleOf.get(`${i}|${c}|${k}`), angleOf.get(`${j}|${c}|${k}`)];
    if (lengths.includes(undefined) || angles.includes(undefined)) return [];
    const volume = idealChiralVolume(lengths as number[], angles as number[]);
    return [{ atoms, idealVolume: sign === "negative" ? -volume : volume, both: sign === "both" }];
  });
}

/** Gives the terms of a link between two templates, made once; slots of the second one follow those of the first. */
export interface LinkPlans {
  get(link: Link, first: ResidueTemplate, second: ResidueTemplate): TermPlan;
}

export function createLinkPlans(): LinkPlans {
  const cache = new Map<Link, Map<ResidueTemplate, Map<ResidueTemplate, TermPlan>>>();
  return {
    get(link, first, second) {
      const ofLink = cache.get(link) ?? new Map<ResidueTemplate, Map<ResidueTemplate, TermPlan>>();
      cache.set(link, ofLink);
      const ofFirst = ofLink.get(first) ?? new Map<ResidueTemplate, TermPlan>();
      ofLink.set(first, ofFirst);
      const known = ofFirst.get(second);
      if (known) return known;
      const slotOf = ({ component, id }: LinkAtom): number | undefined => {
        if (component === 1) return first.slots.get(id);
        const slot = second.slots.get(id);
        return slot === undefined ? undefined : first.slots.size + slot;
      };
      const plan = planLink(link, linkChirality(link, [first, second]), slotOf);
      ofFirst.set(second, plan);
      return plan;
    },
  };
}
