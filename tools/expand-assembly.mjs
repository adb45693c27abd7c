// Expands the asymmetric unit of an mmCIF file into a biological assembly: node tools/expand-assembly.mjs IN.cif OUT.cif [assembly]
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const [input, output, assembly = "1"] = process.argv.slice(2);
if (output === undefined) throw new Error("Usage: node tools/expand-assembly.mjs IN.cif[.gz] OUT.cif [assembly]");
const packed = readFileSync(input);
const lines = (packed[0] === 0x1f ? gunzipSync(packed) : packed).toString("latin1").split(/\r?\n/);

/** Values of a line, quotes kept. */
function valuesOf(line) {
  return line.match(/'(?:[^']|'(?=\S))*'|"(?:[^"]|"(?=\S))*"|\S+/g) ?? [];
}

/** Items and rows of a loop whose rows are lines of their own; of a single row given as pairs likewise. */
function readCategory(name) {
  const first = lines.findIndex((line) => line.startsWith(`${name}.`));
  if (first < 0) throw new Error(`${input} has no ${name}`);
  const items = [];
  const pairs = [];
  const begin = lines.findIndex((line, index) => index > first && !line.startsWith(`${name}.`));
  for (const line of lines.slice(first, begin)) {
    const [tag, value] = valuesOf(line);
    items.push(tag.slice(name.length + 1));
    if (value !== undefined) pairs.push(value);
  }
  if (pairs.length > 0) return { items, rows: [pairs] };
  const rows = [];
  for (let at = begin; at < lines.length && !/^(#|loop_|_|data_)/.test(lines[at]); at++) {
    const row = valuesOf(lines[at]);
    if (row.length === items.length) rows.push(row);
    else if (row.length > 0) throw new Error(`Line ${at + 1} of ${input} is not one row of ${name}`);
  }
  return { items, rows };
}

/** Operator names of "1,2,6" or "(1-60)"; products of operators are not read. */
function namesOf(expression) {
  const plain = expression.replace(/^['"(]+|['")]+$/g, "");
  if (/[()]/.test(plain)) throw new Error(`Products of operators are not read: ${expression}`);
  return plain.split(",").flatMap((part) => {
    const range = /^(\d+)-(\d+)$/.exec(part);
    if (!range) return [part];
    return Array.from({ length: range[2] - range[1] + 1 }, (_value, step) => String(Number(range[1]) + step));
  });
}

function operatorsByName() {
  const { items, rows } = readCategory("_pdbx_struct_oper_list");
  const cell = (row, item) => Number(row[items.indexOf(item)]);
  return new Map(
    rows.map((row) => [
      row[items.indexOf("id")],
      [1, 2, 3].map((r) => [...[1, 2, 3].map((c) => cell(row, `matrix[${r}][${c}]`)), cell(row, `vector[${r}]`)]),
    ]),
  );
}

const operators = operatorsByName();
const generators = readCategory("_pdbx_struct_assembly_gen");
const generatorItem = (row, item) => row[generators.items.indexOf(item)];
const site = readCategory("_atom_site");
const column = (item) => site.items.indexOf(item);
const xyz = ["Cartn_x", "Cartn_y", "Cartn_z"].map(column);
const asym = column("label_asym_id");
const chain = column("auth_asym_id");
const id = column("id");

const file = openSync(output, "w");
writeSync(file, `data_assembly_${assembly}\nloop_\n${site.items.map((item) => `_atom_site.${item}`).join("\n")}\n`);
let serial = 0;
for (const generator of generators.rows.filter((row) => generatorItem(row, "assembly_id") === assembly)) {
  const instances = new Set(generatorItem(generator, "asym_id_list").split(","));
  const rows = site.rows.filter((row) => instances.has(row[asym]));
  for (const name of namesOf(generatorItem(generator, "oper_expression"))) {
    const operator = operators.get(name);
    const copies = rows.map((row) => {
      const copy = [...row];
      const place = xyz.map((at) => Number(row[at]));
      operator.forEach(([a, b, c, shift], axis) => {
        copy[xyz[axis]] = (a * place[0] + b * place[1] + c * place[2] + shift).toFixed(3);
      });
      // The first operator's copy keeps its names.
      if (name !== "1") for (const at of [asym, chain]) if (at >= 0) copy[at] = `${row[at]}-${name}`;
      copy[id] = String(++serial);
      return copy.join(" ");
    });
    writeSync(file, `${copies.join("\n")}\n`);
  }
}
closeSync(file);
console.log(`${output}: ${serial} atoms`);
