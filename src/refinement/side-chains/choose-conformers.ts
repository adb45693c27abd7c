// One conformer for each side chain such that all together are best: eliminations first, then exact or annealed choices.
import type { Rng } from "../../base/rng.ts";
import { type ChoicePair, chooseStates } from "../../hydrogens/choose-states.ts";

/** Energies; the lower the better. */
export interface ConformerProblem {
  readonly single: readonly (readonly number[])[];
  /** As `ChoicePair`, but of energies. */
  readonly pairs: readonly ChoicePair[];
}

/** Groups of more side chains than this are annealed too, since their exact choice may be out of reach. */
const largeGroup = 12;
const annealSweeps = 60;
const firstTemperature = 4;
const lastTemperature = 0.1;

interface Edge {
  readonly other: number;
  readonly values: Float64Array;
  /** Steps in `values` for a state of this item and of the other. */
  readonly ownStep: number;
  readonly otherStep: number;
}

/**
 * State of each item. States that another one of the same item beats whatever the others do are left out first (Goldstein 1994,
 * Biophys. J. 66, 1335); what remains is solved exactly where its tables stay small, else by descent and annealing.
 */
export function chooseConformers(problem: ConformerProblem, rng: Rng): number[] {
  const edges = edgesOf(problem);
  const alive = eliminateStates(problem, edges);
  const states = alive.map((own) => own.flatMap((isAlive, state) => (isAlive ? [state] : [])));
  const single = problem.single.map((energies, item) =>
    states[item]!.map((state) => {
      // Neighbours with a single state left are part of what is fixed.
      let energy = energies[state]!;
      if (states[item]!.length > 1) {
        for (const edge of edges[item]!) {
          const theirs = states[edge.other]!;
          if (theirs.length === 1) energy += edge.values[state * edge.ownStep + theirs[0]! * edge.otherStep]!;
        }
      }
      return energy;
    }),
  );
  const pairs = problem.pairs
    .filter(({ first, second }) => states[first]!.length > 1 && states[second]!.length > 1)
    .map(({ first, second, values }): ChoicePair => {
      const width = problem.single[second]!.length;
      const reduced = states[first]!.flatMap((s) => states[second]!.map((t) => values[s * width + t]!));
      return { first, second, values: Float64Array.from(reduced) };
    });
  const reduced: ConformerProblem = { single, pairs };
  const chosen = chooseStates({
    single: single.map((energies) => energies.map((energy) => -energy)),
    pairs: pairs.map((pair) => ({ ...pair, values: pair.values.map((value) => -value) })),
  });
  annealLargeGroups(reduced, chosen, rng);
  return chosen.map((state, item) => states[item]![state]!);
}

function edgesOf({ single, pairs }: ConformerProblem): Edge[][] {
  const edges: Edge[][] = single.map(() => []);
  for (const { first, second, values } of pairs) {
    const width = single[second]!.length;
    edges[first]!.push({ other: second, values, ownStep: width, otherStep: 1 });
    edges[second]!.push({ other: first, values, ownStep: 1, otherStep: width });
  }
  return edges;
}

/** Which states no other one of the same item beats in all surroundings that are left. */
function eliminateStates({ single }: ConformerProblem, edges: readonly (readonly Edge[])[]): boolean[][] {
  const alive = single.map((energies) => energies.map(() => true));
  let changed = true;
  while (changed) {
    changed = false;
    for (let item = 0; item < single.length; item++) {
      const own = alive[item]!;
      for (let state = 0; state < own.length; state++) {
        if (!own[state]) continue;
        for (let rival = 0; rival < own.length; rival++) {
          if (rival === state || !own[rival] || !isBeaten(item, state, rival)) continue;
          own[state] = false;
          changed = true;
          break;
        }
      }
    }
  }
  return alive;

  function isBeaten(item: number, state: number, rival: number): boolean {
    let margin = single[item]![state]! - single[item]![rival]!;
    for (const { other, values, ownStep, otherStep } of edges[item]!) {
      let least = Infinity;
      for (let theirs = 0; theirs < single[other]!.length; theirs++) {
        if (!alive[other]![theirs]) continue;
        const at = theirs * otherStep;
        least = Math.min(least, values[state * ownStep + at]! - values[rival * ownStep + at]!);
      }
      margin += least;
    }
    return margin > 0;
  }
}

/** Improves choices in groups of many by annealing; the better one stays. */
function annealLargeGroups(problem: ConformerProblem, chosen: number[], rng: Rng): void {
  const edges = edgesOf(problem);
  for (const group of groupsOf(edges)) {
    const open = group.filter((item) => problem.single[item]!.length > 1);
    if (open.length <= largeGroup) continue;
    const trial = chosen.slice();
    const local = (item: number, state: number): number => {
      let energy = problem.single[item]![state]!;
      for (const { other, values, ownStep, otherStep } of edges[item]!) {
        energy += values[state * ownStep + trial[other]! * otherStep]!;
      }
      return energy;
    };
    // Only differences count: the energy of the start is zero.
    let [energy, best] = [0, -1e-9];
    for (let sweep = 0; sweep < annealSweeps; sweep++) {
      const temperature = firstTemperature * (lastTemperature / firstTemperature) ** (sweep / (annealSweeps - 1));
      for (const item of open) {
        const state = Math.floor(rng.uniform() * problem.single[item]!.length);
        const change = local(item, state) - local(item, trial[item]!);
        if (change > 0 && rng.uniform() >= Math.exp(-change / temperature)) continue;
        trial[item] = state;
        energy += change;
        if (energy >= best) continue;
        best = energy;
        for (const member of open) chosen[member] = trial[member]!;
      }
    }
  }
}

function groupsOf(edges: readonly (readonly Edge[])[]): number[][] {
  const seen = new Uint8Array(edges.length);
  const groups: number[][] = [];
  edges.forEach((_own, item) => {
    if (seen[item] === 1) return;
    seen[item] = 1;
    const group = [item];
    for (const member of group) {
      for (const { other } of edges[member]!) {
        if (seen[other] === 0) group.push(other);
        seen[other] = 1;
      }
    }
    groups.push(group);
  });
  return groups;
}
