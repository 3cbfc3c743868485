// The embedding rows of an item's values: which have one of their own, how often they were seen, and until when they stay.
import { h, put, problem, busy, time } from "./dom.js";
import * as api from "./api.js";
import { count, millis, since, words } from "./format.js";

/** The panel; kinds: of slots, by their names. */
export function itemRows(item, schema) {
  const place = h("div", { class: "stack" }, busy("Asking…"));
  const kinds = new Map(schema.slots.map((slot) => [slot.name, slot.kind]));
  look(place, item, kinds);
  return h("section", { class: "panel" }, h("h2", {}, "Its rows"),
    h("p", { class: "muted" }, "What the model has learned about each value of the item by itself. A value without a row of its own is taken for an unknown one of its slot."), place);
}

async function look(place, item, kinds) {
  try {
    const { rows } = await api.itemRows(item.item_id);
    put(place, rows.length ? table(rows, kinds) : h("p", { role: "status" }, "None: the schema reads nothing of this item but vectors, which have no rows."));
  } catch (e) {
    put(place, problem(e, () => look(place, item, kinds)));
  }
}

function table(rows, kinds) {
  const head = ["Slot", "Value", "Row of its own", "Last seen", "Stays", "Times seen", "Numbers", "Length"];
  const number = (text) => h("td", { class: "number" }, text);
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Its rows" }, h("table", { class: "item-rows" },
    h("thead", {}, h("tr", {}, head.map((one, i) => h("th", { scope: "col", class: i > 4 ? "number" : null }, one)))),
    h("tbody", {}, rows.map((row, i) => h("tr", {}, h("th", { scope: "row" }, i && rows[i - 1].slot === row.slot ? h("span", { class: "hidden" }, words(row.slot)) : words(row.slot)),
      h("td", {}, called(row, kinds.get(row.slot))), h("td", {}, state(row)), h("td", {}, row.last_seen ? time(row.last_seen, `${since(row.last_seen)} ago`) : "–"), h("td", {}, stays(row)),
      number(row.occurrences === undefined ? "–" : count(row.occurrences)), number(count(row.dimension)), number(row.length.toFixed(2)))))));
}

function called(row, kind) {
  if (kind === "age") return `knot at ${millis(Number(row.value) * 1_000)}`;
  return kind === "number" ? `knot at ${row.value}` : row.value;
}

/** Why there is one, or none. */
function state(row) {
  if (row.own) return h("span", { class: "state good" }, "yes");
  const seen = Number(row.occurrences ?? NaN);
  if (Number.isNaN(seen)) return "no";
  if (seen >= row.threshold) return "no more: it comes back when it is seen again";
  return seen ? `not yet: ${count(seen)} of ${count(row.threshold)} times seen` : `none: not seen yet, or long ago; ${row.threshold === 1 ? "once is enough" : `${count(row.threshold)} times are needed`}`;
}

function stays(row) {
  if (!row.own) return "–";
  if (row.expiry) return time(row.expiry, `until ${new Date(row.expiry).toLocaleString([], { dateStyle: "medium", timeStyle: "short" })}`);
  return row.last_seen ? "until the slot is full" : "–";
}
