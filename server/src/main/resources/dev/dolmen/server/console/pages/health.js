// Health: what works, snapshots, the log, what was left out of what callers sent, and what is configured.
import { h, put, redraw, busy, problem } from "../dom.js";
import { again } from "../again.js";
import * as api from "../api.js";
import { bar } from "../chart.js";
import { bytes, count, millis, words } from "../format.js";
import { rejected } from "../rejected.js";
import { snapshots } from "../snapshots.js";

export const id = "health";
export const title = "Health";
export const role = "admin";

const EVERY_MS = 5_000;

export async function show(place) {
  const content = h("div", { class: "stack" }, busy("Asking…"));
  const kept = snapshots();
  const changed = h("div", {}, busy("Asking…"));
  put(place, h("div", { class: "title" }, h("h1", {}, "Health")), h("div", { class: "stack" }, content,
    kept.element,
    rejected(),
    panel("Configuration", h("p", { class: "muted" }, "What differs from the defaults, but for the schema and options of the command line."), changed)));
  const ask = async () => {
    try {
      put(changed, configured((await api.config()).changed));
    } catch (e) {
      put(changed, problem(e, ask));
    }
  };
  const look = async () => {
    try {
      const status = await api.status();
      draw(content, status);
      await kept.look(status);
    } catch (e) {
      put(content, problem(e, look));
    }
  };
  await Promise.all([look(), ask()]);
  return again(EVERY_MS, look);
}

const panel = (name, ...content) => h("section", { class: "panel" }, h("h2", {}, name), content);
const line = (ok, text) => h("li", {}, h("span", { class: `state ${ok ? "good" : "bad"}` }, ok ? "good" : "look"), text);

function draw(place, status) {
  const log = status.log;
  redraw(place,
    h("div", { class: "panels" },
      panel("What works", h("ul", { class: "states" },
        line(!status.not_ready_reason, status.not_ready_reason || "Recommendations are answered."),
        line(!log?.not_taking && !status.served_snapshot_id, log?.not_taking || (status.served_snapshot_id ? "A snapshot is served; nothing is taken." : "Events and items are taken.")),
        line(!log?.damage, log?.damage || "The log is whole."),
        status.replay ? line(false, `The log is learned again: ${count(status.replay.records)} of ${count(status.replay.total_records)} records.`) : null,
        status.cluster ? line(true, `This is a ${status.cluster.role} of a cluster, ${millis(status.cluster.staleness_ms)} behind.`) : null)),
      log ? panel("Log", h("p", {}, `${bytes(log.bytes)}${Number(log.max_bytes) ? ` of at most ${bytes(log.max_bytes)}` : ""}.`), Number(log.max_bytes) ? bar(Number(log.bytes) / Number(log.max_bytes), "ours") : null,
        h("p", {}, `Record ${count(status.log_offset)} is the last, ${count(status.applied_log_offset)} is applied, ${count(status.learned_log_offset)} is learned.`)) : null,
      panel("Impressions", counts(status.joiner?.outcomes, "What became of what was shown"))),
    panel("Calls", calls(status.calls)),
    h("div", { class: "panels" },
      panel("Keys that were dropped", h("p", { class: "muted" }, "The schema does not know them."), counts(status.dropped_keys, "Keys that were dropped")),
      panel("Values that were cut", h("p", { class: "muted" }, "The schema reads a part of them."), counts(status.cut_values, "Values that were cut"))));
}

function configured(keys) {
  if (!keys.length) return h("p", {}, "Nothing does.");
  const shown = (text) => (text ? h("code", {}, text) : h("span", { class: "muted" }, "none"));
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "What differs from the defaults" }, h("table", {},
    h("thead", {}, h("tr", {}, ["Key", "Here", "By default"].map((one) => h("th", { scope: "col" }, one)))),
    h("tbody", {}, keys.map((one) => h("tr", {}, h("th", { scope: "row" }, h("code", {}, one.key)),
      h("td", {}, one.value ? h("code", {}, one.value) : h("span", { class: "muted" }, "text, not shown")), h("td", {}, shown(one.default_value)))))));
}

function counts(map, name) {
  const list = Object.entries(map ?? {}).filter(([, value]) => Number(value) > 0);
  if (!list.length) return h("p", { class: "muted" }, "None.");
  return h("table", {}, h("caption", { class: "hidden" }, name), h("tbody", {}, list.map(([key, value]) => h("tr", {}, h("th", { scope: "row" }, words(key)), h("td", { class: "number" }, count(value))))));
}

function calls(list) {
  if (!list.length) return h("p", { class: "muted" }, "None has ended yet.");
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Calls" }, h("table", {}, h("thead", {}, h("tr", {}, ["Method", "Calls", "Failed", "Mean time"].map((one, i) => h("th", { scope: "col", class: i ? "number" : null }, one)))),
    h("tbody", {}, list.map((one) => h("tr", {}, h("th", { scope: "row" }, one.method), h("td", { class: "number" }, count(one.calls)), h("td", { class: "number" }, count(one.failed)), h("td", { class: "number" }, millis(one.total_ms / Math.max(1, Number(one.calls)))))))));
}
