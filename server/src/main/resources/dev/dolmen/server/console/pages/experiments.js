// Experiments: arms with what they are clicked, and how sure that is.
import { h, put, redraw, busy, problem } from "../dom.js";
import * as api from "../api.js";
import { interval } from "../chart.js";
import { bytes, count, percent } from "../format.js";

export const id = "experiments";
export const title = "Experiments";
export const role = "admin";

const EVERY_MS = 5_000;

const SAMPLE = `ranking:
  experiment:
    name: blend-or-model
    arms:
      - {name: model, ranker: dolmen, share: 0.9}
      - {name: blend, ranker: blend, share: 0.1}`;

export async function show(place) {
  const content = h("div", { class: "stack" }, busy("Asking…"));
  put(place, h("div", { class: "title" }, h("h1", {}, "Experiments"), h("p", { class: "muted" }, "Visits divided among rankers, and which of them is clicked more.")), content);
  const look = async () => {
    try {
      draw(content, await api.status());
    } catch (e) {
      put(content, problem(e, look));
    }
  };
  await look();
  const timer = setInterval(() => document.hidden || look(), EVERY_MS);
  return () => clearInterval(timer);
}

function draw(place, status) {
  redraw(place, status.experiment ? arms(status.experiment) : h("section", { class: "panel" }, h("h2", {}, "No experiment runs"),
    h("p", {}, "A share of the visits can be answered by a simple method that learns the same clicks. In the configuration:"), h("pre", { tabindex: "0", "aria-label": "A part of a configuration" }, h("code", {}, SAMPLE))),
  status.rankers.length ? rankers(status) : null, fallback(status.fallback));
}

function arms({ name, arms: list }) {
  const top = Math.max(0.001, ...list.map((one) => one.click_rate + one.click_rate_margin));
  return h("section", { class: "panel" }, h("h2", {}, name), h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Arms" },
    h("table", {}, h("thead", {}, h("tr", {}, ["Arm", "Visits", "Answers", "Answers clicked", "", "Against the first"].map((one, i) => h("th", { scope: "col", class: i === 1 || i === 2 ? "number" : null }, one)))),
      h("tbody", {}, list.map((one, i) => h("tr", {}, h("th", { scope: "row" }, one.arm, h("small", {}, ` ${one.ranker}`)), h("td", { class: "number" }, percent(one.share, 0)), h("td", { class: "number" }, count(one.answers)),
        h("td", {}, interval(one.click_rate, one.click_rate - one.click_rate_margin, one.click_rate + one.click_rate_margin, top, i ? "" : "ours")),
        h("td", { class: "number" }, percent(one.click_rate), h("small", {}, ` ± ${percent(one.click_rate_margin)}`)), h("td", {}, i ? verdict(one) : "the one to compare with")))))));
}

/** What the difference says; margins are half the widths of intervals of 95%. */
function verdict(arm) {
  const answers = Number(arm.answers);
  if (answers < 100 || !(arm.to_first_margin > 0)) return "Not enough visits yet.";
  const difference = Math.abs(arm.to_first);
  const text = `${percent(difference, 2)} ${arm.to_first < 0 ? "less" : "more"}, ± ${percent(arm.to_first_margin, 2)}`;
  if (difference > arm.to_first_margin) return `${text}: clicked ${arm.to_first < 0 ? "less" : "more"} for sure.`;
  const times = (arm.to_first_margin / difference) ** 2;
  return times < 100 ? `${text}. Not enough answers yet: about ${count(Math.ceil((answers * (times - 1)) / 100) * 100)} more, if the difference stays.` : `${text}. No difference to be seen.`;
}

function rankers(status) {
  return h("section", { class: "panel" }, h("h2", {}, "Baselines that are kept up"), h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Baselines" },
    h("table", {}, h("thead", {}, h("tr", {}, ["Ranker", "Clicks learned", "recall@20", "MRR@20", "Memory"].map((one, i) => h("th", { scope: "col", class: i ? "number" : null }, one)))),
      h("tbody", {}, status.rankers.map((one) => h("tr", {}, h("th", { scope: "row" }, one.ranker), h("td", { class: "number" }, count(one.clicks)), h("td", { class: "number" }, percent(one.ranking?.recall_at_20)),
        h("td", { class: "number" }, percent(one.ranking?.mrr_at_20)), h("td", { class: "number" }, bytes(one.memory_bytes))))))));
}

function fallback(one) {
  if (!one) return null;
  return h("section", { class: "panel" }, h("h2", {}, "Fallback"), h("p", {}, `“${one.ranker}” answered ${count(one.learning)} times because the model had not learned enough yet, and ${count(one.waited)} times because a request had waited for too long.`));
}
