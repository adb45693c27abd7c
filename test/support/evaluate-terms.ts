// Energies and gradients of restraint lists in one call, for tests.
import type { ComputeEngine } from "../../src/kernels/engine.ts";
import {
  type ArraySpace,
  freeTerms,
  groupByBlock,
  type TermTable,
  writeAddresses,
} from "../../src/kernels/term-table.ts";
import { type NonbondedPairs, repulsionConstant } from "../../src/restraints/nonbonded.ts";
import {
  addAllTerms,
  blockAtoms,
  makeTermTable,
  type TermEnergies,
  type TermInput,
} from "../../src/restraints/term-table.ts";

/** Energies, by kind, and gradient of these terms (3 per atom, per Angstrom) at coordinates that may lie anywhere. */
export function evaluateTerms(
  { memory, kernels }: Pick<ComputeEngine, "memory" | "kernels">,
  input: TermInput & { readonly pairs?: NonbondedPairs },
): { energies: TermEnergies; gradient: Float64Array } {
  const xyz = memory.copyOf(input.xyz);
  const { pairs } = input;
  const table = makeTermTable(memory, { ...input, xyz, ...(pairs ? { contact: pairs.contact } : {}) });
  if (pairs) setPairs(memory, table, pairs);
  const energies = addAllTerms(kernels, table, input.lists, repulsionConstant);
  const gradient = table.gradient.slice();
  freeTerms(memory, table);
  memory.free(xyz);
  return { energies, gradient };
}

/** Puts a few pairs into a table whose contact distances are those of the pairs, one each. */
function setPairs(space: ArraySpace, table: TermTable, { count, i, j }: NonbondedPairs): void {
  const { start, rows } = groupByBlock([i, j], count, table.blocks, blockAtoms);
  const atoms = space.int32(2 * rows.length);
  const code = space.uint16(rows.length);
  rows.forEach((row, to) => {
    atoms[2 * to] = i[row]!;
    atoms[2 * to + 1] = j[row]!;
    code[to] = row;
  });
  table.pairs.start.set(start);
  table.pairs = { ...table.pairs, atoms, code };
  writeAddresses(table);
}
