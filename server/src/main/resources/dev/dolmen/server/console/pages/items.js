// Items: the catalogue, and one item's page.
import { h, put, field, button, toast, problem, busy } from "../dom.js";
import * as api from "../api.js";
import { card, facts, textOf } from "../card.js";
import { picture } from "../picture.js";
import { curves } from "../curves.js";
import { together } from "../together.js";
import { itemRows } from "../itemrows.js";
import { count, percent, words } from "../format.js";

export const id = "items";
export const title = "Items";
export const role = "read";

const PAGE = 48;

export async function show(place, { may, schema, rest }) {
  if (rest[0]) await one(place, rest[0], may, schema);
  else all(place);
}

const go = (item) => {
  location.hash = `#/items/${encodeURIComponent(item.item_id)}`;
};

function all(place) {
  const list = h("ul", { class: "cards", "aria-label": "Items" });
  const told = h("p", { class: "muted", role: "status" });
  const input = h("input", { type: "search", maxlength: 200, autocomplete: "off", placeholder: "words of the id or of any slot" });
  let asked = 0;
  const search = async () => {
    const mine = ++asked;
    put(told, busy("Looking…"));
    try {
      const { items, more } = await api.search(input.value.trim(), PAGE);
      if (mine !== asked) return;
      items.forEach(api.remember);
      put(told, items.length ? `${more ? "The first " : ""}${count(items.length)} items` : "No item has these words.");
      put(list, items.map((item) => card(item, { label: "Its page", onpick: go, line: item.unavailable ? "Not available" : "" })));
    } catch (e) {
      if (mine === asked) put(told, problem(e, search));
    }
  };
  let waiting;
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 250);
  });
  put(place, h("div", { class: "title" }, h("h1", {}, "Items")), h("div", { class: "stack" }, h("form", { role: "search", onsubmit: (event) => {
    event.preventDefault();
    search();
  } }, field("Search the catalogue", input)), told, list));
  search();
}

async function one(place, itemId, may, schema) {
  put(place, busy("Asking…"));
  let item;
  try {
    item = await api.item(itemId);
  } catch (e) {
    put(place, h("h1", {}, "Items"), problem(e), h("p", {}, h("a", { href: "#/items" }, "All items")));
    return;
  }
  const { title: name, path, price } = facts(item);
  const near = h("div", {}, busy("Asking…"));
  const after = h("div", {}, busy("Asking…"));
  put(place, h("p", {}, h("a", { href: "#/items" }, "All items")),
    h("div", { class: "item-head" }, h("span", { class: "shot" }, picture(item.item_id, facts(item))),
      h("div", { class: "stack" }, h("div", {}, h("h1", {}, name), h("p", { class: "muted" }, [path.join(" / "), price].filter(Boolean).join(" · "))),
        h("div", { class: "row wrap" }, h("span", { class: "chip" }, item.unavailable ? "not available: never recommended" : "available"),
          may("catalog") ? button(item.unavailable ? "Put it back" : "Take it off for a while", () => change(place, item, may, schema), "quiet") : null),
        metadata(item, schema))),
    h("div", { class: "stack" }, curves(item), section("Closest by vector", "What the model takes for most alike, whoever visited it.", near), together(item),
      section("After a visit of it", "What a visitor who has clicked only this item is shown now.", after), itemRows(item, schema)));
  await Promise.all([neighbors(near, item), following(after, item)]);
}

const section = (name, about, content) => h("section", { class: "panel" }, h("h2", {}, name), h("p", { class: "muted" }, about), content);

function metadata(item, schema) {
  const rows = schema.slots.filter((slot) => item.slots[slot.name]).map((slot) => h("tr", {}, h("th", { scope: "row" }, words(slot.name)), h("td", {}, textOf(item.slots[slot.name])), h("td", { class: "muted" }, slot.kind.replace("_", " "))));
  return h("table", {}, h("caption", { class: "hidden" }, "Metadata"), h("tbody", {}, h("tr", {}, h("th", { scope: "row" }, "Item id"), h("td", {}, h("code", {}, item.item_id)), h("td", {})), rows));
}

async function neighbors(place, item) {
  try {
    const { items: near } = await api.similar({ item_id: item.item_id, k: 7 });
    const known = await api.itemsOf(near.map((one) => one.item_id));
    put(place, cards(near, known, (one) => `cosine ${one.score.toFixed(2)}`, "Closest by vector"));
  } catch (e) {
    put(place, problem(e));
  }
}

async function following(place, item) {
  try {
    const answer = await api.recommend({ session: { events: [{ item_id: item.item_id, type: "EVENT_TYPE_CLICK" }] }, k: 7, no_impression: true });
    const known = await api.itemsOf(answer.items.map((one) => one.item_id));
    put(place, cards(answer.items, known, (one) => (one.click_chance === undefined ? "" : `${percent(one.click_chance)} likely to be clicked`), "After a visit of it"));
  } catch (e) {
    put(place, problem(e));
  }
}

function cards(list, known, line, name) {
  if (!list.length) return h("p", { class: "muted" }, "There is nothing yet.");
  return h("ul", { class: "cards", "aria-label": name }, list.filter((one) => known.has(one.item_id)).map((one) => card(known.get(one.item_id), { label: "Its page", onpick: go, line: line(one) })));
}

async function change(place, item, may, schema) {
  try {
    const answer = await api.patch([{ item_id: item.item_id, unavailable: !item.unavailable }]);
    if (answer.errors.length) throw new Error(answer.errors[0].message);
    api.forget(item.item_id);
    toast(item.unavailable ? "It can be recommended again." : "It is not recommended any more.");
    await one(place, item.item_id, may, schema);
  } catch (e) {
    toast(e.message);
  }
}
