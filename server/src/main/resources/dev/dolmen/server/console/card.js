// An item as a shop shows it. Which slot is the title or the price is told by kind and name.
import { h } from "./dom.js";
import { picture } from "./picture.js";
import { price } from "./format.js";

/** The text of a slot's value, in whatever form it has. */
export function textOf(value) {
  if (!value) return "";
  if (value.token !== undefined) return value.token;
  if (value.path) return value.path.token.join(" / ");
  if (value.tokens) return value.tokens.token.join(", ");
  if (value.number !== undefined) return String(value.number);
  if (value.vector) return `vector of ${value.vector.number.length} numbers`;
  return "";
}

let slots = [];

export function useSchema(schema) {
  slots = schema.slots;
}

const named = (item, pattern, kinds) =>
  slots.find((slot) => kinds.includes(slot.kind) && pattern.test(slot.name) && item.slots[slot.name])
  ?? null;

const firstOf = (item, kinds) => slots.find((slot) => kinds.includes(slot.kind) && item.slots[slot.name]) ?? null;

const TITLE = { pattern: /title|name/i, kinds: ["text", "category", "tokens"], else: ["text"] };
const CATEGORY = { pattern: /categor|genre|department|type/i, kinds: ["category_path", "category", "tokens"], else: ["category_path", "category", "tokens"] };

/** Names of slots that title and category are read from, at most 8. */
export function factSlots() {
  const asked = [TITLE, CATEGORY].flatMap((fact) => [
    ...slots.filter((slot) => fact.kinds.includes(slot.kind) && fact.pattern.test(slot.name)),
    ...slots.filter((slot) => fact.else.includes(slot.kind)).slice(0, 1)]);
  return [...new Set(asked.map((slot) => slot.name))].slice(0, 8);
}

/** What a card says of an item. */
export function facts(item) {
  const title = named(item, TITLE.pattern, TITLE.kinds) ?? firstOf(item, TITLE.else);
  const category = named(item, CATEGORY.pattern, CATEGORY.kinds) ?? firstOf(item, CATEGORY.else);
  const brand = named(item, /brand|maker|author|artist/i, ["category", "tokens"]);
  const cost = named(item, /price|cost/i, ["number"]);
  const path = category ? (item.slots[category.name].path?.token ?? [textOf(item.slots[category.name])]) : [];
  return {
    title: title ? textOf(item.slots[title.name]) : item.item_id,
    path,
    category: path.at(-1) ?? "",
    brand: brand ? textOf(item.slots[brand.name]) : "",
    price: cost ? price(item.slots[cost.name].number) : "",
  };
}

/** How far an item has moved: up, down, new, or nothing. */
function movement(move) {
  if (!move) return null;
  if (move === "new") return h("span", { class: "move up" }, "new");
  return h("span", { class: `move ${move > 0 ? "up" : "down"}` },
    h("span", { "aria-hidden": "true" }, move > 0 ? "▲" : "▼"), h("span", { class: "hidden" }, move > 0 ? "up " : "down "), String(Math.abs(move)));
}

/**
 * A card; the whole of it is one button.
 * options: place, move, mark (in a word, of which kind it is) and whether it is shared, line (why it is here), more (what tells the rest of it), onpick, label (what a click does)
 */
export function card(item, options = {}) {
  const { title, category, brand, price: cost } = facts(item);
  return h("li", { class: options.shared ? "card shared" : "card", "data-item": item.item_id },
    h("button", { type: "button", class: "pick", title: options.label, onclick: () => options.onpick?.(item) },
      h("span", { class: "shot" }, picture(item.item_id, facts(item)),
        options.place ? h("span", { class: "place" }, h("span", { class: "hidden" }, "Place "), String(options.place)) : null,
        movement(options.move)),
      h("span", { class: "name" }, title),
      h("span", { class: "kind" }, [category, title.includes(brand) ? "" : brand].filter(Boolean).join(" · ")),
      cost ? h("span", { class: "cost" }, cost) : null),
    options.mark ? h("p", { class: "mark" }, options.mark) : null,
    options.line ? h("p", { class: "line" }, options.line) : null,
    options.more ? h("button", { type: "button", class: "why", onclick: options.more }, "Why", h("span", { class: "hidden" }, ` ${title}`)) : null);
}
