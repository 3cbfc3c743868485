// The map of the items: their vectors in two dimensions, on which the visit, what is recommended for it and neighbors light up.
import { h, put, button, problem } from "./dom.js";
import { again } from "./again.js";
import * as api from "./api.js";
import { facts, factSlots } from "./card.js";
import { count, percent } from "./format.js";
import { COLORS, draw, placing } from "./mapdraw.js";

const POINTS = 2_000;
const AGAIN_MS = 10_000;
const NEIGHBORS = 8;
const NEIGHBORS_KEPT = 300;

/** How far from a point the pointer may be, in pixels. */
const REACH = 16;

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** The level of the categories that parts the items best: with some of them, and not too many. */
function levelOf(paths) {
  const kinds = [0, 1, 2].map((level) => new Set(paths.map((path) => path[level]).filter(Boolean)).size);
  const good = kinds.findIndex((n) => n > 1 && n <= COLORS);
  return good >= 0 ? good : Math.max(0, kinds.findIndex((n) => n > 1));
}

export class ItemMap {
  /** onpick: what a click on an item does, given its id. */
  constructor(onpick) {
    this.onpick = onpick;
    this.points = [];
    this.byId = new Map();
    this.groups = [];
    this.visit = [];
    this.answer = [];
    this.at = null;
    this.near = [];
    this.known = new Map();
    this.close = false;
    this.place = null;
    this.canvas = h("canvas", { tabindex: "0", role: "application", "aria-roledescription": "map", "aria-label": "Map of the items", "aria-describedby": "map-keys" });
    this.tip = h("div", { class: "tip", "aria-hidden": "true", hidden: true });
    this.said = h("p", { class: "hidden", role: "status" });
    this.about = h("div", { class: "muted" });
    this.legend = h("ul", { class: "legend" });
    this.zoom = button("Zoom in", () => {
      this.close = !this.close;
      this.redraw();
    }, "quiet");
    this.element = h("details", { class: "map", open: true, ontoggle: () => this.element.open && this.refresh() },
      h("summary", {}, "Map of the items"),
      h("div", { class: "ground" }, this.canvas, this.tip), this.said, this.legend,
      h("div", { class: "row wrap" }, this.about, this.zoom),
      h("p", { class: "hidden", id: "map-keys" }, "Arrow keys go from item to item, Enter puts one into the visit."));
    this.listen();
  }

  listen() {
    const { canvas } = this;
    canvas.addEventListener("pointermove", (event) => event.pointerType !== "touch" && this.go(this.under(event)));
    canvas.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && this.go(null));
    canvas.addEventListener("blur", () => this.go(null));
    canvas.addEventListener("click", (event) => {
      const touch = event.pointerType === "touch";
      // What is named is what is picked, also if the map has moved since.
      const point = touch ? this.under(event) : this.at ?? this.under(event);
      // A finger has to see first what it is about to pick.
      if (point && touch && point !== this.at) this.go(point);
      else if (point) this.onpick(point.item.item_id);
    });
    canvas.addEventListener("keydown", (event) => this.press(event));
    this.sizes = new ResizeObserver(() => this.redraw());
    this.sizes.observe(canvas);
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    this.onscheme = () => this.redraw();
    this.dark.addEventListener("change", this.onscheme);
    this.rest = again(AGAIN_MS, () => this.isSeen() && !this.at && this.refresh());
  }

  /** It asks for nothing more. */
  stop() {
    this.rest();
    this.sizes.disconnect();
    this.dark.removeEventListener("change", this.onscheme);
    this.stopped = true;
  }

  isSeen() {
    const { top, bottom } = this.canvas.getBoundingClientRect();
    return document.visibilityState === "visible" && this.element.open && bottom > 0 && top < innerHeight;
  }

  /** What is lit: ids of the visit's items, oldest first, and of those recommended, best first. */
  light(visit, answer) {
    this.visit = visit;
    this.answer = answer;
    if (!this.points.length || [...visit, ...answer].some((id) => !this.byId.has(id))) this.refresh();
    else this.redraw();
  }

  async refresh() {
    if (this.asking || this.stopped || !this.element.open) return;
    this.asking = true;
    const ids = [...new Set([...this.visit, ...this.answer])].slice(0, 1_000);
    try {
      this.take(await api.mapItems({ k: POINTS, item_ids: ids, slots: factSlots() }));
    } catch (e) {
      put(this.about, problem(e, () => this.refresh()));
    } finally {
      this.asking = false;
    }
    // Lit meanwhile.
    if (ids.length && ![...this.visit, ...this.answer].every((id) => ids.includes(id) || this.byId.has(id))) this.refresh();
  }

  take({ items, shown_variance: shown, catalog_items: all }) {
    const paths = items.map((item) => facts(item).path);
    const level = levelOf(paths);
    const names = paths.map((path) => path[Math.min(level, path.length - 1)] ?? "");
    const sizes = new Map();
    names.filter(Boolean).forEach((name) => sizes.set(name, (sizes.get(name) ?? 0) + 1));
    // A group keeps its color from one answer to the next.
    const best = [...sizes].sort((a, b) => b[1] - a[1]).slice(0, COLORS).map(([name]) => name);
    this.groups = this.groups.map((name) => (best.includes(name) ? name : null));
    best.filter((name) => !this.groups.includes(name)).forEach((name) => {
      const free = this.groups.indexOf(null);
      if (free >= 0) this.groups[free] = name;
      else this.groups.push(name);
    });
    this.points = items.map((item, i) => ({ x: item.x, y: item.y, item, group: this.groups.indexOf(names[i]) }));
    this.byId = new Map(this.points.map((point) => [point.item.item_id, point]));
    if (this.at) this.at = this.byId.get(this.at.item.item_id) ?? null;
    const others = this.points.some((point) => point.group < 0);
    put(this.legend, this.groups.map((name, i) => name && h("li", {}, h("span", { class: `swatch c${i}` }), name)),
      others && this.groups.length ? h("li", {}, h("span", { class: "swatch" }), "others") : null,
      h("li", {}, h("span", { class: "swatch sign diamond" }), "in the visit"), h("li", {}, h("span", { class: "swatch sign" }), "recommended"));
    put(this.about, !items.length ? "No item has a vector yet." : `${items.length < Number(all) ? `${count(items.length)} of ${count(all)}` : count(items.length)} items. `
      + `Two dimensions show ${percent(shown, 0)} of how their vectors differ.`);
    this.redraw();
  }

  pointsOf(ids) {
    return ids.map((id) => this.byId.get(id)).filter(Boolean);
  }

  redraw() {
    const { canvas, points } = this;
    if (!this.element.open || !canvas.clientWidth) return;
    const visit = this.pointsOf(this.visit);
    const answer = this.pointsOf(this.answer);
    const lit = [...visit, ...answer];
    this.zoom.hidden = !lit.length;
    put(this.zoom, this.close ? "Zoom out" : "Zoom in");
    this.place = placing(points, this.close ? lit : [], canvas.clientWidth, canvas.clientHeight);
    draw(canvas, points, this.place, { visit, answer, near: this.pointsOf(this.near), at: this.at });
    this.showTip();
  }

  /** The item under the pointer; those that are lit come first. */
  under(event) {
    if (!this.place) return null;
    const box = this.canvas.getBoundingClientRect();
    const pointer = { x: event.clientX - box.left, y: event.clientY - box.top };
    const lit = new Set([...this.visit, ...this.answer]);
    let found = null;
    let least = REACH;
    for (const point of this.points) {
      const at = this.place(point);
      const far = Math.hypot(at.x - pointer.x, at.y - pointer.y) - (lit.has(point.item.item_id) ? 4 : 0);
      if (far < least) [found, least] = [point, far];
    }
    return found;
  }

  press(event) {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (this.at) this.onpick(this.at.item.item_id);
    } else if (event.key === "Escape") {
      this.go(null);
    } else if (ARROWS[event.key] && this.points.length) {
      event.preventDefault();
      this.go(this.at ? this.toward(...ARROWS[event.key]) : this.pointsOf([...this.answer, ...this.visit])[0] ?? this.points[0]);
      if (this.at) put(this.said, this.words(this.at));
    }
  }

  /** The closest item in a direction of the screen, or the one that it is at. */
  toward(right, down) {
    const from = this.place(this.at);
    let found = this.at;
    let least = Infinity;
    for (const point of this.points) {
      const to = this.place(point);
      const [x, y] = [to.x - from.x, to.y - from.y];
      const ahead = x * right + y * down;
      const aside = Math.abs(x * down) + Math.abs(y * right);
      if (ahead > 0.5 && aside <= ahead && ahead + 2 * aside < least) [found, least] = [point, ahead + 2 * aside];
    }
    return found;
  }

  go(point) {
    if (point === this.at) return;
    this.at = point;
    this.near = point ? this.known.get(point.item.item_id) ?? [] : [];
    clearTimeout(this.waiting);
    if (point && !this.near.length) this.waiting = setTimeout(() => this.askNear(point), 150);
    this.redraw();
  }

  async askNear(point) {
    const id = point.item.item_id;
    try {
      const { items } = await api.similar({ item_id: id, k: NEIGHBORS });
      if (this.known.size >= NEIGHBORS_KEPT) this.known.delete(this.known.keys().next().value);
      this.known.set(id, items.map((one) => one.item_id));
    } catch {
      return; // The map is as good without them, and the next question says what is wrong.
    }
    if (this.at?.item.item_id === id) {
      this.near = this.known.get(id);
      this.redraw();
    }
  }

  words({ item }) {
    const { title, path } = facts(item);
    const place = this.answer.indexOf(item.item_id);
    const state = this.visit.includes(item.item_id) ? "in the visit" : place >= 0 ? `recommended, place ${place + 1}` : "";
    return [title, path.join(" / "), state].filter(Boolean).join("; ");
  }

  showTip() {
    this.tip.hidden = !this.at;
    if (!this.at) return;
    const [title, ...more] = this.words(this.at).split("; ");
    put(this.tip, h("strong", {}, title), more.length ? h("span", {}, more.join(" · ")) : null);
    const { x, y } = this.place(this.at);
    const left = Math.max(0, Math.min(this.canvas.clientWidth - this.tip.offsetWidth, x - this.tip.offsetWidth / 2));
    const top = y > this.tip.offsetHeight + 18 ? y - this.tip.offsetHeight - 16 : y + 16;
    this.tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }
}
