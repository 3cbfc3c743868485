// What is asked for on Try it, next to the visit: how many, by which ranker, among which items, and what to compare with.
import { h, button } from "./dom.js";
import * as api from "./api.js";
import { visit } from "./visit.js";
import { THERE, host } from "./there.js";

/** Asks for a snapshot, and is nothing to compare with itself. */
const SNAPSHOT = "@snapshot";

/** A ranker as a person calls it. */
export const called = (ranker) => (ranker === "dolmen" ? "the model" : ranker);

function check(text, name, changed) {
  const box = h("input", { type: "checkbox", checked: visit[name], onchange: () => {
    visit[name] = box.checked;
    changed();
  } });
  return h("label", {}, box, ` ${text}`);
}

function choice(text, label, name, values, changed, askSnapshot) {
  const select = h("select", { "aria-label": label, onchange: () => {
    if (select.value === SNAPSHOT) {
      select.value = visit[name];
      askSnapshot();
      return;
    }
    visit[name] = typeof visit[name] === "number" ? Number(select.value) : select.value;
    changed();
  } }, values.map(([value, shown]) => h("option", { value, selected: value === visit[name] }, shown)));
  return h("label", {}, `${text} `, select);
}

/** The controls. rankers: what the server can rank with; changed: asks again; askSnapshot: null where there are none to be listed. */
export function settings(rankers, changed, askFilter, askSnapshot) {
  const each = rankers.map((ranker) => [ranker, called(ranker)]);
  const there = api.compared() ? [[THERE, `the server at ${host(api.compared())}`]] : [];
  return h("div", { class: "row wrap settings" },
    choice("Show", "Show how many", "k", [6, 12, 24, 48].map((n) => [n, n]), changed),
    choice("by", "By which ranker", "ranker", [["", "what is configured"], ...each], changed),
    choice("compared with", "Compared with which ranker", "against", [["", "nothing"], ...there, ...each, ...(askSnapshot ? [[SNAPSHOT, "a snapshot…"]] : [])], changed, askSnapshot),
    check("seen ones, too", "includeSeen", changed), check("only those found", "amongFound", changed), check("exact search", "exact", changed),
    button("Add a filter", askFilter, "quiet"));
}
