// The HTTP API as a page, from the OpenAPI document that the server makes of its definitions.
import { h, put, field, button, problem, busy } from "./dom.js";
import * as api from "./api.js";
import { describe, example, paragraphs } from "./docschema.js";
import { sender } from "./docsend.js";

const VERBS = ["get", "post", "put", "patch", "delete"];
const main = document.getElementById("main");

async function begin() {
  account();
  put(main, busy("Asking the server…"));
  try {
    draw(await api.call("GET", "/openapi.json"));
  } catch (e) {
    put(main, h("h1", {}, "HTTP API"), problem(e, begin));
  }
}

/** Calls go with the key of this tab, as the console's do. */
function account() {
  const place = document.getElementById("account");
  put(place, api.key()
    ? [h("span", { class: "muted" }, "with this tab's key"), button("Forget it", () => {
      api.keepKey("");
      account();
    }, "quiet")]
    : [h("span", { class: "muted" }, "without a key"), h("a", { href: "/console/" }, "Sign in")]);
}

/** All operations: id, verb, path, and what the document says of each. */
function operations(document) {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    VERBS.filter((verb) => item[verb]).map((verb) => ({ ...item[verb], id: item[verb].operationId, verb: verb.toUpperCase(), path })));
}

function draw(document) {
  const all = operations(document);
  const services = document.tags.map((tag) => ({ ...tag, operations: all.filter((one) => one.tags.includes(tag.name)) }));
  const told = h("p", { class: "muted", role: "status" });
  const places = new Map();
  const links = new Map();
  const sections = services.map((service) => h("section", { class: "service", "aria-labelledby": `s-${service.name}` },
    h("h2", { id: `s-${service.name}` }, service.name),
    service.description ? h("div", { class: "about muted" }, paragraphs(service.description)) : null,
    service.operations.map((one) => {
      const place = operation(document, one);
      places.set(one.id, place);
      return place;
    })));
  const input = h("input", { type: "search", autocomplete: "off", maxlength: 100, placeholder: "recommend, items, …" });
  const lists = services.map((service) => h("div", { class: "list" }, h("h2", {}, service.name), h("ul", {}, service.operations.map((one) => {
    const link = h("a", { href: `#${one.id}` }, one.id);
    links.set(one.id, link);
    return h("li", {}, link);
  }))));
  input.addEventListener("input", () => {
    const words = input.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const one of all) {
      const text = `${one.id} ${one.verb} ${one.path} ${one.description} ${one.tags.join(" ")}`.toLowerCase();
      const fits = words.every((word) => text.includes(word));
      places.get(one.id).hidden = !fits;
      links.get(one.id).parentElement.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    sections.forEach((section, i) => {
      const none = services[i].operations.every((one) => places.get(one.id).hidden);
      section.hidden = none;
      lists[i].hidden = none;
    });
    told.textContent = words.length ? (shown ? `${shown} of ${all.length} operations` : "No operation has these words.") : "";
  });
  put(main, h("div", { class: "title" }, h("h1", {}, "HTTP API"), h("div", { class: "about muted" }, paragraphs(document.info.description)),
    h("p", { class: "muted" }, `Version ${document.info.version} · OpenAPI ${document.openapi} · ${all.length} operations`)),
  h("div", { class: "docs" }, h("nav", { "aria-label": "Operations" }, field("Find an operation", input), told, lists), h("div", {}, sections)));
  const go = (focus) => {
    const id = decodeURIComponent(location.hash.slice(1));
    links.forEach((link, name) => (name === id ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current")));
    const place = places.get(id);
    if (!place) return;
    place.open = true;
    place.scrollIntoView();
    if (focus) place.querySelector("summary").focus({ preventScroll: true });
  };
  addEventListener("hashchange", () => go(true));
  go(false);
}

/** An operation, closed; what is inside is made when it is opened. */
function operation(document, one) {
  const inside = h("div", { class: "inside" });
  const place = h("details", { class: "operation", id: one.id, ontoggle: () => {
    if (place.open && !inside.firstChild) put(inside, contents(document, one));
  } }, h("summary", {}, h("span", { class: `verb ${one.verb === "GET" ? "" : "changes"}` }, one.verb), h("code", {}, one.path), h("span", { class: "muted" }, one.summary)), inside);
  return place;
}

function contents(document, one) {
  const parameters = one.parameters ?? [];
  const body = Object.entries(one.requestBody?.content ?? {})[0];
  const [kind, answer] = Object.entries(one.responses["200"].content)[0];
  return [
    // A comment of one sentence is the summary, which stands above.
    one.description.trim() === one.summary ? null : h("div", { class: "about" }, paragraphs(one.description)),
    parameters.length ? h("section", {}, h("h3", {}, "Parameters"), h("ul", { class: "fields" }, parameters.map((each) =>
      h("li", {}, h("div", {}, h("code", {}, each.name), h("span", { class: "type" }, `in the ${each.in}${each.required ? ", needed" : ""}`)), paragraphs(each.description))))) : null,
    body ? h("section", {}, h("h3", {}, body[0].includes("ndjson") ? "Body: one of these a line" : "Body"), describe(document, body[1].schema)) : null,
    h("section", {}, h("h3", {}, kind.includes("ndjson") ? "Answer: one of these a line" : "Answer"), describe(document, answer.schema)),
    sender(one, parameters, body ? { kind: body[0], text: () => example(document, body[1].schema) } : null),
  ];
}

begin();
