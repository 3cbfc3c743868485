// What a schema of the OpenAPI document says: its fields with their comments, and an example of it.
import { h, put } from "./dom.js";

const PLACE = "#/components/schemas/";
const DEPTH_MAX = 6;

/** Comments have blank lines between paragraphs, and lists of values. */
export function paragraphs(text) {
  return (text ?? "").split(/\n{2,}/).filter(Boolean).map((one) =>
    h("p", {}, one.replace(/([^\n])\n(?!- )/g, "$1 ").split(/`([^`]+)`/).map((part, i) => (i % 2 ? h("code", {}, part) : part))));
}

/** The schema that a reference leads to, and its name; of one that is no reference, itself. */
function resolve(document, schema) {
  if (!schema.$ref?.startsWith(PLACE)) return { schema, name: "" };
  const name = schema.$ref.slice(PLACE.length);
  return { schema: document.components.schemas[name] ?? {}, name };
}

/** What holds the fields: the items of a list, the values of a map, or the schema itself. */
function inner(schema) {
  return schema.items ?? (typeof schema.additionalProperties === "object" ? schema.additionalProperties : null) ?? schema;
}

function typeOf(document, schema) {
  if (schema.items) return `list of ${typeOf(document, schema.items)}`;
  if (typeof schema.additionalProperties === "object") return `map of text to ${typeOf(document, schema.additionalProperties)}`;
  const { schema: whole, name } = resolve(document, schema);
  if (whole.enum) return "one of";
  if (name) return name;
  if (whole.format === "date-time") return "time";
  if (whole.contentEncoding) return whole.contentEncoding;
  if (whole.pattern?.includes("s$")) return "duration, as 1.5s";
  if (whole.pattern) return "whole number, as text";
  return { string: "text", integer: "whole number", number: "number", boolean: "true or false", object: "object" }[whole.type] ?? "any";
}

/** The fields of a schema; those of a field that has some come when they are asked for. */
export function describe(document, schema) {
  const { schema: whole } = resolve(document, schema);
  const properties = Object.entries(whole.properties ?? {});
  if (!properties.length) return h("p", { class: "muted" }, whole.type === "object" ? "It has no fields." : typeOf(document, schema));
  return h("ul", { class: "fields" }, properties.map(([name, each]) => {
    const { schema: held } = resolve(document, inner(each));
    return h("li", {}, h("div", {}, h("code", {}, name), h("span", { class: "type" }, typeOf(document, each))),
      paragraphs(each.description ?? ""),
      held.enum ? h("p", {}, held.enum.map((value, i) => [i ? ", " : null, h("code", {}, value)])) : null,
      held.properties && Object.keys(held.properties).length ? more(document, inner(each)) : null);
  }));
}

function more(document, schema) {
  const { name } = resolve(document, schema);
  const place = h("div", {});
  const details = h("details", { ontoggle: () => {
    if (details.open && !place.firstChild) put(place, describe(document, schema));
  } }, h("summary", {}, `Fields${name ? ` of ${name}` : ""}`), place);
  return details;
}

/** An example with all fields of a schema, empty; a message within itself ends there. */
export function example(document, schema, within = []) {
  const { schema: whole, name } = resolve(document, schema);
  if (whole.items) return [example(document, whole.items, within)];
  if (whole.enum) return whole.enum[0];
  if (whole.type === "object") {
    if (within.includes(name) || within.length >= DEPTH_MAX) return {};
    if (typeof whole.additionalProperties === "object") return {};
    const names = name ? [...within, name] : within;
    return Object.fromEntries(Object.entries(whole.properties ?? {}).map(([field, each]) => [field, example(document, each, names)]));
  }
  if (whole.type === "boolean") return false;
  if (whole.type === "number" || whole.type === "integer") return 0;
  if (whole.format === "date-time") return new Date().toISOString();
  return whole.pattern ? (whole.pattern.includes("s$") ? "0s" : "0") : "";
}
