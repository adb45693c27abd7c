// Does a model's file say that it is a prediction whose B column holds confidence.
import type { Model } from "../model/model.ts";
import type { MmcifSource } from "./mmcif/read-mmcif.ts";
import { type PdbDocument, visitPdbLines } from "./pdb/read-pdb.ts";

/** ModelCIF's table of quality measures naming pLDDT, or a PDB title of AlphaFold or ESMFold. */
export function statesPlddt({ source }: Model): boolean {
  if (source.format === "mmcif") {
    const { document, block } = source.content as MmcifSource;
    return document.blocks[block]!.categories.some(
      ({ name, values }) => name.toLowerCase() === "_ma_qa_metric" && values.some((value) => /plddt/i.test(value)),
    );
  }
  if (source.format !== "pdb") return false;
  let isStated = false;
  visitPdbLines(source.content as PdbDocument, (line, row) => {
    if (row < 0 && /^(TITLE|HEADER).*(ALPHAFOLD|ESMFOLD|COLABFOLD)/i.test(line)) isStated = true;
  });
  return isStated;
}
