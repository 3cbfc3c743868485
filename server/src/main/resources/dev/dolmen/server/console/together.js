// What an item was visited together with, as a list with weights.
import { h, put, problem, busy } from "./dom.js";
import * as api from "./api.js";
import { bar } from "./chart.js";
import { facts } from "./card.js";
import { picture } from "./picture.js";
import { count } from "./format.js";

/** Neighbours that are shown; how many more there are is said. */
const SHOWN_MAX = 20;

export function together(item) {
  const place = h("div", { class: "stack" }, busy("Asking…"));
  look(place, item);
  return h("section", { class: "panel" }, h("h2", {}, "Visited together"),
    h("p", { class: "muted" }, "Items of the same visits: 1 for the item that came next, ½ for the one after that, and so on; half of it for what came before. It fades: by half after 1,000,000 more events, “recently” after 10,000."), place);
}

async function look(place, item) {
  try {
    const { neighbors } = await api.itemHistory(item.item_id);
    if (!neighbors.length) {
      put(place, h("p", { role: "status" }, "Nothing yet: no visit had it and another item."));
      return;
    }
    const listed = neighbors.slice(0, SHOWN_MAX);
    const known = await api.itemsOf(listed.map((one) => one.item_id));
    const more = neighbors.length - listed.length;
    put(place, table(listed, known), more > 0 ? h("p", { class: "muted" }, `and ${count(more)} more`) : null);
  } catch (e) {
    put(place, problem(e, () => look(place, item)));
  }
}

function table(listed, known) {
  const most = listed[0].visits;
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Visited together" }, h("table", { class: "neighbors" },
    h("thead", {}, h("tr", {}, ["Item", "", "Visits", "Recently"].map((one, i) => h(i === 1 ? "td" : "th", i === 1 ? {} : { scope: "col", class: i ? "number" : null }, one)))),
    h("tbody", {}, listed.map((one) => h("tr", {}, h("th", { scope: "row" }, name(one.item_id, known.get(one.item_id))), h("td", {}, bar(one.visits / most, "ours")),
      h("td", { class: "number" }, weight(one.visits)), h("td", { class: "number" }, weight(one.recent_visits)))))));
}

const weight = (x) => (x < 100 ? x.toFixed(1) : count(x));

function name(id, item) {
  return h("a", { href: `#/items/${encodeURIComponent(id)}` }, item ? h("span", { class: "mini" }, picture(id, facts(item))) : null, item ? facts(item).title : id);
}
