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
