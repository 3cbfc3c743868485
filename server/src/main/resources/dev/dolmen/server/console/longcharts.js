// Charts of the last hour, day and week, which the server asks its Prometheus for.
import { h, put, problem, busy } from "./dom.js";
import * as api from "./api.js";
import { chart } from "./chart.js";
import { bytes, count, millis, percent, rate } from "./format.js";

/** How far back: what it is called, what the API calls it, and after how long it is asked again. */
export const SPANS = [["1 h", "CHART_SPAN_HOUR", 30_000], ["24 h", "CHART_SPAN_DAY", 60_000], ["7 d", "CHART_SPAN_WEEK", 60_000]];

const seconds = (value) => millis(value * 1_000);

const FIGURES = {
  events_learned: ["Events learned", rate], calls: ["Calls answered", rate], call_seconds: ["Mean time of a call", seconds],
  freshness_p99_seconds: ["Click to visible (p99)", seconds], lag_records: ["Logged and not yet learned", count], recall_at_20: ["recall@20, last clicks", (x) => percent(x)],
  failed_calls: ["Calls that failed", (x) => percent(x)], resident_bytes: ["Memory of the process", bytes],
};

/** The charts of one span, asked for until they are ended. */
export class LongCharts {
  constructor([name, span, everyMs]) {
    this.name = name;
    this.span = span;
    this.charts = Object.fromEntries(Object.entries(FIGURES).map(([figure, [label, show]]) => [figure, chart(label, show)]));
    this.tiles = h("div", { class: "tiles" }, Object.values(this.charts).map((one) => one.element));
    this.told = h("div", { role: "status" }, busy("Asking Prometheus…"));
    this.element = h("div", {}, this.told);
    this.timer = setInterval(() => document.hidden || this.look(), everyMs);
    this.look();
  }

  end() {
    clearInterval(this.timer);
  }

  async look() {
    try {
      this.draw(await api.charts(this.span));
    } catch (e) {
      // What was drawn would be taken for what is.
      put(this.told, problem(e, () => this.look()));
      this.tiles.remove();
    }
  }

  draw(answer) {
    const end = Date.parse(answer.end);
    const gapMs = answer.step_seconds * 1_500;
    for (const { name, points } of answer.series) {
      this.charts[name]?.draw(points.map((one) => ({ at: Date.parse(one.time), value: one.value })), answer.span_seconds * 1_000, end, gapMs);
    }
    const step = answer.step_seconds < 60 ? `${answer.step_seconds} seconds` : answer.step_seconds < 3_600 ? `${answer.step_seconds / 60} minutes` : "hour";
    put(this.told, h("p", { class: "muted" }, `The last ${this.name}, as Prometheus has it: a point every ${step}.`));
    if (!this.tiles.isConnected) this.element.append(this.tiles);
  }
}
