// Which residue names are protein, nucleotide, water, ion or carbohydrate, for selections and summaries.

const aminoAcids =
  "ALA ARG ASN ASP ASX CYS GLN GLU GLX GLY HIS ILE LEU LYS MET MSE PHE PRO PYL SEC SER THR TRP TYR UNK VAL SEP TPO PTR CSO CME KCX MLY M3L HYP PCA CSD OCS LLP ACE NME NH2 FME DAL DAR DSG DAS DCY DGN DGL DHI DIL DLE DLY MED DPN DPR DSN DTH DTR DTY DVA HIE HID HIP CYX ASH GLH LYN";
const nucleotides =
  "A C G U I N DA DC DG DT DU DI DN PSU 5MU 5MC 7MG 2MG M2G 1MA 1MG H2U OMC OMG YG 4SU 5BU 6MZ A2M G7M OMU MA6 4OC 2MA 3TD ADE CYT GUA THY URA";
const waters = "HOH WAT H2O DOD OH2 TIP TIP3 SOL";
const carbohydrates =
  "NAG NDG BMA MAN FUC FUL GAL GLA GLC BGC SIA XYS XYP RIB FRU SUC LAT MAL A2G NGA GCU IDS IDR SGN BGL RAM ARA XYL MUR KDO GUP SLB";

const setOf = (list: string): ReadonlySet<string> => new Set(list.split(" "));
const aminoAcidSet = setOf(aminoAcids);
const nucleotideSet = setOf(nucleotides);
const waterSet = setOf(waters);
const carbohydrateSet = setOf(carbohydrates);

export type ResidueClass = "protein" | "nucleotide" | "water" | "carbohydrate" | "other";

export function isWaterName(name: string): boolean {
  return waterSet.has(name);
}

/** Class by residue name alone. */
export function residueClass(name: string): ResidueClass {
  if (aminoAcidSet.has(name)) return "protein";
  if (nucleotideSet.has(name)) return "nucleotide";
  if (waterSet.has(name)) return "water";
  if (carbohydrateSet.has(name)) return "carbohydrate";
  return "other";
}
