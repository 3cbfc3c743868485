// Snapshots on disk, the room that there is for more, and what went into the store; and one can be taken.
import { h, put, redraw, button, busy, problem, toast, time } from "./dom.js";
import * as api from "./api.js";
import { bar } from "./chart.js";
import { bytes, count, millis, since } from "./format.js";

/** The panel, and what looks again: look(status). */
export function snapshots() {
  const listed = h("div", { class: "stack" }, busy("Asking…"));
  const stored = h("div");
  const taken = h("div", { role: "status" });
  const look = async (status) => {
    try {
      redraw(listed, ...list(await api.snapshots(), status));
    } catch (e) {
      put(listed, problem(e, () => look(status)));
    }
    redraw(stored, store(status.snapshot_store));
  };
  const element = h("section", { class: "panel" }, h("h2", {}, "Snapshots"), listed, stored,
    h("div", {}, button("Take a snapshot", (event) => take(event.target, taken, look))), taken);
  return { element, look };
}

async function take(pressed, place, look) {
  pressed.disabled = true;
  put(place, busy("Being written…"));
  try {
    const made = await api.snapshot();
    put(place, h("p", { class: "notice good" }, `${made.snapshot_id}: ${bytes(made.bytes)} in ${millis(made.total_ms)}, of which learning paused for ${millis(made.pause_ms)}.`));
    await look(await api.status());
    toast("The snapshot is durable.");
  } catch (e) {
    put(place, problem(e));
  } finally {
    pressed.disabled = false;
  }
}

function list(answer, status) {
  return [answer.snapshots.length ? table(answer.snapshots) : h("p", {}, none(status)), Number(answer.disk_total_bytes) ? disk(answer) : null];
}

function none(status) {
  if (status.served_snapshot_id) return ["This server serves the snapshot ", h("code", {}, status.served_snapshot_id), ", and takes none."];
  return status.cluster?.role === "server" ? "The trainer has them." : "There is none yet.";
}

function table(all) {
  const number = (text) => h("td", { class: "number" }, text);
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Snapshots" }, h("table", {},
    h("thead", {}, h("tr", {}, ["Snapshot", "Written", "Builds on", "Batches", "Log offset", "Size"].map((one, i) => h("th", { scope: "col", class: i > 2 ? "number" : null }, one)))),
    h("tbody", {}, all.map((one) => h("tr", {}, h("th", { scope: "row" }, h("code", {}, one.snapshot_id)),
      h("td", {}, time(one.time, `${since(one.time)} ago`)),
      one.damage ? h("td", { colspan: 4 }, h("span", { class: "state bad" }, "damaged"), one.damage)
        : [h("td", {}, one.parent_id ? h("code", {}, one.parent_id) : "nothing"), number(count(one.model_version)), number(count(one.log_offset)), number(bytes(one.bytes))])))));
}

function disk(answer) {
  const [total, free, least] = [answer.disk_total_bytes, answer.disk_free_bytes, answer.disk_min_free_bytes].map(Number);
  const refused = free < least;
  return h("div", {}, h("p", {}, refused ? h("span", { class: "state bad" }, "full") : null, `${bytes(free)} of the disk's ${bytes(total)} are free.`,
    least ? ` Below ${bytes(least)} nothing is taken.` : ""), bar(1 - free / total, "ours"));
}

function store(one) {
  if (!one) return null;
  const failed = Number(one.failures);
  return h("div", {}, h("p", {}, "Store ", h("code", {}, one.location), ": ", one.newest_id
    ? ["the newest is ", h("code", {}, one.newest_id), `, of ${count(one.newest_model_version)} batches, put there ${millis(Number(one.age_seconds) * 1_000)} ago; ${bytes(one.bytes)} by this process.`]
    : "this process has put nothing there yet."),
  failed ? h("p", { class: "notice bad" }, `${count(failed)} ${failed === 1 ? "attempt" : "attempts"} failed.${one.problem ? ` ${one.problem}` : ""}`) : null);
}
