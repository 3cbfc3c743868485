// Why events were rejected in the last hour: reasons with their counts, and the last few events of each.
import { h, put, button, problem, busy, time } from "./dom.js";
import * as api from "./api.js";
import { count, since } from "./format.js";

export function rejected() {
  const place = h("div", { class: "stack" }, busy("Asking…"));
  const look = async () => {
    try {
      put(place, listed(await api.rejectedEvents()));
    } catch (e) {
      put(place, problem(e, look));
    }
  };
  look();
  return h("section", { class: "panel" }, h("div", { class: "heading" }, h("h2", {}, "Events rejected in the last hour"), button("Look again", look, "quiet")), place);
}

function listed({ reasons, since: from }) {
  const all = reasons.reduce((sum, one) => sum + Number(one.events), 0);
  const told = h("p", { class: "muted", role: "status" }, all ? `${count(all)} ${all === 1 ? "event" : "events"}` : "None", " by this process since ",
    time(from, new Date(from).toLocaleTimeString()), ".");
  if (!all) return told;
  return [told, h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Reasons" }, h("table", { "aria-label": "Rejected events" },
    h("thead", {}, h("tr", {}, ["Field", "Expected", "The last of them", "Events"].map((name) => h("th", { scope: "col", class: name === "Events" ? "number" : null }, name)))),
    h("tbody", {}, reasons.map((one) => h("tr", {}, h("th", { scope: "row" }, one.field ? h("code", {}, one.field) : "–"), h("td", {}, one.expected),
      h("td", {}, h("ul", { class: "examples" }, one.examples.map(example))), h("td", { class: "number" }, count(one.events)))))))];
}

const example = (one) => h("li", {}, one.message, h("small", {}, ` ${since(one.time)} ago, event `, h("code", {}, one.event_id || "without an id"), ` by ${one.principal}`));
