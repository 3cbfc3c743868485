// Visits: one looked up by its session id, what it did, and what it would be answered now, with the reasons.
import { h, put, field, button, problem, busy, time } from "../dom.js";
import * as api from "../api.js";
import { card, facts } from "../card.js";
import { picture } from "../picture.js";
import { count, percent, since } from "../format.js";
import { itemsOf, sentence, why } from "../reasons.js";
import { shown } from "../shown.js";
import { TYPES } from "../visit.js";

export const id = "visits";
export const title = "Visits";
export const role = "read";

const K = 12;
const ID_MAX = 256;

export function show(place, { rest }) {
  const found = h("div", { class: "stack" });
  const input = h("input", { required: true, maxlength: ID_MAX, autocomplete: "off", spellcheck: "false", placeholder: "session_id, as your code sends it", value: rest[0] ?? "" });
  const submit = (event) => {
    event.preventDefault();
    const to = `#/visits/${encodeURIComponent(input.value.trim())}`;
    if (to === location.hash) look(found, rest[0]);
    else location.hash = to;
  };
  put(place, h("div", { class: "title" }, h("h1", {}, "Visits"), h("p", { class: "muted" }, "What is known of a visit, and what it would be shown now.")),
    h("div", { class: "stack" }, h("form", { class: "row", role: "search", onsubmit: submit }, field("Look a visit up", input),
      h("button", { class: "button main", type: "submit" }, "Look it up")), found));
  if (rest[0]) look(found, rest[0]);
}

async function look(place, session) {
  put(place, busy("Looking…"));
  try {
    // A preview: nothing is logged as shown, and the visit stays as it is.
    const answer = await api.recommend({ session: { session_id: session }, k: K, explain: true, no_impression: true });
    const items = await itemsOf(answer);
    put(place, answer.session_events_used ? known(session, answer, items, () => look(place, session)) : unknown(session),
      shown(session, answer.explained_events),
      h("section", { class: "panel", "aria-labelledby": "now" }, h("h2", { id: "now" }, "What it would be shown now"), answers(answer, items)));
  } catch (e) {
    put(place, problem(e, () => look(place, session)));
  }
}

/** No visit, one that has only just begun, or one that was forgotten: the server cannot tell them apart. */
function unknown(session) {
  return h("p", { class: "notice", role: "status" }, h("strong", {}, "Nothing is known of this visit. "), "No event of ", h("code", {}, session),
    " has been learned yet, its items have left the catalogue, or it is so long ago that it was forgotten. It would get what everybody gets.");
}

function known(session, answer, items, again) {
  const events = answer.explained_events;
  const used = answer.session_events_used;
  return h("section", { class: "panel", "aria-labelledby": "timeline" },
    h("div", { class: "heading" }, h("h2", { id: "timeline" }, "What it did"), button("Look again", again, "quiet")),
    h("p", { class: "muted", role: "status" }, `${count(used)} ${used === 1 ? "event counts" : "events count"}${events.length < used ? `, of which the last ${events.length} are shown` : ""}; the newest is last.`),
    h("ol", { class: "timeline", "aria-label": "Events" }, events.map((one, at) => event(one, at ? events[at - 1] : null, items))));
}

function event(one, before, items) {
  const item = items.get(one.item_id);
  const [, did] = TYPES.find(([type]) => type === one.type) ?? [null, "did something with"];
  const gap = before ? Date.parse(one.time) - Date.parse(before.time) : 0;
  return h("li", { class: "step" }, h("span", { class: "mini" }, item ? picture(one.item_id, facts(item)) : null),
    h("span", { class: "who" }, item ? h("a", { href: `#/items/${encodeURIComponent(one.item_id)}`, class: "name" }, facts(item).title) : h("code", {}, one.item_id),
      h("small", {}, did, ", ", time(one.time, `${since(one.time)} ago`), before ? ` (${after(gap)} later)` : "")));
}

function after(ms) {
  return since(new Date(Date.now() - Math.max(0, ms)).toISOString());
}

function answers(answer, items) {
  const shown = answer.items.filter((one) => items.has(one.item_id));
  if (!shown.length) return h("p", { class: "muted" }, "Nothing can be recommended: the catalogue is empty, or the visit has seen all of it.");
  const by = answer.ranker === "dolmen" ? "the model" : `“${answer.ranker}”`;
  return [h("p", { class: "muted" }, `By ${by}${answer.arm ? `, as the arm “${answer.arm}” of the experiment` : ""}.`),
    h("ul", { class: "cards", "aria-label": "Answers" }, shown.map((one, at) => card(items.get(one.item_id), {
      place: at + 1,
      line: [one.explanation ? sentence(one.explanation, items) : "", one.click_chance === undefined ? "" : `${percent(one.click_chance)} likely to be clicked`].filter(Boolean).join("; "),
      more: one.explanation ? () => why(items.get(one.item_id), one, answer.explained_events, items) : null,
      label: "Its page",
      onpick: (item) => {
        location.hash = `#/items/${encodeURIComponent(item.item_id)}`;
      },
    })))];
}
