// Charts of the last hour, day and week, which the server asks its Prometheus for.
import { h, put, problem, busy } from "./dom.js";
import { again } from "./again.js";
import * as api from "./api.js";
import { figures } from "./figures.js";

/** How far back: what it is called, what the API calls it, and after how long it is asked again. */
export const SPANS = [["1 h", "CHART_SPAN_HOUR", 30_000], ["24 h", "CHART_SPAN_DAY", 60_000], ["7 d", "CHART_SPAN_WEEK", 60_000]];

/** The charts of one span, asked for until they are ended. */
export class LongCharts {
  constructor([name, span, everyMs]) {
    this.name = name;
    this.span = span;
    Object.assign(this, figures());
    this.told = h("div", { role: "status" }, busy("Asking Prometheus…"));
    this.element = h("div", {}, this.told);
    this.look();
    this.end = again(everyMs, () => this.look());
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
