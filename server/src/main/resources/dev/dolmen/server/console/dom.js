// Makes elements. Text is always text: nothing here parses HTML, which the policy of the page forbids anyway.

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element; props named on… are listeners, `class` and other props are attributes, null and false are left out. */
export function h(tag, props = {}, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** An SVG element. */
export function s(tag, props = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

function fill(element, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Puts children in the place of what an element holds. */
export function put(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** The same, unless somebody is in it: what has the focus must not go away under the finger. */
export function redraw(element, ...children) {
  return element.contains(document.activeElement) ? element : put(element, ...children);
}

let labels = 0;

/** A form control with its label. */
export function field(label, control, hint) {
  const id = `f${++labels}`;
  control.id = id;
  const note = hint ? h("small", { id: `${id}h` }, hint) : null;
  if (note) control.setAttribute("aria-describedby", note.id);
  return h("div", { class: "field" }, h("label", { for: id }, label), control, note);
}

export function button(text, onclick, kind = "") {
  return h("button", { type: "button", class: `button ${kind}`, onclick }, text);
}

/** Says something for a moment, also to screen readers. */
export function toast(text) {
  const place = document.getElementById("toast");
  put(place, h("p", {}, text));
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => put(place), 6000);
}

/** A time, which says itself whole where the pointer rests. */
export function time(iso, text = new Date(iso).toLocaleString()) {
  return h("time", { datetime: iso, title: iso }, text);
}

/** Puts a text where it can be pasted from, and says so. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied.");
  } catch {
    toast("The browser does not let pages copy here: mark the text and copy it.");
  }
}

/** What went wrong, as the server said it. */
export function problem(error, again) {
  return h("div", { class: "notice bad", role: "alert" },
    h("p", {}, h("strong", {}, "That did not work. "), error.message),
    again ? button("Try again", again) : null);
}

export function busy(text) {
  return h("p", { class: "muted busy" }, text);
}
