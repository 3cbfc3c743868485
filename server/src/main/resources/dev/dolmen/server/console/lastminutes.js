// Charts of the last minutes: what the server remembers of them, and from then on what its status says.
import * as api from "./api.js";
import { figures } from "./figures.js";

const SPAN_MS = 15 * 60_000;

/** The width while there is no more than this of it. */
const SHORT_MS = 5 * 60_000;

/** After so long without a look, the server knows more than this page. Points so far apart are not joined. */
const GAP_MS = 15_000;

const sum = (list, of) => list.reduce((all, one) => all + of(one), 0);

function sample(status) {
  return {
    at: Date.now(), started: status.started, events: Number(status.feedback_events_learned),
    calls: sum(status.calls, (one) => Number(one.calls)), failed: sum(status.calls, (one) => Number(one.failed)),
    seconds: sum(status.calls, (one) => one.total_ms) / 1_000,
  };
}

/** What is so now. */
function levels(status) {
  const model = status.validation_window?.model;
  return {
    lag_records: Number(status.learning?.lag_records ?? 0), freshness_p99_seconds: status.freshness_p99_ms / 1_000 || NaN,
    recall_at_20: Number(model?.predictions) ? model.recall_at_20 : NaN, resident_bytes: Number(status.memory_bytes.resident ?? NaN),
  };
}

/** What happened between two samples. */
function changes(from, to) {
  const seconds = (to.at - from.at) / 1_000;
  const calls = to.calls - from.calls;
  return {
    events_learned: (to.events - from.events) / seconds, calls: calls / seconds,
    failed_calls: (to.failed - from.failed) / calls, call_seconds: (to.seconds - from.seconds) / calls,
  };
}

export class LastMinutes {
  constructor() {
    const { charts, tiles } = figures();
    this.charts = charts;
    this.element = tiles;
    this.points = {};
    this.before = null;
  }

  /** Takes what a status says, asked for at this moment. */
  async add(status) {
    const now = sample(status);
    const goesOn = this.before && now.started === this.before.started && now.at - this.before.at < GAP_MS;
    if (!goesOn) await this.recall();
    this.push(now.at, { ...levels(status), ...(goesOn ? changes(this.before, now) : {}) });
    this.before = now;
  }

  /** Begins with what the server remembers. Where it does not say, the lines begin now. */
  async recall() {
    this.points = {};
    let answer;
    try {
      answer = await api.charts("CHART_SPAN_MINUTES");
    } catch (e) {
      if (e.status === 401) throw e;
      return;
    }
    // Its clock may be another.
    const later = Date.now() - Date.parse(answer.end);
    for (const { name, points } of answer.series) this.points[name] = points.map((one) => ({ at: Date.parse(one.time) + later, value: one.value }));
  }

  push(at, values) {
    for (const [name, value] of Object.entries(values)) {
      const line = (this.points[name] ??= []);
      if (!(line.at(-1)?.at >= at)) line.push({ at, value });
      while (line[0].at < at - SPAN_MS) line.shift();
    }
  }

  draw() {
    const first = Math.min(...Object.values(this.points).map((line) => line[0]?.at ?? Infinity));
    const spanMs = first < Date.now() - SHORT_MS ? SPAN_MS : SHORT_MS;
    for (const [name, one] of Object.entries(this.charts)) one.draw(this.points[name] ?? [], spanMs, null, GAP_MS);
  }
}
