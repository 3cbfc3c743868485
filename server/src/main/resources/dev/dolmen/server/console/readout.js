// What a chart has at the pointer, at a touch, or at the point that the arrow keys have come to.
import { h, s, put } from "./dom.js";

const FAR = 10;

/** The readout that is to be seen: one at a time. */
let shown = null;
document.addEventListener("pointerdown", (event) => shown && !shown.element.contains(event.target) && shown.hide());
document.addEventListener("keydown", (event) => event.key === "Escape" && shown?.hide());

/** A time as the points of a chart over spanMs need it. */
export function timeOf(at, spanMs) {
  const time = new Date(at);
  return spanMs < 6 * 3_600_000 ? time.toLocaleTimeString()
    : time.toLocaleString([], { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
}

/**
 * A chart that says its values: put `element` where the drawing would be, and draw `mark` last. A screen reader is told
 * of points that keys have come to, and not of each that a pointer passes.
 */
export class Readout {
  /** drawing: an SVG; width, height: of its view box, which keeps its proportions; label: what the chart is. */
  constructor(drawing, width, height, label) {
    this.drawing = drawing;
    this.width = width;
    this.height = height;
    this.points = [];
    this.mark = s("g", { class: "mark", "aria-hidden": "true" });
    this.tip = h("div", { class: "tip", "aria-hidden": "true", hidden: true });
    this.said = h("p", { class: "hidden", role: "status" });
    this.element = h("div", { class: "plot", role: "application", "aria-roledescription": "chart", "aria-label": `${label}: its values by arrow keys`,
      onpointerdown: (event) => this.point(event), onpointermove: (event) => this.point(event),
      // A finger that is lifted leaves what it has found; one that scrolls the page has not asked.
      onpointerleave: (event) => event.pointerType === "touch" || this.hide(), onpointercancel: () => this.hide(),
      onkeydown: (event) => this.key(event), onfocus: () => this.points.length && this.element.matches(":focus-visible") && this.come(this.points.at(-1)), onblur: () => this.hide(),
    }, drawing, this.tip, this.said);
  }

  /**
   * points: [{at: what tells it from others, x, values: [[name or "", text]], time: text, marks: [{y, kind}]}] ascending,
   * x and y in the view box. What is shown stays where it is: under the pointer, or at its time.
   */
  show(points) {
    this.points = points;
    if (points.length) this.element.setAttribute("tabindex", "0");
    else this.element.removeAttribute("tabindex");
    if (shown !== this) return;
    if (!points.length || !this.element.matches(":hover, :focus")) this.hide();
    else this.draw(this.byKey ? this.nearest("at", this.at) : this.nearest("x", this.x));
  }

  nearest(name, wanted) {
    return this.points.reduce((best, one) => (Math.abs(one[name] - wanted) < Math.abs(best[name] - wanted) ? one : best));
  }

  point(event) {
    if (!this.points.length) return;
    const box = this.drawing.getBoundingClientRect();
    this.byKey = false;
    this.x = ((event.clientX - box.left) / box.width) * this.width;
    this.draw(this.nearest("x", this.x));
  }

  key(event) {
    const last = this.points.length - 1;
    if (last < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    const now = shown === this ? this.points.findIndex((one) => one.at === this.at) : last + 1;
    const to = { ArrowLeft: now - 1, ArrowRight: now + 1, PageUp: now - FAR, PageDown: now + FAR, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.come(this.points[Math.max(0, Math.min(last, to))]);
  }

  /** Comes to a point by keyboard. */
  come(one) {
    this.byKey = true;
    this.draw(one);
    put(this.said, `${one.values.map(([name, text]) => `${text} ${name}`.trim()).join(", ")}; ${one.time}`);
  }

  draw(one) {
    if (shown !== this) shown?.hide();
    shown = this;
    this.at = one.at;
    put(this.mark, s("line", { x1: one.x, x2: one.x, y1: 0, y2: this.height - 12 }), one.marks.map(({ y, kind }) => s("circle", { class: kind, cx: one.x, cy: y, r: 3.2 })));
    put(this.tip, one.values.map(([name, text]) => h("span", {}, h("b", {}, text), name && ` ${name}`)), h("span", {}, one.time));
    this.tip.hidden = false;
    const at = (one.x / this.width) * this.element.clientWidth;
    const { offsetWidth: wide } = this.tip;
    const left = at + FAR + wide <= this.element.clientWidth ? at + FAR : Math.max(0, at - FAR - wide);
    this.tip.style.transform = `translateX(${Math.round(left)}px)`;
  }

  hide() {
    if (shown === this) shown = null;
    this.tip.hidden = true;
    put(this.mark);
    put(this.said);
  }
}
