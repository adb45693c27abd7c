// Extracts monomers, links, modifications and energy types of the CCP4 monomer library (AcedRG values) from npm moorhen
// into data/lgpl-3.0/*.json. usage: node tools/extract-monomers.mjs [folder .../ccp4_lib/data/monomers]
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const packageName = "moorhen@0.22.7";

function fetchLibrary() {
  const folder = mkdtempSync(join(tmpdir(), "emend-monomers-"));
  execFileSync("npm", ["pack", packageName], { cwd: folder, stdio: "inherit" });
  const archive = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  execFileSync("tar", ["xzf", archive, "package/public/baby-gru/data.tar.gz"], { cwd: folder });
  execFileSync("tar", ["xzf", "package/public/baby-gru/data.tar.gz"], { cwd: folder });
  return join(folder, "data/ccp4_lib/data/monomers");
}

/** Loops of a CIF file as { block, category, columns, rows }; enough for the library's own files. */
function parseLoops(text) {
  const tokens = [];
  const pattern = /(?:^;([\s\S]*?)^;)|#[^\n]*|'((?:[^']|'(?=\S))*)'|"((?:[^"]|"(?=\S))*)"|(\S+)/gm;
  for (const match of text.matchAll(pattern)) {
    if (match[0].startsWith("#")) continue;
    const quoted = match[1] ?? match[2] ?? match[3];
    tokens.push(quoted === undefined ? { word: match[4] } : { word: quoted.trim(), quoted: true });
  }
  const loops = [];
  let block = "";
  let at = 0;
  const isTag = (token) => token && !token.quoted && token.word.startsWith("_");
  const isKeyword = (token) => !token.quoted && /^(data_|loop_)/i.test(token.word);
  while (at < tokens.length) {
    const token = tokens[at];
    if (!token.quoted && token.word.startsWith("data_")) {
      block = token.word.slice(5);
      at++;
    } else if (!token.quoted && token.word === "loop_") {
      const columns = [];
      for (at++; isTag(tokens[at]); at++) columns.push(tokens[at].word);
      const values = [];
      for (; at < tokens.length && !isTag(tokens[at]) && !isKeyword(tokens[at]); at++) values.push(tokens[at].word);
      if (columns.length === 0 || values.length % columns.length !== 0)
        throw new Error(`Ragged loop ${columns[0]} in ${block}`);
      const rows = [];
      for (let start = 0; start < values.length; start += columns.length) {
        rows.push(Object.fromEntries(columns.map((column, index) => [column.split(".")[1], values[start + index]])));
      }
      loops.push({ block, category: columns[0].split(".")[0], rows });
    } else at++;
  }
  return loops;
}

const missing = (value) => value === undefined || value === "." || value === "?";
const text = (value) => (missing(value) ? "" : value);
const number = (value) => (missing(value) ? null : Number(value));
const sign = (value) => (value.startsWith("pos") ? 1 : value.startsWith("neg") ? -1 : 0);

function rowsOf(loops, block, category) {
  return loops.filter((loop) => loop.block === block && loop.category === category).flatMap((loop) => loop.rows);
}

function groupPlanes(rows, atomOf, esdOf) {
  const planes = new Map();
  for (const row of rows) {
    if (!planes.has(row.plane_id)) planes.set(row.plane_id, []);
    planes.get(row.plane_id).push([...atomOf(row), esdOf(row)]);
  }
  return [...planes];
}

function compactMonomer(path) {
  const loops = parseLoops(readFileSync(path, "utf8"));
  const head = loops.find((loop) => loop.category === "_chem_comp").rows[0];
  const block = `comp_${head.id}`;
  const rows = (category) => rowsOf(loops, block, category);
  return {
    id: head.id,
    name: head.name.trim(),
    group: head.group,
    atoms: rows("_chem_comp_atom").map((r) => [r.atom_id, r.type_symbol, r.type_energy, Number(r.charge)]),
    bonds: rows("_chem_comp_bond").map((r) => [
      r.atom_id_1,
      r.atom_id_2,
      (r.type ?? r.value_order ?? "single").toLowerCase(),
      number(r.value_dist),
      number(r.value_dist_esd),
      number(r.value_dist_nucleus),
      number(r.value_dist_nucleus_esd),
    ]),
    angles: rows("_chem_comp_angle").map((r) => [
      r.atom_id_1,
      r.atom_id_2,
      r.atom_id_3,
      number(r.value_angle),
      number(r.value_angle_esd),
    ]),
    torsions: rows("_chem_comp_tor").map((r) => [
      r.id,
      r.atom_id_1,
      r.atom_id_2,
      r.atom_id_3,
      r.atom_id_4,
      number(r.value_angle),
      number(r.value_angle_esd),
      Number(r.period),
    ]),
    chiralities: rows("_chem_comp_chir").map((r) => [
      r.id,
      r.atom_id_centre,
      r.atom_id_1,
      r.atom_id_2,
      r.atom_id_3,
      sign(r.volume_sign),
    ]),
    planes: groupPlanes(
      rows("_chem_comp_plane_atom"),
      (r) => [r.atom_id],
      (r) => number(r.dist_esd),
    ),
  };
}

function compactLinks(loops) {
  return rowsOf(loops, "link_list", "_chem_link").map((head) => {
    const rows = (category) => rowsOf(loops, `link_${head.id}`, category);
    const atom = (row, index) => [Number(row[`atom_${index}_comp_id`]), row[`atom_id_${index}`]];
    return {
      id: head.id,
      sides: [1, 2].map((side) => [
        text(head[`comp_id_${side}`]),
        text(head[`mod_id_${side}`]),
        text(head[`group_comp_${side}`]),
      ]),
      bonds: rows("_chem_link_bond").map((r) => [
        ...atom(r, 1),
        ...atom(r, 2),
        number(r.value_dist),
        number(r.value_dist_esd),
      ]),
      angles: rows("_chem_link_angle").map((r) => [
        ...atom(r, 1),
        ...atom(r, 2),
        ...atom(r, 3),
        number(r.value_angle),
        number(r.value_angle_esd),
      ]),
      torsions: rows("_chem_link_tor").map((r) => [
        r.id,
        ...atom(r, 1),
        ...atom(r, 2),
        ...atom(r, 3),
        ...atom(r, 4),
        number(r.value_angle),
        number(r.value_angle_esd),
        Number(r.period),
      ]),
      chiralities: rows("_chem_link_chir").map((r) => [
        text(r.id),
        Number(r.atom_centre_comp_id),
        r.atom_id_centre,
        ...atom(r, 1),
        ...atom(r, 2),
        ...atom(r, 3),
        sign(r.volume_sign),
      ]),
      planes: groupPlanes(
        rows("_chem_link_plane"),
        (r) => [Number(r.atom_comp_id), r.atom_id],
        (r) => number(r.dist_esd),
      ),
    };
  });
}

function compactModifications(loops) {
  return rowsOf(loops, "mod_list", "_chem_mod").map((head) => {
    const rows = (category) => rowsOf(loops, `mod_${head.id}`, category);
    return {
      id: head.id,
      compId: text(head.comp_id),
      group: text(head.group_id),
      atoms: rows("_chem_mod_atom").map((r) => [
        r.function,
        text(r.atom_id),
        text(r.new_atom_id),
        text(r.new_type_symbol),
        text(r.new_type_energy),
        number(r.new_charge),
      ]),
      bonds: rows("_chem_mod_bond").map((r) => [
        r.function,
        r.atom_id_1,
        r.atom_id_2,
        text(r.new_type),
        number(r.new_value_dist),
        number(r.new_value_dist_esd),
        number(r.new_value_dist_nucleus),
        number(r.new_value_dist_nucleus_esd),
      ]),
      angles: rows("_chem_mod_angle").map((r) => [
        r.function,
        r.atom_id_1,
        r.atom_id_2,
        r.atom_id_3,
        number(r.new_value_angle),
        number(r.new_value_angle_esd),
      ]),
      torsions: rows("_chem_mod_tor").map((r) => [
        r.function,
        text(r.id),
        r.atom_id_1,
        r.atom_id_2,
        r.atom_id_3,
        r.atom_id_4,
        number(r.new_value_angle),
        number(r.new_value_angle_esd),
        number(r.new_period),
      ]),
      chiralities: rows("_chem_mod_chir").map((r) => [
        r.function,
        text(r.id),
        r.atom_id_centre,
        r.atom_id_1,
        r.atom_id_2,
        r.atom_id_3,
        missing(r.new_volume_sign) ? null : sign(r.new_volume_sign),
      ]),
      planes: rows("_chem_mod_plane_atom").map((r) => [r.function, r.plane_id, r.atom_id, number(r.new_dist_esd)]),
    };
  });
}

function energyTypes(path) {
  const loops = parseLoops(readFileSync(path, "utf8"));
  return rowsOf(loops, "energy", "_lib_atom").map((r) => [
    r.type,
    r.element,
    missing(r.hb_type) ? "N" : r.hb_type,
    number(r.vdw_radius),
    number(r.vdwh_radius),
    number(r.ion_radius),
  ]);
}

function write(name, key, list) {
  const provenance = `CCP4 Monomer Library 5.60 (AcedRG values), LGPL-3.0, from npm ${packageName}, extracted by tools/extract-monomers.mjs`;
  const body = list.map((entry) => JSON.stringify(entry)).join(",\n");
  writeFileSync(
    join(root, "data/lgpl-3.0", `${name}.json`),
    `{"provenance":${JSON.stringify(provenance)},"${key}":[\n${body}\n]}\n`,
  );
  console.log(name, list.length);
}

const library = process.argv[2] ?? fetchLibrary();
const monomers = readdirSync(library)
  .filter((name) => name.length === 1)
  .flatMap((letter) => readdirSync(join(library, letter)).map((name) => join(library, letter, name)))
  .filter((path) => path.endsWith(".cif") && !path.includes("/._"))
  .toSorted()
  .map(compactMonomer);
const lists = parseLoops(readFileSync(join(library, "list/mon_lib_list.cif"), "utf8"));
write("monomers", "monomers", monomers);
write("links", "links", compactLinks(lists));
write("modifications", "modifications", compactModifications(lists));
write("energy-types", "energyTypes", energyTypes(join(library, "ener_lib.cif")));
