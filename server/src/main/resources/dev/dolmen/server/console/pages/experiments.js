// Experiments: arms with what they are clicked, and how sure that is.
import { h, put, redraw, busy, problem } from "../dom.js";
import { again } from "../again.js";
import * as api from "../api.js";
import { bar, interval } from "../chart.js";
import { bytes, count, percent } from "../format.js";
import { judged, verdict } from "../verdict.js";

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
  return again(EVERY_MS, look);
}

function draw(place, status) {
  redraw(place, status.experiment ? arms(status.experiment) : h("section", { class: "panel" }, h("h2", {}, "No experiment runs"),
    h("p", {}, "A share of the visits can be answered by a simple method that learns the same clicks. In the configuration:"), h("pre", { tabindex: "0", "aria-label": "A part of a configuration" }, h("code", {}, SAMPLE))),
  status.rankers.length ? rankers(status) : null, fallback(status.fallback));
}

function arms({ name, arms: list }) {
  const top = Math.max(0.001, ...list.map((one) => one.click_rate + (judged(one) ? one.click_rate_margin : 0)));
  const head = ["Arm", "Visits", "Answers", "", "Answers clicked", "Against the first"];
  return h("section", { class: "panel" }, h("h2", {}, name), h("p", { class: "muted" }, "Intervals hold 95 of 100 times. Whoever looks often will see one that does not: decide beforehand when to end."),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Arms" }, h("table", { class: "arms" },
      h("thead", {}, h("tr", {}, head.map((one, i) => (one ? h("th", { scope: "col", class: i > 0 && i < 5 ? "number" : null }, one) : h("td"))))),
      h("tbody", {}, list.map((one, i) => h("tr", {}, h("th", { scope: "row" }, one.arm, h("small", {}, ` ${one.ranker}`)), h("td", { class: "number" }, percent(one.share, 0)), h("td", { class: "number" }, count(one.answers)),
        rate(one, top, i ? "" : "ours"), h("td", {}, i ? verdict(one, list[0]) : "the one to compare with")))))));
}

/** The rate with its interval, or, of few answers, how many were clicked. */
function rate(arm, top, kind) {
  if (judged(arm)) {
    const [low, high] = [arm.click_rate - arm.click_rate_margin, arm.click_rate + arm.click_rate_margin];
    return [h("td", {}, interval(arm.click_rate, low, high, top, kind)), h("td", { class: "number" }, percent(arm.click_rate), h("small", {}, ` ± ${percent(arm.click_rate_margin)}`))];
  }
  return [h("td", {}, bar(arm.click_rate / top, kind)), h("td", { class: "number" }, Number(arm.answers) ? `${count(arm.clicked_answers)} of ${count(arm.answers)}` : "–")];
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
