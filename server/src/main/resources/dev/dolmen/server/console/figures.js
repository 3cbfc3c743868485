// What the charts of Overview are of, by the names that the API has for it.
import { h } from "./dom.js";
import { chart } from "./chart.js";
import { bytes, count, millis, percent, rate } from "./format.js";

const seconds = (value) => millis(value * 1_000);

const FIGURES = {
  events_learned: ["Events learned", rate], calls: ["Calls answered", rate], call_seconds: ["Mean time of a call", seconds],
  freshness_p99_seconds: ["Click to visible (p99)", seconds], lag_records: ["Logged and not yet learned", count], recall_at_20: ["recall@20, last clicks", (x) => percent(x)],
  failed_calls: ["Calls that failed", (x) => percent(x)], resident_bytes: ["Memory of the process", bytes],
};

/** A chart of each: {charts: by name, tiles: all of them as an element}. */
export function figures() {
  const charts = Object.fromEntries(Object.entries(FIGURES).map(([figure, [label, show]]) => [figure, chart(label, show)]));
  return { charts, tiles: h("div", { class: "tiles" }, Object.values(charts).map((one) => one.element)) };
}
