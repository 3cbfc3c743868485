// Try it: a shop window on the catalogue, a visit made of clicks, and what is recommended for it.
import { h, put, field, button, toast, problem, busy } from "../dom.js";
import * as api from "../api.js";
import { card, facts, textOf } from "../card.js";
import { picture } from "../picture.js";
import { count, millis, percent, words } from "../format.js";
import { visit, TYPES, add, remove, restart, request, events, learn } from "../visit.js";
import { snippets } from "../code.js";
import { CodePanel } from "../codepanel.js";
import { addItem } from "../additem.js";
import { called, settings } from "../settings.js";
import { compared, comparedServers } from "../compare.js";
import { chooseSnapshot } from "../choosesnapshot.js";
import { THERE, host, itemsThere, recommendThere } from "../there.js";
import { ItemMap } from "../map.js";
import { itemsOf, sentence, why } from "../reasons.js";
import { sampleShop } from "../sample.js";

export const id = "try";
export const title = "Try it";
export const role = "read";

const SHOWN = 24;
let words_ = "";

export async function show(place, { schema, may }) {
  const first = await api.items({ page_size: 1 });
  if (!first.items.length && !first.next_page_token) {
    put(place, empty(may, schema, () => show(place, { schema, may })));
    return;
  }
  const page = new TryIt(place, schema, may);
  page.begin();
  return () => page.map.stop();
}

/** What to do with a server that has nothing yet. */
function empty(may, schema, again) {
  const told = h("div", { role: "status" });
  const load = async (event) => {
    event.target.disabled = true;
    put(told, busy("Loading the sample shop…"));
    try {
      const answer = await api.upsert(sampleShop(schema));
      if (answer.errors.length) throw new Error(`${answer.errors[0].field}: ${answer.errors[0].message}`);
      await again();
    } catch (e) {
      event.target.disabled = false;
      put(told, problem(e));
    }
  };
  const code = snippets("/v1/items", { items: sampleShop(schema).slice(0, 1) }, api.key() !== "").curl;
  const step = (n, name, ...content) => h("li", { class: "panel" }, h("h2", {}, h("span", { class: "step-number", "aria-hidden": "true" }, String(n)), name), content);
  return [h("div", { class: "title" }, h("h1", {}, "The catalogue is empty"), h("p", { class: "muted" }, "As soon as there are items, they can be found, clicked and recommended here.")),
    h("ol", { class: "panels" },
      may("catalog") ? step(1, "Load a sample shop", h("p", {}, "240 products to play with. They stay until you delete them."), h("div", {}, button("Load the sample shop", load, "main")), told) : null,
      may("catalog") ? step(2, "Upload yours", h("p", {}, "A table with a line for each item, or lines of JSON."), h("div", { class: "row wrap" }, h("a", { class: "button", href: "#/import" }, "Upload a file"),
        button("Add one item", () => addItem(schema, again), "quiet"))) : null,
      step(may("catalog") ? 3 : 1, "Call it from your code", h("p", {}, "Send items, then events, and ask for recommendations."), h("pre", { tabindex: "0", "aria-label": "The call as code" }, h("code", {}, code))))];
}

class TryIt {
  constructor(place, schema, may) {
    this.schema = schema;
    this.may = may;
    this.asked = 0;
    this.answer = null;
    this.results = h("ul", { class: "cards small", "aria-label": "Items found" });
    this.found = h("p", { class: "muted", role: "status" });
    this.steps = h("ol", { class: "steps" });
    this.actions = h("div", { class: "row wrap" });
    this.told = h("div", { role: "status" });
    this.filters = h("div", { class: "row wrap" });
    this.recommended = h("div");
    this.about = h("p", { class: "muted", role: "status" });
    this.code = new CodePanel(this.calls());
    this.map = new ItemMap(async (id) => {
      const item = (await api.itemsOf([id])).get(id);
      if (item) this.click(item);
    });
    put(place,
      h("div", { class: "title" }, h("h1", {}, "Try it"),
        h("p", { class: "muted" }, "Click what interests you. The recommendations follow, and with “learn this” so does the model.")),
      h("div", { class: "two" },
        h("section", { class: "shop", "aria-labelledby": "shop" }, h("h2", { id: "shop" }, "The shop"), this.searchForm(), this.found, this.results),
        h("section", { "aria-labelledby": "visit" }, 
          h("div", { class: "now" }, h("div", { class: "stack" }, h("h2", { id: "visit" }, "This visit"), this.steps, this.actions, this.told), this.map.element),
          h("div", { class: "heading" }, h("h2", {}, "Recommended now"), settings(schema.rankers, () => this.recommend(), () => this.askFilter(), this.may("admin") ? chooseSnapshot : null)), this.filters, this.about, this.recommended,
          this.code.element)));
  }

  /** What a shop calls to have what this page has, as far as the caller may. */
  calls() {
    const upserted = () => visit.steps.at(-1)?.item ?? this.firstFound;
    return [
      { name: "Recommend", note: "What this page shows now.", path: "/v1/recommend", body: () => request({ explain: true }) },
      { name: "Publish feedback", role: "publish", note: "What this visit did. An event counts once by its event_id: give each one of its own.", path: "/v1/events",
        body: () => (visit.steps.length ? { events: events(visit.id) } : null) },
      { name: "Upsert an item", role: "catalog", note: "The item clicked last, or the first one found, as a whole: a slot that is left out goes.", path: "/v1/items",
        body: () => (upserted() ? { items: [upserted()] } : null) },
    ].filter((call) => !call.role || this.may(call.role));
  }

  begin() {
    this.search(words_);
    this.showVisit();
    this.recommend();
  }

  searchForm() {
    const input = h("input", { type: "search", value: words_, placeholder: "brand, category, title…", maxlength: 200, autocomplete: "off" });
    let waiting;
    input.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => this.search(input.value), 250);
    });
    const submit = (event) => {
      event.preventDefault();
      clearTimeout(waiting);
      this.search(input.value);
    };
    return h("form", { role: "search", onsubmit: submit, class: "row" }, field("Search the catalogue", input),
      this.may("catalog") ? button("Add an item", () => addItem(this.schema, (item) => this.added(item))) : null);
  }

  async search(text) {
    words_ = text.trim();
    const mine = (this.searched = (this.searched ?? 0) + 1);
    try {
      const { items, more } = await api.search(words_, SHOWN);
      if (mine !== this.searched) return;
      items.forEach(api.remember);
      this.firstFound = items[0];
      visit.found = items.map((item) => item.item_id);
      if (visit.amongFound) this.recommend();
      put(this.found, items.length ? `${more ? "The first " : ""}${count(items.length)} ${items.length === 1 ? "item" : "items"}${words_ ? ` with “${words_}”` : ""}`
        : `Nothing has “${words_}”. Words are looked for in the id and in every slot.`);
      put(this.results, items.map((item) => card(item, { label: "Click it", onpick: () => this.click(item) })));
    } catch (e) {
      if (mine === this.searched) put(this.found, problem(e, () => this.search(text)));
    }
  }

  click(item, type) {
    add(item, type);
    this.showVisit();
    this.recommend();
  }

  showVisit() {
    put(this.steps, visit.steps.map(({ item, type }, at) => {
      const name = facts(item).title;
      const select = h("select", { "aria-label": `What happened with ${name}`, onchange: () => {
        visit.steps[at].type = select.value;
        this.recommend();
      } }, TYPES.map(([value, text]) => h("option", { value, selected: value === type }, text)));
      return h("li", { class: "step" }, h("span", { class: "mini" }, picture(item.item_id, facts(item))),
        h("span", { class: "who" }, h("span", { class: "name" }, name), select),
        h("button", { type: "button", class: "x", "aria-label": `Take ${name} out of the visit`, onclick: () => {
          remove(at);
          this.showVisit();
          this.recommend();
        } }, "×"));
    }));
    if (!visit.steps.length) put(this.steps, h("li", { class: "muted hint" }, "Nothing yet: a new visitor, who is shown what is clicked most."));
    const visitors = h("select", { "aria-label": "As how many visitors" }, [1, 10, 50].map((n) => h("option", { value: n }, n === 1 ? "as one visitor" : `as ${n} visitors`)));
    put(this.actions, visit.steps.length ? [
      this.may("publish") ? [button("Learn this", (event) => this.learn(event.target, Number(visitors.value)), "main"), visitors] : null,
      button("New visit", () => {
        restart();
        put(this.told);
        this.showVisit();
        this.recommend();
      }, "quiet")] : []);
  }

  showFilters() {
    put(this.filters, visit.filters.map(({ text }, at) => h("span", { class: "chip" }, text,
      h("button", { type: "button", class: "x", "aria-label": `Take away the filter ${text}`, onclick: () => {
        visit.filters.splice(at, 1);
        this.recommend();
      } }, "×"))));
  }

  askFilter() {
    const usable = this.schema.slots.filter((slot) => ["category", "category_path", "tokens", "number"].includes(slot.kind));
    const slot = h("select", {}, usable.map((one) => h("option", { value: one.name }, words(one.name))));
    const how = h("select", {}, h("option", { value: "any_of" }, "is one of"), h("option", { value: "none_of" }, "is none of"));
    const tokens = h("input", { placeholder: "with commas between them", list: "filter-values" });
    const values = h("datalist", { id: "filter-values" });
    const min = h("input", { inputmode: "decimal" });
    const max = h("input", { inputmode: "decimal" });
    const kinds = h("div");
    const told = h("div");
    const chosen = () => usable.find((one) => one.name === slot.value);
    const shape = () => {
      put(kinds, chosen().kind === "number" ? h("div", { class: "row" }, field("From", min), field("To", max))
        : [field("Condition", how), field("Values", tokens), values]);
      put(values, [...this.valuesOf(chosen())].map((value) => h("option", { value })));
    };
    slot.addEventListener("change", shape);
    shape();
    const submit = (event) => {
      event.preventDefault();
      const made = chosen().kind === "number" ? rangeOf(chosen(), min.value, max.value) : listOf(chosen(), how.value, tokens.value);
      if (!made) {
        put(told, problem(new Error("A value is missing, or is no number.")));
        return;
      }
      visit.filters.push(made);
      dialog.close();
      this.recommend();
    };
    const dialog = h("dialog", { class: "panel", "aria-labelledby": "filter-title", onclose: () => dialog.remove() },
      h("h2", { id: "filter-title" }, "Recommend only what fits"),
      h("form", { onsubmit: submit, class: "form" }, field("Slot", slot), kinds, told,
        h("div", { class: "row" }, h("button", { class: "button main", type: "submit" }, "Add it"), button("Cancel", () => dialog.close(), "quiet"))));
    document.body.append(dialog);
    dialog.showModal();
  }

  /** Values of a slot among the items that are shown, to choose from. */
  valuesOf(slot) {
    const all = new Set();
    for (const item of this.shown?.values() ?? []) {
      const value = item.slots[slot.name];
      (value?.path?.token ?? value?.tokens?.token ?? (value ? [textOf(value)] : [])).forEach((token) => all.add(token));
    }
    return [...all].sort().slice(0, 100);
  }

  async recommend() {
    const mine = ++this.asked;
    this.showFilters();
    this.code.show();
    const began = performance.now();
    try {
      const asked = [api.recommend(request({ explain: true }))];
      if (visit.against === THERE) asked.push(recommendThere(request({ explain: true })));
      else if (visit.against) asked.push(api.recommend(request({ explain: true, ranker: visit.against })));
      const [answer, other] = await Promise.all(asked);
      const took = performance.now() - began;
      const items = new Map([...await itemsOf(answer), ...(other ? await itemsOf(other) : [])]);
      if (visit.against === THERE) (await itemsThere(other, items)).forEach((item, id) => items.set(id, item));
      if (mine !== this.asked) return;
      this.render(answer, other, items, took);
    } catch (e) {
      if (mine !== this.asked) return;
      put(this.recommended);
      put(this.about, problem(e, () => this.recommend()));
    }
  }

  render(answer, other, items, took) {
    const before = new Map((this.answer?.items ?? []).map((one, at) => [one.item_id, at]));
    this.shown = items;
    const moved = (id, at) => (!before.size ? null : before.has(id) ? before.get(id) - at : "new");
    const cards = (of, more) => of.items.filter((one) => items.has(one.item_id)).map((one, at) => card(items.get(one.item_id), {
      place: at + 1,
      move: of === answer ? moved(one.item_id, at) : null,
      line: one.explanation ? sentence(one.explanation, items) : one.click_chance === undefined ? "" : `${percent(one.click_chance)} likely to be clicked`,
      more: one.explanation ? () => why(items.get(one.item_id), one, of.explained_events, items) : null,
      label: "Click it",
      onpick: (item) => this.click(item),
      ...more(one.item_id, at + 1),
    }));
    const alone = () => h("ul", { class: "cards", "aria-label": "Recommended" }, cards(answer, () => ({})));
    if (other?.failed) {
      put(this.recommended, h("div", { class: "notice bad", role: "alert" }, h("p", {}, h("strong", {}, `${host(api.compared())} does not answer this. `), other.failed.message),
        button("Try again", () => this.recommend())), alone());
    } else if (other && visit.against === THERE) {
      const names = [api.remote(), api.compared()].map(host);
      put(this.recommended, comparedServers(answer, other, names, cards, (id) => (items.has(id) ? facts(items.get(id)).title : id)));
    } else put(this.recommended, other ? compared(answer, other, cards) : alone());
    put(this.about, answer.items.length
      ? `By ${called(answer.ranker)}; the model has learned ${count(answer.model_version)} ${Number(answer.model_version) === 1 ? "batch" : "batches"}; ${millis(took)} from here and back.`
      : "Nothing fits. Take a filter away, or show seen items, too.");
    this.answer = answer;
    this.map.light(visit.steps.map(({ item }) => item.item_id), [...new Set([answer, other].flatMap((one) => one?.items ?? []).map((one) => one.item_id))]);
  }

  async learn(pressed, visitors) {
    pressed.disabled = true;
    put(this.told, busy("Logged, being learned…"));
    try {
      const before = await api.recommend(request({ k: 200 }));
      const took = await learn(visitors);
      const after = await api.recommend(request({ k: 200 }));
      put(this.told, await this.moved(before, after, took));
      this.answer = { items: before.items.slice(0, visit.k) };
      await this.recommend();
    } catch (e) {
      put(this.told, problem(e));
    } finally {
      pressed.disabled = false;
    }
  }

  /** What the same request is answered with now. */
  async moved(before, after, took) {
    const places = new Map(before.items.map((one, at) => [one.item_id, at]));
    const ups = after.items.map((one, at) => ({ id: one.item_id, at, up: places.has(one.item_id) ? places.get(one.item_id) - at : before.items.length - at, isNew: !places.has(one.item_id) }));
    const changed = ups.filter((one) => one.up !== 0).length;
    const best = ups.filter((one) => one.up > 0 && one.at < visit.k).sort((a, b) => b.up - a.up).slice(0, 3);
    const items = await api.itemsOf(best.map((one) => one.id));
    return h("div", { class: "notice good" },
      h("p", {}, h("strong", {}, `Learned in ${millis(took)}. `), changed
        ? `Of the ${after.items.length} best items for this visit ${changed} have another place now.`
        : "The order of this visit stays as it was; learned as more visitors it will move."),
      best.length ? h("ul", {}, best.filter((one) => items.has(one.id)).map((one) => h("li", {},
        `${facts(items.get(one.id)).title}: ${one.isNew ? "new among them" : `up ${one.up}`}, now at ${one.at + 1}`))) : null);
  }

  async added(item) {
    toast(`${facts(item).title} is in the catalogue.`);
    put(this.told, busy("Looking for it…"));
    try {
      const answer = await api.recommend(request({ k: 1_000, filters: [], candidate_item_ids: [] }));
      const at = answer.items.findIndex((one) => one.item_id === item.item_id);
      const near = await api.similar({ item_id: item.item_id, k: 3 });
      const items = await api.itemsOf(near.items.map((one) => one.item_id));
      put(this.told, h("div", { class: "notice good" }, h("p", {}, h("strong", {}, `${facts(item).title} is there. `),
        at < 0 ? "It is not among the 1,000 best items of this visit." : `For this visit it is at place ${at + 1} of ${count(answer.items.length)}.`),
        items.size ? h("p", {}, "Most like it: ", [...items.values()].map((one) => facts(one).title).join("; ")) : null));
      this.search(words_);
      this.recommend();
    } catch (e) {
      put(this.told, problem(e));
    }
  }
}

function listOf(slot, how, text) {
  const token = text.split(",").map((one) => one.trim()).filter(Boolean);
  return token.length ? { text: `${words(slot.name)} ${how === "any_of" ? "is" : "is not"} ${token.join(" or ")}`, filter: { slot: slot.name, [how]: { token } } } : null;
}

function rangeOf(slot, min, max) {
  const range = {};
  if (min.trim()) range.min = Number(min);
  if (max.trim()) range.max = Number(max);
  const values = Object.values(range);
  if (!values.length || !values.every(Number.isFinite)) return null;
  const text = [range.min === undefined ? "" : `from ${range.min}`, range.max === undefined ? "" : `to ${range.max}`].filter(Boolean).join(" ");
  return { text: `${words(slot.name)} ${text}`, filter: { slot: slot.name, range } };
}
