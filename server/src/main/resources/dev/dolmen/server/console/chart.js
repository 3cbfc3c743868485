// A line over the last minutes, drawn as SVG.
import { h, s, put } from "./dom.js";

const WIDTH = 320;
const HEIGHT = 84;

/** A number rounded up so that it reads well at an axis. */
function nice(x) {
  if (x <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(x));
  return [1, 2, 2.5, 5, 10].map((step) => step * power).find((y) => y >= x) ?? 10 * power;
}

/**
 * A chart. points: [{at: ms, value}] ascending; show: how a value is written; label: what it is; spanMs: the width.
 * from: lowest value of the axis that is not data.
 */
export function chart(label, show) {
  const now = h("strong", {}, "–");
  const drawing = s("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label, class: "chart" });
  const element = h("figure", { class: "tile" }, h("figcaption", {}, label, now), drawing);
  function draw(points, spanMs) {
    const good = points.filter((point) => Number.isFinite(point.value));
    const last = good.at(-1);
    put(now, last ? show(last.value) : "–");
    drawing.setAttribute("aria-label", `${label}: ${last ? show(last.value) : "nothing yet"}`);
    if (good.length < 2) {
      put(drawing, s("text", { x: WIDTH / 2, y: HEIGHT / 2, "text-anchor": "middle" }, "The line begins in a moment"));
      return;
    }
    const top = nice(Math.max(...good.map((point) => point.value)));
    const x = (at) => WIDTH - 2 - ((last.at - at) / spanMs) * (WIDTH - 4);
    const y = (value) => HEIGHT - 14 - (value / top) * (HEIGHT - 28);
    const path = good.map((point, i) => `${i ? "L" : "M"}${x(point.at).toFixed(1)} ${y(point.value).toFixed(1)}`).join("");
    put(drawing,
      s("line", { class: "axis", x1: 0, x2: WIDTH, y1: y(0), y2: y(0) }),
      s("line", { class: "axis", x1: 0, x2: WIDTH, y1: y(top), y2: y(top) }),
      s("path", { class: "area", d: `${path}L${x(last.at).toFixed(1)} ${y(0)}L${x(good[0].at).toFixed(1)} ${y(0)}Z` }),
      s("path", { class: "curve", d: path }),
      s("text", { x: 2, y: y(top) - 3 }, show(top)),
      s("text", { x: 2, y: HEIGHT - 2 }, `${Math.round(spanMs / 60_000)} min ago`),
      s("text", { x: WIDTH - 2, y: HEIGHT - 2, "text-anchor": "end" }, "now"));
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
