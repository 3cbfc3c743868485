// The second server of `dolmen console --compare`, asked what it would recommend to the visit that is on Try it.
import * as api from "./api.js";
import { visit } from "./visit.js";
import { mentioned } from "./reasons.js";

/** What it is called among what can be compared with. */
export const THERE = "@there";

export const host = (url) => new URL(url).host;

let schema = null;

/** The items of the visit, as far as the schema there has slots for them: it may not have them, or others by their ids. */
async function items() {
  schema ??= await api.call("GET", "/compare/v1/schema");
  const slots = new Set(schema.slots.map((slot) => slot.name));
  const byId = new Map(visit.steps.map(({ item }) => [item.item_id, item]));
  return [...byId.values()].map(({ item_id, slots: values }) => ({
    item_id, slots: Object.fromEntries(Object.entries(values).filter(([name]) => slots.has(name))),
  }));
}

/** What it answers, as a preview. What went wrong is `failed` of an answer without items. */
export async function recommendThere(request) {
  try {
    const session = visit.steps.length ? { ...request.session, items: await items() } : request.session;
    return await api.call("POST", "/compare/v1/recommend", { ...request, session, no_impression: true });
  } catch (e) {
    return { failed: e, items: [] };
  }
}

/** Items of its answer that are not here, as they are there; known: those that are here. */
export async function itemsThere(answer, known) {
  const ids = [...new Set([...answer.items.map((one) => one.item_id), ...mentioned(answer)])].filter((id) => !known.has(id));
  const found = new Map();
  await Promise.all(ids.map(async (id) => {
    try {
      found.set(id, await api.call("GET", `/compare/v1/items/${encodeURIComponent(id)}`));
    } catch (e) {
      if (e.status !== 404) throw e;
    }
  }));
  return found;
}
