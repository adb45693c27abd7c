// Gly-Ala-Ser, all B = 20, in the middle of a cube of 24 A: the peptide of the published numbers.
import { createRunContext } from "../../src/base/run-context.ts";
import { readPdb } from "../../src/io/pdb/read-pdb.ts";
import type { Model } from "../../src/model/model.ts";

export const gasPeptideText = `
ATOM      1  N   GLY A   1       7.561   9.186  11.965  1.00 20.00           N
ATOM      2  CA  GLY A   1       9.019   9.186  11.965  1.00 20.00           C
ATOM      3  C   GLY A   1       9.566  10.609  11.965  1.00 20.00           C
ATOM      4  O   GLY A   1       9.148  11.431  11.150  1.00 20.00           O
ATOM      5  N   ALA A   2      10.493  10.904  12.871  1.00 20.00           N
ATOM      6  CA  ALA A   2      11.082  12.235  12.959  1.00 20.00           C
ATOM      7  C   ALA A   2      12.591  12.179  12.743  1.00 20.00           C
ATOM      8  O   ALA A   2      13.276  11.376  13.376  1.00 20.00           O
ATOM      9  CB  ALA A   2      10.765  12.873  14.312  1.00 20.00           C
ATOM     10  N   SER A   3      13.109  13.024  11.857  1.00 20.00           N
ATOM     11  CA  SER A   3      14.539  13.055  11.573  1.00 20.00           C
ATOM     12  C   SER A   3      15.128  14.426  11.886  1.00 20.00           C
ATOM     13  O   SER A   3      14.593  15.444  11.446  1.00 20.00           O
ATOM     14  CB  SER A   3      14.804  12.686  10.112  1.00 20.00           C
ATOM     15  OG  SER A   3      14.325  11.385   9.820  1.00 20.00           O
`;

export function gasPeptide(): Model {
  return readPdb(gasPeptideText, "gas.pdb", createRunContext());
}
