// The best joint choice of states where single and pairwise scores are known: exact by elimination, by descent where tables grow too large.

/** Scores of items in their states and of pairs in both of theirs; the higher the better. */
export interface ChoiceProblem {
  /** Score of each state of each item. */
  readonly single: readonly (readonly number[])[];
  readonly pairs: readonly ChoicePair[];
}

export interface ChoicePair {
  readonly first: number;
  readonly second: number;
  /** Score of state s of the first and t of the second: values[s * states of the second + t]. */
  readonly values: Float64Array;
}

/** Entries of the largest table. */
const defaultLimit = 1_000_000;

/** A score that depends on the states of some items, the last of them running fastest. */
interface Factor {
  readonly items: readonly number[];
  readonly values: Float64Array;
}

/** State of each item; ties go to the lower number. A table of more than `limit` entries is not made: descent takes over. */
export function chooseStates(problem: ChoiceProblem, limit: number = defaultLimit): number[] {
  const { single, pairs } = problem;
  const partners: Set<number>[] = single.map(() => new Set());
  for (const { first, second } of pairs) {
    partners[first]!.add(second);
    partners[second]!.add(first);
  }
  const chosen = new Array<number>(single.length).fill(0);
  for (const group of groupsOf(partners)) {
    const inside = new Set(group);
    const factors: Factor[] = [
      ...group.map((item) => ({ items: [item], values: Float64Array.from(single[item]!) })),
      ...pairs
        .filter(({ first }) => inside.has(first))
        .map(({ first, second, values }) => ({ items: [first, second], values })),
    ];
    const sizes = single.map((scores) => scores.length);
    if (!eliminate(group, factors, sizes, limit, chosen)) descend(group, factors, sizes, chosen);
  }
  return chosen;
}

/** Items that are joined through pairs, in order. */
function groupsOf(partners: readonly ReadonlySet<number>[]): number[][] {
  const seen = new Set<number>();
  const groups: number[][] = [];
  partners.forEach((_own, item) => {
    if (seen.has(item)) return;
    seen.add(item);
    const group = [item];
    for (const member of group) {
      for (const other of partners[member]!) {
        if (!seen.has(other)) group.push(other);
        seen.add(other);
      }
    }
    groups.push(group.toSorted((a, b) => a - b));
  });
  return groups;
}

/** What the best state of an item is for each choice of those that were left when it was taken out. */
interface Step {
  readonly item: number;
  readonly others: readonly number[];
  readonly best: Uint16Array;
}

/** Takes items out one by one, those with the fewest others left first; false where a table would be too large. */
function eliminate(
  group: readonly number[],
  start: readonly Factor[],
  sizes: readonly number[],
  limit: number,
  chosen: number[],
): boolean {
  let factors = start.slice();
  const left = new Set(group);
  const steps: Step[] = [];
  while (left.size > 0) {
    const { item, others } = cheapest(left, factors);
    const count = others.reduce((product, other) => product * sizes[other]!, 1);
    if (count * sizes[item]! > limit) return false;
    const own = factors.filter(({ items }) => items.includes(item));
    const values = new Float64Array(count);
    const best = new Uint16Array(count);
    forEachChoice(others, sizes, chosen, (at) => {
      let most = -Infinity;
      for (let state = 0; state < sizes[item]!; state++) {
        chosen[item] = state;
        const score = sumOf(own, sizes, chosen);
        if (score <= most) continue;
        most = score;
        best[at] = state;
      }
      values[at] = most;
    });
    steps.push({ item, others, best });
    factors = [...factors.filter((factor) => !own.includes(factor)), { items: others, values }];
    left.delete(item);
  }
  for (const { item, others, best } of steps.toReversed()) chosen[item] = best[entryOf(others, sizes, chosen)]!;
  return true;
}

function cheapest(left: ReadonlySet<number>, factors: readonly Factor[]): { item: number; others: number[] } {
  const around = new Map<number, Set<number>>([...left].map((item) => [item, new Set()]));
  for (const { items } of factors) {
    for (const item of items) for (const other of items) if (other !== item) around.get(item)!.add(other);
  }
  let item = -1;
  for (const candidate of left) {
    if (item < 0 || around.get(candidate)!.size < around.get(item)!.size) item = candidate;
  }
  return { item, others: [...around.get(item)!].toSorted((a, b) => a - b) };
}

/** Goes through all states of some items, which are written into `chosen`. */
function forEachChoice(
  items: readonly number[],
  sizes: readonly number[],
  chosen: number[],
  visit: (at: number) => void,
): void {
  const count = items.reduce((product, item) => product * sizes[item]!, 1);
  for (let at = 0; at < count; at++) {
    let rest = at;
    for (let index = items.length - 1; index >= 0; index--) {
      const item = items[index]!;
      chosen[item] = rest % sizes[item]!;
      rest = Math.floor(rest / sizes[item]!);
    }
    visit(at);
  }
}

function entryOf(items: readonly number[], sizes: readonly number[], chosen: readonly number[]): number {
  let at = 0;
  for (const item of items) at = at * sizes[item]! + chosen[item]!;
  return at;
}

function sumOf(factors: readonly Factor[], sizes: readonly number[], chosen: readonly number[]): number {
  let sum = 0;
  for (const { items, values } of factors) sum += values[entryOf(items, sizes, chosen)]!;
  return sum;
}

/** From the best single states, one item after the other to its best until nothing changes. */
function descend(
  group: readonly number[],
  factors: readonly Factor[],
  sizes: readonly number[],
  chosen: number[],
): void {
  const own = group.map((item) => factors.filter(({ items }) => items.includes(item)));
  const improve = (index: number, seen: readonly Factor[]): boolean => {
    const item = group[index]!;
    const before = chosen[item]!;
    let best = before;
    let most = sumOf(seen, sizes, chosen);
    for (let state = 0; state < sizes[item]!; state++) {
      chosen[item] = state;
      const score = sumOf(seen, sizes, chosen);
      if (score <= most) continue;
      most = score;
      best = state;
    }
    chosen[item] = best;
    return best !== before;
  };
  for (let index = 0; index < group.length; index++) {
    improve(
      index,
      own[index]!.filter(({ items }) => items.length === 1),
    );
  }
  let changed = true;
  while (changed) {
    changed = false;
    for (let index = 0; index < group.length; index++) if (improve(index, own[index]!)) changed = true;
  }
}
