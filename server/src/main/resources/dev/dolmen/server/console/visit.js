// The visit that somebody makes up on Try it: what was clicked, and what is asked for it. Kept while the tab is.
import * as api from "./api.js";

export const TYPES = [["EVENT_TYPE_VIEW", "viewed"], ["EVENT_TYPE_CLICK", "clicked"], ["EVENT_TYPE_ADD_TO_CART", "put in the cart"],
  ["EVENT_TYPE_PURCHASE", "bought"], ["EVENT_TYPE_DISMISS", "dismissed"]];

const newId = () => `console-${Array.from(crypto.getRandomValues(new Uint8Array(8)), (x) => x.toString(16).padStart(2, "0")).join("")}`;

export const visit = { id: newId(), steps: [], k: 12, includeSeen: false, filters: [], ranker: "", against: "", exact: false, amongFound: false, found: [] };

/** Steps that a visit may have here; the model reads no more of it. */
const STEPS_MAX = 50;

export function add(item, type = "EVENT_TYPE_CLICK") {
  visit.steps.push({ item, type });
  if (visit.steps.length > STEPS_MAX) visit.steps.shift();
}

export function remove(at) {
  visit.steps.splice(at, 1);
}

export function restart() {
  visit.id = newId();
  visit.steps = [];
}

/** The request for this visit as it is now. It is a preview: nothing is logged as shown. */
export function request(changes = {}) {
  const session = visit.steps.length
    ? { events: visit.steps.map(({ item, type }) => ({ item_id: item.item_id, type })) }
    : { session_id: visit.id };
  return {
    session, k: visit.k, no_impression: true,
    ...(visit.filters.length ? { filters: visit.filters.map(({ filter }) => filter) } : {}),
    ...(visit.includeSeen ? { include_seen: true } : {}),
    ...(visit.amongFound && visit.found.length ? { candidate_item_ids: visit.found } : {}),
    ...(visit.exact ? { exact_search: true } : {}),
    ...(visit.ranker ? { ranker: visit.ranker } : {}),
    ...changes,
  };
}

/** The visit as feedback: its last event a second ago, and each a second after the one before. */
export function events(id) {
  const now = Date.now();
  return visit.steps.map(({ item, type }, i) => ({
    event_id: `${id}-${i}`, session_id: id, item_id: item.item_id, type,
    time: new Date(now - (visit.steps.length - i) * 1_000).toISOString(),
  }));
}

/**
 * Publishes the visit as feedback of so many visitors who did the same, and waits until the model has learned it.
 * Gives how long that took, in milliseconds.
 */
export async function learn(visitors) {
  const began = performance.now();
  const all = Array.from({ length: visitors }, () => events(newId())).flat();
  const { acknowledgements } = await api.publish(all);
  const refused = acknowledgements.find((one) => one.status !== "STATUS_ACCEPTED" && one.status !== "STATUS_DUPLICATE");
  if (refused) throw new api.ApiError(400, `${refused.field} ${refused.message}`.trim());
  const offset = acknowledgements.reduce((most, one) => Math.max(most, Number(one.log_offset)), 0);
  while (performance.now() - began < 20_000) {
    const answer = await api.recommend(request({ k: 1 }));
    if (Number(answer.learned_log_offset) >= offset) return performance.now() - began;
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  throw new api.ApiError(504, "The events are logged, but not learned within 20 seconds.");
}
