// Where in answers an item was shown and clicked, and by what they were ranked: two tables.
import { h, time } from "./dom.js";
import { bar } from "./chart.js";
import { count, percent } from "./format.js";

/** history: what GetItemHistory says; nothing where the item was not shown yet. */
export function placing(history) {
  if (!history.placed_since) return null;
  const last = history.places.findLastIndex((one) => Number(one.shown) > 0);
  const most = Math.max(...history.places.map((one) => Number(one.shown)));
  return [h("div", { class: "panels" },
    table("Where in answers", "Place", history.places.slice(0, last + 1).map((one) => [group(one), one, Number(one.shown) / most])),
    table("Ranked by", "Ranker", history.sources.map((one) => [source(one), one, Number(one.shown) / Math.max(...history.sources.map((other) => Number(other.shown)))]))),
  h("p", { class: "muted" }, "Answers since ", time(history.placed_since),
    "; a click counts where it names the answer that it came from, and this server remembers that answer.")];
}

function group({ first, last }) {
  if (first === last) return String(first);
  return last ? `${first} to ${last}` : `${first} and further`;
}

function source(one) {
  if (one.others) return "others";
  const by = one.ranker ? (one.ranker === "dolmen" ? "the model" : one.ranker) : "the model, or popularity for a new visitor";
  return one.arm ? [by, h("small", {}, ` arm “${one.arm}” of “${one.experiment}”`)] : by;
}

function table(name, what, rows) {
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": name }, h("table", { class: "bars" }, h("caption", {}, name),
    h("thead", {}, h("tr", {}, [what, "", "Shown", "Clicked"].map((one, i) => h(i === 1 ? "td" : "th", i === 1 ? {} : { scope: "col", class: i ? "number" : null }, one)))),
    h("tbody", {}, rows.map(([label, one, share]) => h("tr", {}, h("th", { scope: "row" }, label), h("td", {}, bar(share, "ours")), h("td", { class: "number" }, count(one.shown)),
      h("td", { class: "number" }, count(one.clicks), Number(one.clicks) ? h("small", {}, percent(Number(one.clicks) / Number(one.shown))) : null))))));
}
