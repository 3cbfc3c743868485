// How often an item was shown and clicked: the last hours and days as columns, drawn as SVG.
import { h, s, put, problem, busy, time } from "./dom.js";
import * as api from "./api.js";
import { count } from "./format.js";
import { placing } from "./placing.js";
import { Readout } from "./readout.js";

const WIDTH = 320;
const HEIGHT = 92;
const FLOOR = HEIGHT - 14;
const ROOM = FLOOR - 14;

export function curves(item) {
  const place = h("div", { class: "stack" }, busy("Asking…"));
  look(place, item);
  return h("section", { class: "panel" }, h("h2", {}, "Shown and clicked"),
    h("p", { class: "muted" }, "Recommendations that showed it, and its views, clicks and purchases, whether or not they came from one."), place);
}

async function look(place, item) {
  try {
    const history = await api.itemHistory(item.item_id);
    if (!history.since) {
      put(place, h("p", { role: "status" }, "It is not counted: it was not shown or clicked yet, or not for a long time. Counts are kept of the 16,384 items that were shown or clicked last."));
      return;
    }
    put(place, h("div", { class: "panels" }, columns("Last 24 hours", history.hours, hour, (start) => `${hour(start)} to ${hour(new Date(start.getTime() + 3_600_000))}`),
      columns("Last 30 days", history.days, (start) => start.toLocaleDateString([], { day: "numeric", month: "short", timeZone: "UTC" }))),
    h("p", { class: "muted" }, "Counted since ", time(history.since),
      "; days begin at midnight UTC. The last of each has only begun."), placing(history));
  } catch (e) {
    put(place, problem(e, () => look(place, item)));
  }
}

const hour = (time) => time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
const sum = (periods, what) => periods.reduce((all, one) => all + Number(one[what]), 0);

/** Columns of what was shown, and in front of them what was clicked; when says how a start is written, period how the whole. */
function columns(label, periods, when, period = when) {
  const shown = sum(periods, "shown");
  const clicks = sum(periods, "clicks");
  const told = `${count(shown)} shown, ${count(clicks)} clicked`;
  const top = Math.max(1, ...periods.flatMap((one) => [Number(one.shown), Number(one.clicks)]));
  const step = (WIDTH - 4) / periods.length;
  const column = (value, at, kind, from, width) => {
    const height = value ? Math.max(1, (value / top) * ROOM) : 0;
    return s("rect", { class: kind, x: (2 + at * step + from * step).toFixed(1), y: (FLOOR - height).toFixed(1), width: (width * step).toFixed(1), height: height.toFixed(1) });
  };
  const drawing = s("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `${label}: ${told}`, class: "chart columns" });
  const readout = new Readout(drawing, WIDTH, HEIGHT, label);
  readout.show(periods.map((one, at) => ({
    at, x: 2 + (at + 0.5) * step, values: [["shown", count(one.shown)], ["clicked", count(one.clicks)]], time: period(new Date(one.start)),
    marks: [["shown", "gray"], ["clicks", ""]].map(([what, kind]) => ({ y: FLOOR - (Number(one[what]) / top) * ROOM, kind })),
  })));
  put(drawing,
    s("line", { class: "axis", x1: 0, x2: WIDTH, y1: FLOOR, y2: FLOOR }), s("line", { class: "axis", x1: 0, x2: WIDTH, y1: FLOOR - ROOM, y2: FLOOR - ROOM }),
    periods.map((one, at) => s("g", {}, column(Number(one.shown), at, "shown", 0.1, 0.8), column(Number(one.clicks), at, "clicked", 0.3, 0.4))),
    s("text", { x: 2, y: FLOOR - ROOM - 3 }, count(top)), s("text", { x: 2, y: HEIGHT - 2 }, when(new Date(periods[0].start))),
    s("text", { x: WIDTH - 2, y: HEIGHT - 2, "text-anchor": "end" }, "now"), readout.mark);
  return h("figure", { class: "tile" }, h("figcaption", {}, label, h("strong", {}, told)), readout.element,
    h("ul", { class: "legend" }, h("li", {}, h("span", { class: "swatch" }), "shown"), h("li", {}, h("span", { class: "swatch accent" }), "clicked")));
}
