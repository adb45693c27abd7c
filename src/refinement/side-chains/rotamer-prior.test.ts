// Densities and peaks behind the tables of percentiles.
import { describe, expect, test } from "vitest";
import { loadRotamerTables } from "../../chemistry/rotamer-tables.ts";
import { isRotamerOutlier, periodicDelta, rotamerEnergy, rotamerPrior } from "./rotamer-prior.ts";

const tables = await loadRotamerTables();

describe("what tables say of side chains before a map is looked at", () => {
  test("valine has the three peaks of its rotamers t, m and p, in the order of how common they are", () => {
    const peaks = rotamerPrior(tables.get("VAL")!).peaks.map(({ chis }) => chis[0]!);
    const named = [175, 296, 63];
    named.forEach((chi, at) => expect(Math.abs(periodicDelta(peaks[at]!, chi, 360))).toBeLessThan(8));
  });

  test("shares of valine's rotamers follow from percentiles alone", () => {
    // Lovell et al. 2000, Proteins 40, 389: t 73 %, m 20 %, p 6 % of valines.
    const prior = rotamerPrior(tables.get("VAL")!);
    const share = [0, 0, 0];
    for (let chi = 0.5; chi < 360; chi++) share[Math.floor(chi / 120)]! += Math.exp(-rotamerEnergy(prior, [chi]));
    const total = share.reduce((sum, own) => sum + own, 0);
    const [p, t, m] = share.map((own) => own / total) as [number, number, number];
    expect(t).toBeCloseTo(0.73, 1);
    expect(m).toBeCloseTo(0.2, 1);
    expect(p).toBeCloseTo(0.06, 1);
  });

  test("no peak is an outlier, and the energy is least at the highest", () => {
    for (const table of tables.values()) {
      const prior = rotamerPrior(table);
      expect(prior.peaks.length).toBeGreaterThan(1);
      const energies = prior.peaks.map(({ chis }) => rotamerEnergy(prior, chis));
      expect(prior.peaks.some(({ chis }) => isRotamerOutlier(prior, chis))).toBe(false);
      expect(Math.min(...energies)).toBeGreaterThanOrEqual(0);
      expect(energies[0]).toBeCloseTo(Math.min(...energies), 9);
    }
  });
});
