// Draws an item from what its metadata says: a shape by the words of title and category, in the color that they name.
import { s } from "./dom.js";
import { SHAPES, FORMS } from "./shapes.js";

const COLORS = {
  "moss green": "#5c7a3f", "slate grey": "#64748b", "rust orange": "#b9542c", "midnight blue": "#27386b", "sand": "#c2a878",
  "charcoal": "#4a4e55", "matt black": "#3c3f44", "cream": "#d9c9a3", "copper": "#b06a3b", "brushed steel": "#8d99a6",
  "sage": "#8aa184", "brick red": "#a3453a", "natural oak": "#b98b57", "walnut": "#7b5338", "linen white": "#cfc6b4",
  "dusty rose": "#c08a8f", "ink blue": "#33508a", "olive": "#7d7f3c", "graphite": "#565b63", "silver": "#9aa3ad", "white": "#c9ced6",
  "deep blue": "#2b4c9b", "black": "#3a3d42", "terracotta": "#bf6440", "forest green": "#3c6b46", "galvanised": "#8b979e",
  "teak": "#a5713f", "stone": "#9d968a", "sunny yellow": "#d9a520", "sky blue": "#5a9fd4", "mint": "#63b08d", "coral": "#dd7a63",
  "lilac": "#9c86c4", "natural wood": "#bf9562", "red": "#b8403a", "green": "#4c8a4c", "blue": "#3a67ad", "yellow": "#d1a21f",
  "pink": "#d0759a", "purple": "#7d5aa8", "orange": "#cf7526", "brown": "#85603f", "grey": "#7b828b", "gray": "#7b828b",
};
const NAMES = Object.keys(COLORS).sort((a, b) => b.length - a.length);

function hash(text) {
  let x = 2166136261;
  for (let i = 0; i < text.length; i++) x = Math.imul(x ^ text.charCodeAt(i), 16777619);
  return x >>> 0;
}

/** Toward white (above 0) or black (below 0). */
function shade(hex, by) {
  const to = by > 0 ? 255 : 0;
  const part = (at) => {
    const x = parseInt(hex.slice(at, at + 2), 16);
    return Math.round(x + (to - x) * Math.abs(by)).toString(16).padStart(2, "0");
  };
  return `#${part(1)}${part(3)}${part(5)}`;
}

function colorOf(text, seed) {
  const named = NAMES.find((name) => text.includes(name));
  if (named) return COLORS[named];
  const all = Object.values(COLORS);
  return all[seed % all.length];
}

const drawn = ([tag, attributes, children = []]) => s(tag, attributes, children.map(drawn));

/** A square picture; decoration, as title and category stand next to it. */
export function picture(id, { title, path }) {
  const text = [title, ...[...path].reverse()].join(" ").toLowerCase();
  const kind = path.join(" ") || title;
  const color = colorOf(text, hash(id));
  const words = (path.at(-1) ?? "").toLowerCase();
  const shape = SHAPES.find(([means]) => means.test(words))?.[1]
    ?? SHAPES.find(([means]) => means.test(text))?.[1]
    ?? FORMS[hash(kind) % FORMS.length];
  return s("svg", { viewBox: "0 0 100 100", "aria-hidden": "true", focusable: "false" },
    s("rect", { width: 100, height: 100, fill: shade(color, 0.8) }),
    s("ellipse", { cx: 50, cy: 90, rx: 34, ry: 4, fill: shade(color, 0.62) }),
    s("g", { transform: "translate(11 10) scale(.78)" }, shape(color, shade(color, -0.32), shade(color, 0.5)).map(drawn)));
}
