// Two answers to the same visit side by side, with what they have in common marked.
import { h } from "./dom.js";
import { count } from "./format.js";
import { called } from "./settings.js";

/** Where items are in an answer, from 1. */
const places = (answer) => new Map(answer.items.map((one, at) => [one.item_id, at + 1]));

/** What the two have in common, in a sentence. */
function common(left, right) {
  const there = places(right);
  const both = left.items.filter((one) => there.has(one.item_id));
  const same = both.filter((one) => left.items[there.get(one.item_id) - 1] === one).length;
  if (!both.length) return "They have nothing in common.";
  return `${count(both.length)} of ${count(Math.max(left.items.length, right.items.length))} are in both, ${same ? `${count(same)} of them at the same place` : "none of them at the same place"}.`;
}

/** Both answers. show(answer, options): the cards of one; options(id): more of the card of an item. */
export function compared(left, right, show) {
  const side = (answer, other, name, label) => {
    const there = places(other);
    return h("section", { "aria-label": label }, h("h3", {}, `By ${called(answer.ranker)}`),
      h("ul", { class: "cards", "aria-label": name }, show(answer, (id) => (there.has(id)
        ? { mark: `in both, ${there.get(id)} there`, shared: true } : { mark: "only here" }))));
  };
  return [h("p", { class: "common", role: "status" }, common(left, right)),
    h("div", { class: "compare" }, side(left, right, "Recommended", "One ranker"), side(right, left, "Recommended by the other", "The other ranker"))];
}

/** What has moved most, from the right answer to the left one: at most three. titleOf(id): a name. */
function moves(left, right, titleOf) {
  const there = places(right);
  const all = left.items.map((one, at) => ({ id: one.item_id, here: at + 1, there: there.get(one.item_id) }))
    .filter((one) => one.there && one.there !== one.here)
    .sort((a, b) => Math.abs(b.there - b.here) - Math.abs(a.there - a.here));
  return all.length ? h("ul", { class: "moves" }, all.slice(0, 3).map((one) => h("li", {}, `${titleOf(one.id)}: at ${one.here} here, at ${one.there} there`))) : null;
}

/**
 * The answers of two servers. names: how they are called; the left one's cards say how far an item stands above (or below) its place
 * in the right one.
 */
export function comparedServers(left, right, names, show, titleOf) {
  const learned = (answer) => `${count(answer.model_version)} ${Number(answer.model_version) === 1 ? "batch" : "batches"} learned`;
  const side = (answer, other, at, name) => {
    const there = places(other);
    return h("section", { "aria-label": `Answer of ${names[at]}` }, h("h3", {}, names[at]), h("p", { class: "muted" }, `By ${called(answer.ranker)}; ${learned(answer)}.`),
      h("ul", { class: "cards", "aria-label": name }, show(answer, (id, place) => (there.has(id)
        ? { mark: there.get(id) === place ? "same place there" : `at ${there.get(id)} there`, shared: true, move: at ? null : there.get(id) - place }
        : { mark: `not among the first ${count(other.items.length)} there`, move: null }))));
  };
  return [h("div", { class: "common", role: "status" }, h("p", {}, common(left, right)), moves(left, right, titleOf)),
    h("div", { class: "compare" }, side(left, right, 0, "Recommended"), side(right, left, 1, "Recommended by the other"))];
}
