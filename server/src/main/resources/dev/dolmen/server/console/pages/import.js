// Import: a file of items, how its columns become slots, how far it is, and what was refused.
import { h, put, field, button, problem } from "../dom.js";
import * as api from "../api.js";
import { rejected } from "../rejected.js";
import { read, valueOf } from "../table.js";
import { count, words } from "../format.js";

export const id = "import";
export const title = "Import";
export const role = "catalog";

const CHUNK = 500;
const SHOWN_MAX = 100;

export function show(place, { schema, may }) {
  const next = h("div", { class: "stack" });
  const input = h("input", { type: "file", accept: ".csv,.tsv,.item,.jsonl,.ndjson,.json,.txt" });
  // So that a file that was mended can be chosen again.
  input.addEventListener("click", () => {
    input.value = "";
  });
  input.addEventListener("change", async () => {
    put(next);
    if (!input.files.length) return;
    try {
      const table = await read(input.files[0]);
      put(next, table.json ? lines(table, next) : mapping(table, schema, next));
    } catch (e) {
      put(next, problem(e));
    }
  });
  put(place, h("div", { class: "title" }, h("h1", {}, "Import"), h("p", { class: "muted" }, "A file of items: a table with commas or tabs and a line of names, or lines of JSON, each an item as the API has it. Up to 64 MiB.")),
    h("div", { class: "stack" }, h("section", { class: "panel" }, field("File", input)), next, may("admin") ? rejected() : null));
}

const slotsOf = (schema) => schema.slots.filter((slot) => slot.kind !== "id" && slot.kind !== "context");

function lines(table, next) {
  const parsed = table.lines.map(({ line, text }) => ({ line, make: () => JSON.parse(text) }));
  return h("section", { class: "panel" }, h("h2", {}, `${count(parsed.length)} lines of JSON`), h("div", {}, button("Import them", (event) => begin(event, parsed, next), "main")));
}

/** Which column is which slot: by name at first. */
function mapping(table, schema, next) {
  const option = (value, text, chosen) => h("option", { value, selected: chosen }, text);
  const guess = (name) => table.columns.findIndex((one) => one.toLowerCase() === name.toLowerCase());
  const idAt = Math.max(0, table.columns.findIndex((one) => /^(item_?id|id|sku)$/i.test(one)));
  const choose = (at, none) => h("select", {}, none ? option("", "nothing", at < 0) : null, table.columns.map((name, i) => option(i, name, i === at)));
  const ids = choose(idAt, false);
  const slots = slotsOf(schema).map((slot) => ({ slot, select: choose(guess(slot.name), true) }));
  const rows = () => table.rows.map(({ line, fields }) => ({ line, make: () => {
    const item = { item_id: (fields[Number(ids.value)] ?? "").trim(), slots: {} };
    for (const { slot, select } of slots) {
      if (select.value === "") continue;
      try {
        const value = valueOf(slot.kind, fields[Number(select.value)] ?? "");
        if (value !== null) item.slots[slot.name] = value;
      } catch (e) {
        throw new Error(`${slot.name}: ${e.message}`);
      }
    }
    return item;
  } }));
  return [h("section", { class: "panel" }, h("h2", {}, `${count(table.rows.length)} items`), preview(table), h("h2", {}, "Which column is what"),
    h("div", { class: "panels" }, field("Item id", ids), slots.map(({ slot, select }) => field(words(slot.name) + (slot.required ? " (required)" : ""), select, slot.kind.replace("_", " ")))),
    h("div", {}, button("Import them", (event) => begin(event, rows(), next), "main")))];
}

function preview(table) {
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "The first lines" }, h("table", {}, h("thead", {}, h("tr", {}, table.columns.map((one) => h("th", { scope: "col" }, one)))),
    h("tbody", {}, table.rows.slice(0, 4).map(({ fields }) => h("tr", {}, table.columns.map((_, i) => h("td", {}, (fields[i] ?? "").slice(0, 60))))))));
}

/** Sends items in order, some hundred in a call. What a call refuses is listed with the line it stands in. */
async function begin(event, makers, next) {
  event.target.disabled = true;
  const bar = h("progress", { max: makers.length, value: 0, "aria-label": "Items sent" });
  const told = h("p", { role: "status" });
  const list = h("ul");
  const panel = h("section", { class: "panel" }, h("h2", {}, "Progress"), bar, told, list);
  next.append(panel);
  let taken = 0;
  let refused = 0;
  const refuse = (line, message) => {
    refused++;
    if (refused <= SHOWN_MAX) list.append(h("li", {}, `Line ${line}: ${message}`));
  };
  try {
    for (let at = 0; at < makers.length; at += CHUNK) {
      const chunk = [];
      for (const { line, make } of makers.slice(at, at + CHUNK)) {
        try {
          chunk.push({ line, item: make() });
        } catch (e) {
          refuse(line, e.message);
        }
      }
      if (chunk.length) {
        const answer = await api.upsert(chunk.map((one) => one.item));
        taken += Number(answer.upserted);
        answer.errors.forEach((one) => refuse(chunk[Number(one.index)].line, `${one.field}: ${one.message}`));
        refused += Number(answer.rejected) - answer.errors.length;
      }
      bar.value = Math.min(makers.length, at + CHUNK);
      put(told, `${count(taken)} taken, ${count(refused)} refused of ${count(makers.length)}${refused > SHOWN_MAX ? `; the first ${SHOWN_MAX} are listed` : ""}.`);
    }
    panel.append(h("p", {}, h("a", { href: "#/try" }, "Try them")));
  } catch (e) {
    panel.append(problem(e));
  } finally {
    event.target.disabled = false;
  }
}
