// Makes the bundled example: a real protein, its simulated map, and a distorted start to refine. Needs a built dist/.
// usage: node tools/make-example.mjs [1hel.pdb]; without a path it takes the entry from Debian's r-cran-bio3d with apt-get.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const example = join(root, "example");
const member = "usr/lib/R/site-library/bio3d/examples/1hel.pdb";

const seed = 1;
const resolution = 3;
/** Noise relative to the signal, both as standard deviations inside the molecule. */
const noise = 0.5;
const voxel = 1;
const margin = 5;
/** Distortion: waves of these lengths in Angstrom, scaled to this rmsd. */
const shortestWave = 20;
const longestWave = 50;
const waves = 12;
const distortionRmsd = 0.8;
/** B of all atoms of the start: it knows nothing of the true ones. */
const startB = 30;

function fetchEntry() {
  const folder = mkdtempSync(join(tmpdir(), "emend-example-"));
  execFileSync("apt-get", ["download", "r-cran-bio3d"], { cwd: folder, stdio: "inherit" });
  const archive = readdirSync(folder).find((name) => name.endsWith(".deb"));
  execFileSync("dpkg", ["-x", archive, "."], { cwd: folder });
  return join(folder, member);
}

/** Uniform numbers in [0, 1) (mulberry32). */
function createRandom(start) {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function randomDirection(random) {
  const z = 2 * random() - 1;
  const angle = 2 * Math.PI * random();
  const radius = Math.sqrt(1 - z * z);
  return [radius * Math.cos(angle), radius * Math.sin(angle), z];
}

/** Shift of every point: a sum of sine waves, scaled so that the root mean square over the points is `rmsd`. */
function smoothShifts(points, rmsd) {
  const random = createRandom(seed);
  const terms = Array.from({ length: waves }, () => ({
    shift: randomDirection(random),
    wave: randomDirection(random).map(
      (value) => (2 * Math.PI * value) / (shortestWave + (longestWave - shortestWave) * random()),
    ),
    phase: 2 * Math.PI * random(),
  }));
  const shifts = points.map((point) => {
    const sum = [0, 0, 0];
    for (const { shift, wave, phase } of terms) {
      const height = Math.sin(wave[0] * point[0] + wave[1] * point[1] + wave[2] * point[2] + phase);
      for (let axis = 0; axis < 3; axis++) sum[axis] += shift[axis] * height;
    }
    return sum;
  });
  const squares = shifts.reduce((sum, [x, y, z]) => sum + x * x + y * y + z * z, 0);
  const scale = rmsd / Math.sqrt(squares / points.length);
  return shifts.map((shift) => shift.map((value) => scale * value));
}

const coordinate = (value) => value.toFixed(3).padStart(8);

const lines = readFileSync(process.argv[2] ?? fetchEntry(), "utf8").split("\n");
const isKept = (line) =>
  /^(HEADER|TITLE|HELIX|SHEET|SSBOND|TER)/.test(line) || (line.startsWith("ATOM") && !/^.{76} H/.test(line));
const kept = lines.filter(isKept);
const atoms = kept.filter((line) => line.startsWith("ATOM"));
const points = atoms.map((line) => [30, 38, 46].map((at) => Number(line.slice(at, at + 8))));
const shifts = smoothShifts(points, distortionRmsd);

function writeModel(name, remarks, rewriteAtom) {
  let row = 0;
  const body = kept.map((line) => (line.startsWith("ATOM") ? rewriteAtom(line, row++) : line).trimEnd());
  const firstAfterTitle = body.findIndex((line) => !/^(HEADER|TITLE)/.test(line));
  body.splice(firstAfterTitle, 0, ...remarks.map((text) => `REMARK   3 ${text}`));
  writeFileSync(join(example, name), `${body.join("\n")}\nEND\n`);
}

mkdirSync(example, { recursive: true });
writeModel("true.pdb", ["PDB ENTRY 1HEL, PROTEIN ONLY: THE ANSWER OF THE EXAMPLE."], (line) => line);
writeModel("model.pdb", [`PDB ENTRY 1HEL BENT BY ${distortionRmsd} A RMSD: THE START OF THE EXAMPLE.`], (line, row) => {
  const moved = points[row].map((value, axis) => coordinate(value + shifts[row][axis])).join("");
  return `${line.slice(0, 30)}${moved}${line.slice(54, 60)}${startB.toFixed(2).padStart(6)}${line.slice(66)}`;
});
rmSync(join(example, "map.mrc.gz"), { force: true });
const settings = { resolution, noise, voxel, margin, seed, out: join(example, "map.mrc.gz") };
execFileSync(
  process.execPath,
  [
    join(root, "dist/cli.js"),
    "simulate",
    join(example, "true.pdb"),
    ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
  ],
  { stdio: "inherit" },
);
