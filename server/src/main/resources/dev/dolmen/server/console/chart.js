// A line over some time, drawn as SVG.
import { h, s, put } from "./dom.js";
import { bytes } from "./format.js";
import { Readout, timeOf } from "./readout.js";

const WIDTH = 320;
const HEIGHT = 84;

/** A number rounded up so that it reads well at an axis, as show writes it. */
function nice(x, show) {
  if (x <= 0) return 1;
  if (show === bytes) return 2 ** Math.ceil(Math.log2(x));
  const power = 10 ** Math.floor(Math.log10(x));
  return [1, 2, 2.5, 5, 10].map((step) => step * power).find((y) => y >= x) ?? 10 * power;
}

/** How long ago a time of a chart begins. */
function ago(spanMs) {
  const [unit, name] = spanMs >= 48 * 3_600_000 ? [86_400_000, "days"] : spanMs >= 3_600_000 ? [3_600_000, "h"] : [60_000, "min"];
  return `${Math.round(spanMs / unit)} ${name} ago`;
}

/** Points in runs without a gap. */
function runs(points, gapMs) {
  const all = [];
  points.forEach((point, i) => {
    if (!i || point.at - points[i - 1].at > gapMs) all.push([]);
    all.at(-1).push(point);
  });
  return all;
}

/**
 * A chart. show: how a value is written; label: what it is. What it draws: points: [{at: ms, value}] ascending;
 * spanMs: the width; end: the right edge, by default where the points end; gapMs: from which on points are not joined.
 */
export function chart(label, show) {
  const now = h("strong", {}, "–");
  const drawing = s("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label, class: "chart" });
  const readout = new Readout(drawing, WIDTH, HEIGHT, label);
  const element = h("figure", { class: "tile" }, h("figcaption", {}, label, now), readout.element);
  const text = (words) => put(drawing, s("text", { x: WIDTH / 2, y: HEIGHT / 2, "text-anchor": "middle" }, words));
  function draw(points, spanMs, end = null, gapMs = Infinity) {
    const good = points.filter((point) => Number.isFinite(point.value));
    const last = good.at(-1);
    put(now, last ? show(last.value) : "–");
    drawing.setAttribute("aria-label", `${label}: ${last ? show(last.value) : "nothing yet"}`);
    if (end === null ? good.length < 2 : !last) {
      text(end === null ? "The line begins in a moment" : "Nothing was recorded");
      readout.show([]);
      return;
    }
    const most = Math.max(...good.map((point) => point.value));
    const top = nice(most, show);
    const right = end ?? last.at;
    if (end !== null) drawing.setAttribute("aria-label", `${label}: ${show(last.value)}, at most ${show(most)} since ${ago(spanMs)}`);
    const x = (at) => WIDTH - 2 - ((right - at) / spanMs) * (WIDTH - 4);
    const y = (value) => HEIGHT - 14 - (value / top) * (HEIGHT - 28);
    const lines = runs(good, gapMs).map((run) => ({ run, path: run.map((point, i) => `${i ? "L" : "M"}${x(point.at).toFixed(1)} ${y(point.value).toFixed(1)}`).join("") }));
    put(drawing,
      s("line", { class: "axis", x1: 0, x2: WIDTH, y1: y(0), y2: y(0) }),
      s("line", { class: "axis", x1: 0, x2: WIDTH, y1: y(top), y2: y(top) }),
      lines.map(({ run, path }) => [
        s("path", { class: "area", d: `${path}L${x(run.at(-1).at).toFixed(1)} ${y(0)}L${x(run[0].at).toFixed(1)} ${y(0)}Z` }),
        s("path", { class: "curve", d: run.length > 1 ? path : `${path}h1` }),
      ]),
      s("text", { x: 2, y: y(top) - 3 }, show(top)),
      s("text", { x: 2, y: HEIGHT - 2 }, ago(spanMs)),
      s("text", { x: WIDTH - 2, y: HEIGHT - 2, "text-anchor": "end" }, "now"),
      readout.mark);
    readout.show(good.map(({ at, value }) => ({ at, x: x(at), values: [["", show(value)]], time: timeOf(at, spanMs), marks: [{ y: y(value), kind: "" }] })));
  }
  return { element, draw };
}

/** A bar of a part of a whole. */
export function bar(share, kind = "") {
  const width = Math.max(0, Math.min(1, share)) * 100;
  return s("svg", { class: `bar ${kind}`, viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true" },
    s("rect", { class: "rest", width: 100, height: 6 }), s("rect", { class: "part", width, height: 6 }));
}

/** A value with its interval, on a scale from 0 to `top`. */
export function interval(value, low, high, top, kind) {
  const x = (v) => (Math.max(0, Math.min(top, v)) / top) * 100;
  return s("svg", { class: `bar tall ${kind}`, viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
    s("rect", { class: "rest", width: 100, height: 10 }),
    s("rect", { class: "part", width: x(value), height: 10 }),
    s("rect", { class: "spread", x: x(low), width: Math.max(0.4, x(high) - x(low)), y: 3.5, height: 3 }));
}
