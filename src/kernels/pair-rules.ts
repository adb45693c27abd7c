// Which atoms repel each other, and the list of those that do.
import type { KernelMemory } from "./memory.ts";

/** What decides whether two atoms interact and how near they may come; one entry per atom where not said otherwise. */
export interface PairRules {
  /** Row of `contact`. */
  readonly kind: Uint16Array;
  readonly kinds: number;
  /** Contact distances, Angstrom: kinds x kinds, then as many of atoms three bonds apart, which may come nearer. */
  readonly contact: Float64Array;
  /** Largest contact distance of each kind, Angstrom. */
  readonly reach: Float64Array;
  /** Different conformers do not interact; 0 interacts with all. */
  readonly conformer: Uint8Array;
  /** Different models do not interact. */
  readonly model: Uint16Array;
  /** Partners of higher row that do not interact: exclude[excludeOffset[atom]] .. */
  readonly excludeOffset: Int32Array;
  readonly exclude: Int32Array;
  /** Partners of higher row that are three bonds apart. */
  readonly oneFourOffset: Int32Array;
  readonly oneFour: Int32Array;
}

export interface PairLimits {
  /** Pairs further apart are left out, Angstrom. */
  readonly cutoff: number;
  /** Pairs further apart than their contact distance plus this are left out, Angstrom. */
  readonly buffer: number;
  /** Pairs in which neither atom is marked are left out; absent: all atoms move. */
  readonly moving?: Uint8Array;
}

/** Pairs by row, i < j, with the contact distance below which they repel, Angstrom. */
export interface PairList {
  readonly count: number;
  readonly i: Int32Array;
  readonly j: Int32Array;
  readonly contact: Float64Array;
}

/** The same rules with everything in the kernels' memory, so that no call needs to copy them. */
export function placePairRules(memory: KernelMemory, rules: PairRules): PairRules {
  return {
    kind: memory.copyOf(rules.kind),
    kinds: rules.kinds,
    contact: memory.copyOf(rules.contact),
    reach: memory.copyOf(rules.reach),
    conformer: memory.copyOf(rules.conformer),
    model: memory.copyOf(rules.model),
    excludeOffset: memory.copyOf(rules.excludeOffset),
    exclude: memory.copyOf(rules.exclude),
    oneFourOffset: memory.copyOf(rules.oneFourOffset),
    oneFour: memory.copyOf(rules.oneFour),
  };
}
