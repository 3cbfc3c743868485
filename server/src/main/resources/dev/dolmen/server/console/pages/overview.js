// Overview: how the server is, and how good. Its charts are of the last minutes, and longer ones of what its Prometheus has.
import { h, put, redraw, problem, busy } from "../dom.js";
import { again } from "../again.js";
import * as api from "../api.js";
import { bar, interval } from "../chart.js";
import { LastMinutes } from "../lastminutes.js";
import { LongCharts, SPANS } from "../longcharts.js";
import { bytes, count, percent, since, words } from "../format.js";

export const id = "overview";
export const title = "Overview";
export const role = "admin";

const EVERY_MS = 2_000;

export async function show(place) {
  const view = new Overview(place);
  await view.look();
  const rest = again(EVERY_MS, () => view.look());
  return () => {
    rest();
    view.long?.end();
  };
}

/** What the zeros mean. */
const empty = () => h("p", { class: "notice" }, h("strong", {}, "The catalogue is empty. "), "Nothing can be recommended yet: ", h("a", { href: "#/try" }, "three steps"), " change that.");

const sum = (list, of) => list.reduce((all, one) => all + of(one), 0);

class Overview {
  constructor(place) {
    this.health = h("div", { role: "status" }, busy("Asking…"));
    this.minutes = new LastMinutes();
    this.lines = h("div", {}, this.minutes.element);
    this.spans = h("div", { class: "row spans" });
    this.quality = h("div");
    this.memory = h("div");
    this.rows = h("div");
    this.disk = h("div");
    this.facts = h("p", { class: "muted" });
    const panel = (name, content, wide) => h("section", { class: `panel ${wide ?? ""}` }, h("h2", {}, name), content);
    put(place, h("div", { class: "title" }, h("h1", {}, "Overview"), this.facts), this.health,
      this.spans, this.lines,
      h("div", { class: "panels" },
        panel("Quality", this.quality), panel("Memory", this.memory), panel("Log and snapshots", this.disk), panel("Rows by slot", this.rows, "wide")));
  }

  /** Offers longer charts once it is known that there are some. */
  offer() {
    if (this.spans.hasChildNodes()) return;
    const tab = (name, chosen) => h("button", { type: "button", class: "tab", "aria-pressed": String(!chosen), onclick: (event) => {
      for (const one of this.spans.querySelectorAll(".tab")) one.setAttribute("aria-pressed", String(one === event.target));
      this.choose(chosen);
    } }, name);
    put(this.spans, h("div", { class: "tabs", role: "group", "aria-label": "Time that the charts show" },
      tab("15 min", null), SPANS.map((one) => tab(one[0], one))));
  }

  /** Charts of a span; null for the last minutes. */
  choose(span) {
    this.long?.end();
    this.long = span && new LongCharts(span);
    put(this.lines, this.long ? this.long.element : this.minutes.element);
  }

  async look() {
    let status;
    try {
      status = await api.status();
      await this.minutes.add(status);
    } catch (e) {
      if (e.status === 401 || !this.drawn) throw e;
      put(this.health, problem(e));
      return;
    }
    this.draw(status);
    this.drawn = true;
  }

  draw(status) {
    put(this.facts, `Version ${status.version}, up for ${since(status.started)}; ${count(status.catalog_items)} items, ${count(status.sessions)} visits, `
      + `${count(status.feedback_events_learned)} events learned in ${count(status.model_version)} batches.`);
    put(this.health, status.catalog_items === "0" ? empty() : null, health(status));
    if (status.has_charts) this.offer();
    this.minutes.draw();
    put(this.quality, quality(status));
    put(this.memory, memory(status.memory_bytes));
    redraw(this.rows, rows(status.slots));
    put(this.disk, disk(status));
  }
}

function health(status) {
  const reasons = [status.not_ready_reason, status.log?.damage && `The log is damaged: ${status.log.damage}`, status.log?.not_taking && `Nothing is taken: ${status.log.not_taking}`,
    status.served_snapshot_id && `Snapshot ${status.served_snapshot_id} is served as it is; nothing is learned.`].filter(Boolean);
  const replay = status.replay && Number(status.replay.total_records)
    ? `Learning the log again: ${count(status.replay.records)} of ${count(status.replay.total_records)} records.` : "";
  if (!reasons.length && !replay) return h("p", { class: "notice good" }, h("strong", {}, "All is well. "), "Recommendations are answered, events are taken and learned.");
  return h("div", { class: "notice bad" }, h("p", {}, h("strong", {}, "Not all of the work is done.")), h("ul", {}, [...reasons, replay].filter(Boolean).map((one) => h("li", {}, one))));
}

function quality(status) {
  const window = Number(status.validation_window?.model?.predictions);
  const figures = window ? status.validation_window : status.validation_total;
  if (!figures || !Number(figures.model.predictions)) {
    return h("p", { class: "muted" }, "Nothing was predicted yet. Each click after the first of its visit is predicted before it is learned.");
  }
  const rankers = [["Dolmen", figures.model, "ours"], ["Visited together", figures.neighbors, ""], ["Most clicked", figures.popularity, ""]];
  const table = (name, at) => {
    const top = Math.max(0.01, ...rankers.map(([, one]) => one[`${at}_high`] || one[at]));
    return h("table", { class: "bars" }, h("caption", {}, name), h("tbody", {}, rankers.map(([who, one, kind]) => h("tr", {}, h("th", { scope: "row" }, who),
      h("td", {}, interval(one[at], one[`${at}_low`], one[`${at}_high`], top, kind)),
      h("td", { class: "number" }, percent(one[at]), h("small", {}, ` ${percent(one[`${at}_low`])} to ${percent(one[`${at}_high`])}`))))));
  };
  return [h("p", { class: "muted" }, `The next click of a visit, predicted before it was learned: ${count(figures.model.predictions)} of them${window ? ", the last ones" : ""}. Intervals hold 95 of 100 times.`),
    table("Next item among the 20 best", "recall_at_20"), table("How far in front it was (MRR@20)", "mrr_at_20")];
}

function memory(parts) {
  const list = Object.entries(parts).map(([name, value]) => [name, Number(value)]);
  const resident = list.find(([name]) => name === "resident")?.[1];
  const others = list.filter(([name, value]) => name !== "resident" && value > 0).sort((a, b) => b[1] - a[1]);
  const top = Math.max(1, ...others.map(([, value]) => value));
  return [resident ? h("p", { class: "muted" }, `The whole process has ${bytes(resident)}.`) : null,
    h("table", { class: "bars" }, h("caption", { class: "hidden" }, "Memory by part"), h("tbody", {}, others.map(([name, value]) => h("tr", {}, h("th", { scope: "row" }, words(name)),
      h("td", {}, bar(value / top)), h("td", { class: "number" }, bytes(value))))))];
}

function rows(slots) {
  const head = ["Slot", "Rows", "Of at most", "Admitted", "Expired", "Made room", "Memory"];
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Rows by slot" }, h("table", {}, h("thead", {}, h("tr", {}, head.map((one, i) => h("th", { scope: "col", class: i ? "number" : null }, one)))),
    h("tbody", {}, slots.map((one) => h("tr", {}, h("th", { scope: "row" }, one.slot), [one.rows, one.max_rows, one.admitted, one.expired, one.evicted].map((x) => h("td", { class: "number" }, count(x))),
      h("td", { class: "number" }, bytes(one.memory_bytes)))))));
}

function disk(status) {
  const log = status.log;
  const list = [];
  if (log) {
    const most = Number(log.max_bytes);
    list.push(h("p", {}, `The log has ${bytes(log.bytes)}${most ? ` of at most ${bytes(most)}` : ", without a bound"}.`), most ? bar(Number(log.bytes) / most) : null);
    list.push(h("p", {}, `${count(status.log_offset)} is its last record, ${count(status.learned_log_offset)} the last one learned.`));
  }
  list.push(h("p", {}, status.latest_snapshot_id ? `The newest snapshot is ${status.latest_snapshot_id}.` : "There is no snapshot yet."));
  const failed = sum(status.calls, (one) => Number(one.failed));
  list.push(h("p", {}, `${count(sum(status.calls, (one) => Number(one.calls)))} calls since the start, of which ${count(failed)} failed.`));
  return list;
}
