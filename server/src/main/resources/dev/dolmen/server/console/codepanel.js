// "Call it from your code": one of some calls, in one of four languages.
import { h, put, button, copyText } from "./dom.js";
import * as api from "./api.js";
import { snippets } from "./code.js";

/** calls: [{ name, note, path, body }], of which body gives what is sent as of now, or null where there is nothing to send. */
export class CodePanel {
  constructor(calls) {
    this.calls = calls;
    this.call = calls[0];
    this.language = "curl";
    this.text = h("code", {});
    this.note = h("p", { class: "muted" });
    this.languages = tabs("Language", Object.keys(snippets("", {}, false)), this.language, (name) => {
      this.language = name;
      this.write();
    });
    const names = tabs("Call", calls.map((one) => one.name), this.call.name, (name) => {
      this.call = calls.find((one) => one.name === name);
      this.show();
    });
    this.element = h("details", { class: "copy", ontoggle: () => this.show() }, h("summary", {}, "Call it from your code"),
      h("div", { class: "code" }, calls.length > 1 ? names : null, this.note,
        h("div", { class: "row" }, this.languages, button("Copy", () => copyText(this.text.textContent))),
        h("pre", { tabindex: "0", "aria-label": "The call as code" }, this.text)));
  }

  /** What is sent may be another. */
  show() {
    if (!this.element.open) return;
    const body = this.call.body();
    this.all = body ? snippets(this.call.path, body, api.key() !== "") : null;
    put(this.note, body ? this.call.note : "There is nothing to send yet: click an item.");
    this.write();
  }

  write() {
    put(this.text, this.all?.[this.language] ?? "");
  }
}

/** Buttons of which one is pressed. */
function tabs(label, names, first, chosen) {
  const all = names.map((name) => h("button", { type: "button", class: "tab", "aria-pressed": String(name === first), onclick: () => {
    all.forEach((one) => one.setAttribute("aria-pressed", String(one.textContent === name)));
    chosen(name);
  } }, name));
  return h("div", { class: "tabs", role: "group", "aria-label": label }, all);
}
