// Which snapshot "now" is compared with: those that there are, and the commands that put the chosen one next to this server.
import { h, put, field, button, problem, busy, copyText } from "./dom.js";
import * as api from "./api.js";
import { count, since } from "./format.js";

/** Opens the dialog; closing it changes nothing. */
export async function chooseSnapshot() {
  const content = h("div", { class: "form" }, busy("Asking…"));
  const actions = h("div", { class: "row" }, button("Close", () => dialog.close(), "quiet"));
  const dialog = h("dialog", { class: "panel", "aria-labelledby": "snapshot-title", onclose: () => dialog.remove() },
    h("h2", { id: "snapshot-title" }, "Compare now with a snapshot"), content, actions);
  document.body.append(dialog);
  dialog.showModal();
  try {
    const whole = (await api.snapshots()).snapshots.filter((one) => !one.damage);
    put(content, whole.length ? choice(whole, actions) : h("p", {}, "There is no snapshot here that could be served. Health has a button that takes one."));
  } catch (e) {
    put(content, problem(e));
  }
}

/** actions: gets a button that copies the commands. */
function choice(snapshots, actions) {
  const commands = h("code", {});
  const select = h("select", { onchange: () => put(commands, text(select.value)) }, snapshots.map((one) => h("option", { value: one.snapshot_id },
    `${since(one.time)} ago, ${count(one.model_version)} ${Number(one.model_version) === 1 ? "batch" : "batches"} learned: ${one.snapshot_id}`)));
  put(commands, text(select.value));
  actions.prepend(button("Copy", () => copyText(commands.textContent)));
  return [field("Snapshot", select),
    h("p", { class: "muted" }, "The first command serves it, on ports that are free, on a machine that has the data directory. The second has this console with both side by side: choose the other server there under “compared with”."),
    h("pre", { class: "wrap", tabindex: "0", "aria-label": "Commands" }, commands)];
}

/** Of the server that the first command starts, on the same machine as the second. */
function second() {
  const url = new URL(location.origin);
  Object.assign(url, { protocol: "http:", hostname: "localhost", port: "7180" });
  return url.origin;
}

function text(id) {
  const keys = api.key() ? " --key-file KEY --compare-key-file KEY" : "";
  return `./dolmen serve --config dolmen.yaml --snapshot ${id} --port 7170 --metrics-port 7171\n`
    + `./dolmen console --url ${api.remote() || location.origin} --compare ${second()}${keys}`;
}
