// Reads files of items: lines of JSON, or tables with commas or tabs. Everything has a bound.

export const FILE_BYTES_MAX = 64 << 20;

/** The rows of a table; quoted fields may hold the separator, quotes twice, and ends of lines. */
function* rowsOf(text, separator) {
  let row = [];
  let field = "";
  let quoted = false;
  let line = 1;
  let from = 1;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === "\n") line++;
    if (quoted) {
      if (c !== '"') field += c;
      else if (text[i + 1] === '"') field += text[++i];
      else quoted = false;
    } else if (c === '"' && field === "" && separator === ",") {
      quoted = true;
    } else if (c === separator) {
      row.push(field);
      field = "";
    } else if (c === "\n") {
      row.push(field.replace(/\r$/, ""));
      if (row.length > 1 || row[0] !== "") yield { line: from, fields: row };
      row = [];
      field = "";
      from = line;
    } else {
      field += c;
    }
  }
  row.push(field);
  if (row.length > 1 || row[0] !== "") yield { line: from, fields: row };
}

/** What a file holds: {json: true, lines} or {json: false, columns, rows}. */
export async function read(file) {
  if (file.size > FILE_BYTES_MAX) throw new Error(`${file.name} has ${file.size} bytes, expected at most ${FILE_BYTES_MAX}; send larger ones over POST /v1/items:stream`);
  const text = (await file.text()).replace(/^\uFEFF/, "");
  if (/^\s*\{/.test(text)) {
    return { json: true, lines: text.split("\n").map((one, i) => ({ line: i + 1, text: one.trim() })).filter((one) => one.text) };
  }
  const head = text.slice(0, text.indexOf("\n") < 0 ? undefined : text.indexOf("\n"));
  const separator = head.includes("\t") ? "\t" : head.includes(";") && !head.includes(",") ? ";" : ",";
  const rows = [...rowsOf(text, separator)];
  if (rows.length < 2) throw new Error(`${file.name}: a table needs a line of names and a line of values`);
  // RecBole's atomic files name a type behind a colon.
  return { json: false, columns: rows[0].fields.map((one) => one.split(":")[0].trim()), rows: rows.slice(1) };
}

/** A slot's value from a field's text; null for nothing. */
export function valueOf(kind, text) {
  const list = (by) => text.split(by).map((one) => one.trim()).filter(Boolean);
  if (!text.trim()) return null;
  switch (kind) {
    case "category_path": return { path: { token: list(/[/>|]/) } };
    case "tokens": return { tokens: { token: list(/[,|]/) } };
    case "number": case "age": {
      const number = Number(text.trim());
      if (!Number.isFinite(number)) throw new Error(`"${text.slice(0, 60)}", expected a number`);
      return { number };
    }
    case "vector": {
      const number = list(/[,\s]+/).map(Number);
      if (!number.every(Number.isFinite)) throw new Error(`"${text.slice(0, 60)}", expected numbers`);
      return { vector: { number } };
    }
    default: return { token: text.trim() };
  }
}
