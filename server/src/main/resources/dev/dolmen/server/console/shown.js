// What a visit was shown: the last answers to it with what it did with them, and since when the server remembers.
import { h, put, problem, busy } from "./dom.js";
import * as api from "./api.js";
import { facts } from "./card.js";
import { picture } from "./picture.js";
import { count, since } from "./format.js";
import { TYPES } from "./visit.js";

/** Items of one answer that are shown; how many more there were is said. */
const ITEMS_MAX = 24;

export function shown(session) {
  const place = h("div", { class: "stack" }, busy("Looking…"));
  look(place, session);
  return h("section", { class: "panel", "aria-labelledby": "shown" }, h("h2", { id: "shown" }, "What it was shown"), place);
}

async function look(place, session) {
  try {
    const { impressions, since: from } = await api.impressions(session);
    const items = await api.itemsOf(impressions.flatMap((one) => one.items.slice(0, ITEMS_MAX).map((item) => item.item_id)));
    const remembers = h("p", { class: "muted" }, "This server remembers what was shown since ", time(from), ". What was shown before is in the log alone.");
    if (!impressions.length) put(place, h("p", { role: "status" }, "Nothing that is remembered."), remembers);
    else put(place, h("ol", { class: "stack", "aria-label": "Shown" }, impressions.map((one) => answer(one, items))), remembers);
  } catch (e) {
    put(place, problem(e, () => look(place, session)));
  }
}

const time = (iso) => h("time", { datetime: iso, title: iso }, new Date(iso).toLocaleString());

function answer(one, items) {
  const clicks = one.items.filter((item) => item.events.length).length;
  const by = one.ranker && (one.ranker === "dolmen" ? " by the model" : ` by “${one.ranker}”`);
  const more = one.items.length - ITEMS_MAX;
  return h("li", { class: "answer" },
    h("p", {}, h("strong", {}, h("time", { datetime: one.time, title: one.time }, `${since(one.time)} ago`)), ` · ${count(one.items.length)} items${by}`,
      one.arm ? `, as the arm “${one.arm}” of “${one.experiment}”` : "", clicks ? ` · ${count(clicks)} acted on` : " · nothing acted on",
      h("small", {}, " request ", h("code", {}, one.request_id))),
    h("ol", { class: "strip" }, one.items.slice(0, ITEMS_MAX).map((item, at) => entry(item, at + 1, items.get(item.item_id)))),
    more > 0 ? h("p", { class: "muted" }, `and ${count(more)} more`) : null);
}

function entry(item, rank, known) {
  const did = TYPES.filter(([type]) => item.events.includes(type)).map(([, word]) => word);
  if (item.events.includes("EVENT_TYPE_DWELL")) did.push("looked at");
  return h("li", { class: did.length ? "acted" : null },
    h("a", { href: `#/items/${encodeURIComponent(item.item_id)}` }, h("span", { class: "mini" }, known ? picture(item.item_id, facts(known)) : null),
      h("span", { class: "rank" }, `${rank}`), h("span", { class: "name" }, known ? facts(known).title : item.item_id)),
    did.length ? h("small", {}, did.join(", ")) : null);
}
