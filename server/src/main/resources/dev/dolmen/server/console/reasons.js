// Why an item is recommended, in a person's words, from what the API explains.
import { h } from "./dom.js";
import * as api from "./api.js";
import { facts } from "./card.js";
import { bar } from "./chart.js";
import { percent, words } from "./format.js";

const PARTS = {
  prior: "How much it is clicked at all", cosine: "How well it fits the visit as a whole", seen: "Seen in this visit already",
  visited_together: "Visited together with the last ones", visited_together_recently: "Visited together with them lately",
  similar_visits: "Visits most like this one had it", likeness: "Its metadata are like those of the last ones",
};

const titleOf = (items, id) => (items.has(id) ? facts(items.get(id)).title : id);

/** The ids that explanations speak of. */
export function mentioned(answer) {
  return [...answer.items.map((one) => one.explanation).filter((e) => e && e.about && !["new_in", "popular_here"].includes(e.reason)).map((e) => e.about),
    ...(answer.explained_events ?? []).map((one) => one.item_id)];
}

/** One line. */
export function sentence(explanation, items) {
  const about = explanation.about ? titleOf(items, explanation.about) : "";
  switch (explanation.reason) {
    case "popular_here": return "Popular here";
    case "follows": return about ? `Follows from ${about}` : "Fits this visit";
    case "seen": return "Seen in this visit";
    case "visited_with": return about ? `Visited together with ${about}` : "Visited together";
    case "bought_with": return about ? `Goes with what was bought: ${about}` : "Goes with what was bought";
    case "similar_visits": return "Visits like this one had it";
    case "like": return about ? `Like ${about}` : "Like what was visited";
    case "new_in": return explanation.about ? `New in ${explanation.about}` : "New";
    default: return words(explanation.reason);
  }
}

/** All parts of the score, and what each event contributes. */
export function why(item, scored, events, items) {
  const { parts, event_contributions: contributions, score_variance: variance } = scored.explanation;
  // Of the last events alone.
  const first = events.length - contributions.length;
  const rows = (list) => {
    const top = Math.max(1e-9, ...list.map((one) => Math.abs(one.value)));
    return h("tbody", {}, list.map((one) => h("tr", {}, h("th", { scope: "row" }, one.name, one.note ? h("small", {}, ` (${one.note})`) : null),
      h("td", {}, bar(Math.abs(one.value) / top, one.value < 0 ? "" : "ours")), h("td", { class: "number" }, one.value.toFixed(3)))));
  };
  const note = (one) => {
    if (one.event !== undefined) return `most from ${titleOf(items, events[one.event].item_id)}`;
    return one.name === "prior" && variance > 0 ? `known to ±${Math.sqrt(variance).toFixed(1)}` : "";
  };
  const named = parts.map((one) => ({
    name: PARTS[one.name] ?? words(one.name), value: one.value,
    note: note(one),
  }));
  const dialog = h("dialog", { class: "panel", "aria-labelledby": "why-title", onclose: () => dialog.remove() },
    h("h2", { id: "why-title" }, facts(item).title),
    h("p", {}, sentence(scored.explanation, items), scored.click_chance === undefined ? "." : `; ${percent(scored.click_chance)} likely to be clicked at this place.`),
    h("table", { class: "bars" }, h("caption", {}, `What its score of ${scored.score.toFixed(3)} is made of`), rows(named)),
    contributions.length ? h("table", { class: "bars" }, h("caption", {}, "What goes away without an event"),
      rows(contributions.map((value, i) => ({ name: titleOf(items, events[first + i].item_id), value })))) : null,
    h("div", { class: "row" }, h("a", { class: "button", href: `#/items/${encodeURIComponent(item.item_id)}`, onclick: () => dialog.close() }, "Its page"),
      h("button", { type: "button", class: "button quiet", onclick: () => dialog.close() }, "Close")));
  document.body.append(dialog);
  dialog.showModal();
}

/** The items that an answer shows and speaks of. */
export function itemsOf(answer) {
  return api.itemsOf([...answer.items.map((one) => one.item_id), ...mentioned(answer)]);
}
