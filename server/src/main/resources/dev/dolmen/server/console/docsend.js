// Sends an operation as it was filled in, with the key of the tab, and shows what came back.
import { h, put, field, button, busy } from "./dom.js";
import * as api from "./api.js";
import { bytes, millis } from "./format.js";

/** Of an answer that is longer, the beginning is shown: a browser's page is no place for a catalogue. */
const SHOWN_BYTES = 256 * 1024;
const WAIT_MS = 30_000;

/**
 * A form that sends an operation.
 * body: kind (its media type) and text (an example with all fields); null for an operation without
 */
export function sender(operation, parameters, body) {
  const inputs = parameters.map((one) => ({
    one, input: h("input", { autocomplete: "off", spellcheck: "false", required: one.required, placeholder: one.required ? "needed" : "" }),
  }));
  const lines = body?.kind.includes("ndjson");
  const text = body ? h("textarea", { spellcheck: "false", autocomplete: "off" }) : null;
  if (text) text.value = "{}";
  const answer = h("div", { role: "status" });
  const send = h("button", { class: "button main", type: "submit" }, "Send");
  const submit = async (event) => {
    event.preventDefault();
    send.disabled = true;
    put(answer, busy("Waiting for the answer…"));
    try {
      put(answer, shown(operation.id, await ask(operation, inputs, body, text)));
    } catch (e) {
      put(answer, h("p", { class: "notice bad", role: "alert" }, e.message));
    } finally {
      send.disabled = false;
    }
  };
  return h("form", { class: "send", onsubmit: submit, "aria-label": `Try ${operation.id}` }, h("h3", {}, "Try it"),
    operation.verb === "GET" || operation.id.match(/^(Recommend|Score|Similar)/) ? null : h("p", { class: "muted" }, "This is a real call to this server: what it changes is changed."),
    inputs.map(({ one, input }) => field(one.name, input)),
    text ? field(lines ? "Body: JSON, one a line" : "Body: JSON", text) : null,
    h("div", { class: "row wrap" }, send, text ? button("Fill in all fields", () => {
      text.value = lines ? JSON.stringify(body.text()) : JSON.stringify(body.text(), null, 2);
    }, "quiet") : null),
    answer);
}

/** The address with the parameters in their places. */
function address(operation, inputs) {
  let path = operation.path;
  const query = new URLSearchParams();
  for (const { one, input } of inputs) {
    if (one.in === "path") path = path.replace(`{${one.name}}`, encodeURIComponent(input.value));
    else if (input.value !== "") query.append(one.name, input.value);
  }
  const asked = query.toString();
  return asked ? `${path}?${asked}` : path;
}

/** The body as it is sent; JSON is read first, so that a slip is named before anything is sent. */
function checked(text, lines) {
  const parts = lines ? text.split("\n").filter((line) => line.trim()) : [text];
  parts.forEach((part, i) => {
    try {
      JSON.parse(part);
    } catch (e) {
      throw new Error(`${lines ? `Line ${i + 1} of the body` : "The body"} is no JSON: ${e.message}`);
    }
  });
  return lines ? `${parts.join("\n")}\n` : text;
}

async function ask(operation, inputs, body, text) {
  const headers = {};
  let sent;
  if (body) {
    sent = checked(text.value, body.kind.includes("ndjson"));
    headers["content-type"] = body.kind;
  }
  if (api.key()) headers.authorization = `Bearer ${api.key()}`;
  const path = address(operation, inputs);
  const began = performance.now();
  try {
    const response = await fetch(path, { method: operation.verb, headers, body: sent, cache: "no-store", credentials: "omit", redirect: "error", signal: AbortSignal.timeout(WAIT_MS) });
    const { whole, said } = await beginning(response);
    return { path, verb: operation.verb, status: response.status, said, whole, tookMs: performance.now() - began };
  } catch (e) {
    throw new Error(e.name === "TimeoutError" ? "The server did not answer within 30 seconds." : "The server cannot be reached.", { cause: e });
  }
}

/** What came, up to a bound; the rest is not taken. */
async function beginning(response) {
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let said = "";
  let taken = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { whole: true, said: said + decoder.decode() };
    taken += value.length;
    said += decoder.decode(value, { stream: true });
    if (taken > SHOWN_BYTES) {
      await reader.cancel();
      return { whole: false, said };
    }
  }
}

function shown(id, { path, verb, status, said, whole, tookMs }) {
  let text = said;
  try {
    text = whole ? JSON.stringify(JSON.parse(said), null, 2) : said;
  } catch {
    // Lines of JSON are shown as they came.
  }
  return h("div", { class: "stack" },
    h("p", {}, h("span", { class: `state ${status < 400 ? "good" : "bad"}` }, String(status)), h("code", {}, `${verb} ${path}`),
      h("span", { class: "muted" }, ` after ${millis(tookMs)}, ${whole ? bytes(new Blob([said]).size) : `the first ${bytes(SHOWN_BYTES)} are shown`}`)),
    text ? h("pre", { tabindex: "0", role: "region", "aria-label": `Answer of ${id}` }, text) : null);
}
