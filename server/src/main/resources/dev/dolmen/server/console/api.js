// Calls the server's HTTP/JSON API with the caller's key, which stays in this tab.

const KEY = "dolmen-key";

/** What the API refused, and the HTTP status of it. */
export class ApiError extends Error {
  constructor(status, message, fields = []) {
    super(message);
    this.status = status;
    this.fields = fields;
  }
}

export function key() {
  return sessionStorage.getItem(KEY) ?? "";
}

export function keepKey(text) {
  if (text) sessionStorage.setItem(KEY, text);
  else sessionStorage.removeItem(KEY);
}

/** Where `dolmen console` passes calls on to; empty on a server's own pages. */
export const remote = () => passedOn;
let passedOn = "";

/** The second server of `dolmen console --compare`; empty if there is none. */
export const compared = () => comparedWith;
let comparedWith = "";

/** The address that `dolmen console` prints brings a key of that run, which no server takes: it is not left in the address. Whether one was there. */
export function takeLocalKey() {
  const brought = /^#key=(local_[\w-]{43})$/.exec(location.hash);
  if (!brought) return false;
  keepKey(brought[1]);
  history.replaceState(null, "", location.pathname);
  return true;
}

/** Calls a method; resolves with its answer. */
export async function call(method, path, body) {
  const headers = {};
  if (body !== undefined) headers["content-type"] = "application/json";
  if (key()) headers.authorization = `Bearer ${key()}`;
  let response;
  try {
    response = await fetch(path, {
      method, headers, body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store", credentials: "omit", redirect: "error", signal: AbortSignal.timeout(30_000),
    });
  } catch (e) {
    throw new ApiError(0, e.name === "TimeoutError" ? "The server did not answer within 30 seconds." : "The server cannot be reached.");
  }
  passedOn = response.headers.get("dolmen-remote") ?? "";
  comparedWith = response.headers.get("dolmen-compare") ?? "";
  let answer = null;
  try {
    answer = await response.json();
  } catch {
    throw new ApiError(response.status, `The server answered with status ${response.status} and no JSON.`);
  }
  if (!response.ok) {
    const fields = (answer.details ?? []).flatMap((d) => d.field_violations ?? d.fieldViolations ?? []);
    throw new ApiError(response.status, answer.message || `status ${response.status}`, fields);
  }
  return answer;
}

const query = (parameters) => new URLSearchParams(Object.entries(parameters).filter(([, v]) => v !== "" && v !== undefined)).toString();

export const schema = () => call("GET", "/v1/schema");
export const status = () => call("GET", "/v1/status");
export const charts = (span) => call("GET", `/v1/charts?${query({ span })}`);
export const config = () => call("GET", "/v1/config");
export const item = (id) => call("GET", `/v1/items/${encodeURIComponent(id)}`);
export const items = (parameters) => call("GET", `/v1/items?${query(parameters)}`);
export const recommend = (request) => call("POST", "/v1/recommend", request);
export const score = (request) => call("POST", "/v1/score", request);
export const similar = (request) => call("POST", "/v1/similar", request);
export const mapItems = (request) => call("POST", "/v1/items:map", request);
export const rejectedEvents = () => call("GET", "/v1/events:rejected");
export const itemHistory = (id) => call("GET", `/v1/items/${encodeURIComponent(id)}/history`);
export const itemRows = (id) => call("GET", `/v1/items/${encodeURIComponent(id)}/rows`);
export const impressions = (session) => call("GET", `/v1/visits/${encodeURIComponent(session)}/impressions`);
export const publish = (events) => call("POST", "/v1/events", { events });
export const patch = (patches) => call("PATCH", "/v1/items", { patches });
export const forget = (id) => known.delete(id);
export const upsert = (list) => call("POST", "/v1/items", { items: list });
export const snapshots = () => call("GET", "/v1/snapshots");
export const snapshot = () => call("POST", "/v1/snapshots", {});

/** Searches the catalogue for words until enough is found, in a bounded number of pages. */
export async function search(words, wanted) {
  const found = [];
  let token = "";
  for (let page = 0; page < 10; page++) {
    const answer = await items({ page_size: wanted, query: words, page_token: token });
    found.push(...answer.items);
    token = answer.next_page_token;
    if (found.length >= wanted || !token) break;
  }
  return { items: found.slice(0, wanted), more: token !== "" || found.length > wanted };
}

const known = new Map();
const KNOWN_MAX = 2_000;

/** Items by id, each asked for once; those that are not there are left out. */
export async function itemsOf(ids) {
  await Promise.all([...new Set(ids)].filter((id) => !known.has(id)).map(async (id) => {
    try {
      remember(await item(id));
    } catch (e) {
      if (e.status !== 404) throw e;
    }
  }));
  return new Map(ids.filter((id) => known.has(id)).map((id) => [id, known.get(id)]));
}

export function remember(one) {
  if (known.size >= KNOWN_MAX) known.delete(known.keys().next().value);
  known.set(one.item_id, one);
  return one;
}
