// What a visit was shown: the last answers to it with what it did with them, and since when the server remembers.
import { h, put, button, problem, busy, time } from "./dom.js";
import * as api from "./api.js";
import { facts } from "./card.js";
import { picture } from "./picture.js";
import { count, since } from "./format.js";
import { itemsOf, sentence, why } from "./reasons.js";
import { TYPES } from "./visit.js";

/** Items of one answer that are shown; how many more there were is said. */
const ITEMS_MAX = 24;

/** Of a session, whose events are given as an answer explains them. */
export function shown(session, events) {
  const place = h("div", { class: "stack" }, busy("Looking…"));
  look(place, session, events);
  return h("section", { class: "panel", "aria-labelledby": "shown" }, h("h2", { id: "shown" }, "What it was shown"), place);
}

async function look(place, session, events) {
  try {
    const { impressions, since: from } = await api.impressions(session);
    const items = await api.itemsOf(impressions.flatMap((one) => one.items.slice(0, ITEMS_MAX).map((item) => item.item_id)));
    const remembers = h("p", { class: "muted" }, "This server remembers what was shown since ", time(from), ". What was shown before is in the log alone.");
    if (!impressions.length) put(place, h("p", { role: "status" }, "Nothing that is remembered."), remembers);
    else put(place, h("ol", { class: "stack", "aria-label": "Shown" }, impressions.map((one) => answer(one, items, events))), remembers);
  } catch (e) {
    put(place, problem(e, () => look(place, session, events)));
  }
}

function answer(one, items, events) {
  const told = h("div", { class: "stack" });
  const clicks = one.items.filter((item) => item.events.length).length;
  const by = one.ranker && (one.ranker === "dolmen" ? " by the model" : ` by “${one.ranker}”`);
  const more = one.items.length - ITEMS_MAX;
  return h("li", { class: "answer" },
    h("p", {}, h("strong", {}, time(one.time, `${since(one.time)} ago`)), ` · ${count(one.items.length)} items${by}`,
      one.arm ? `, as the arm “${one.arm}” of “${one.experiment}”` : "", clicks ? ` · ${count(clicks)} acted on` : " · nothing acted on",
      h("small", {}, " request ", h("code", {}, one.request_id))),
    h("ol", { class: "strip" }, one.items.slice(0, ITEMS_MAX).map((item, at) => entry(item, at + 1, items.get(item.item_id)))),
    more > 0 ? h("p", { class: "muted" }, `and ${count(more)} more`) : null,
    told, h("div", {}, button("Why these?", () => reasons(told, one, events), "quiet")));
}

/** Reasons are not kept: the model as it is now is asked for them, with what the visit had done by then. */
async function reasons(place, one, events) {
  put(place, busy("Asking…"));
  try {
    const before = events.filter((event) => Date.parse(event.time) < Date.parse(one.time)).map(({ item_id, type, time }) => ({ item_id, type, time }));
    const answer = await api.score({ session: { events: before }, item_ids: one.items.slice(0, ITEMS_MAX).map((item) => item.item_id), explain: true });
    const items = await itemsOf(answer);
    const learned = Number(answer.model_version) - Number(one.model_version);
    const ranks = new Map(one.items.map((item, at) => [item.item_id, at + 1]));
    put(place, h("p", { class: "muted", role: "status" }, before.length ? `For the ${before.length === 1 ? "event" : `${count(before.length)} events`} before it` : "For a visit without events yet",
      `, as the model is now: ${learned > 0 ? `${count(learned)} ${learned === 1 ? "batch" : "batches"} later` : "it has learned nothing since"}.`,
      one.ranker && one.ranker !== "dolmen" ? ` They were ranked by “${one.ranker}”, which gives no reasons.` : ""),
      h("ol", { class: "reasons", "aria-label": "Reasons" }, answer.items.filter((scored) => items.has(scored.item_id)).map((scored) => h("li", { value: ranks.get(scored.item_id) },
        h("strong", {}, facts(items.get(scored.item_id)).title), " ", sentence(scored.explanation, items), " ",
        button("Its parts", () => why(items.get(scored.item_id), scored, answer.explained_events, items), "quiet")))));
  } catch (e) {
    put(place, problem(e, () => reasons(place, one, events)));
  }
}

function entry(item, rank, known) {
  const did = TYPES.filter(([type]) => item.events.includes(type)).map(([, word]) => word);
  if (item.events.includes("EVENT_TYPE_DWELL")) did.push("looked at");
  return h("li", { class: did.length ? "acted" : null },
    h("a", { href: `#/items/${encodeURIComponent(item.item_id)}` }, h("span", { class: "mini" }, known ? picture(item.item_id, facts(known)) : null),
      h("span", { class: "rank" }, `${rank}`), h("span", { class: "name" }, known ? facts(known).title : item.item_id)),
    did.length ? h("small", {}, did.join(", ")) : null);
}
