// Signs in at an issuer of tokens: OpenID Connect, authorization code with PKCE. The code is exchanged by the server, so that the page asks nobody else.
import * as api from "./api.js";

const PLACE = "/console/sign-in";
const STARTED = "dolmen-sign-in";

const base64url = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));
const redirect = () => `${location.origin}/console/`;

/** How this server lets people sign in at an issuer; null if it does not. */
export async function offer() {
  if (api.remote()) return null;
  const offered = await api.call("GET", PLACE);
  return offered.offered ? offered : null;
}

/** Goes to the issuer, which sends the browser back to this page. State, nonce and verifier wait in this tab. */
export async function leave(offered) {
  if (!crypto.subtle) throw new Error("A browser signs in at an issuer only from a page that came over https, or from this machine.");
  const started = { state: random(), nonce: random(), verifier: random(), issuer: offered.issuer, place: location.hash };
  sessionStorage.setItem(STARTED, JSON.stringify(started));
  const challenge = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(started.verifier));
  const there = new URL(offered.authorization_endpoint);
  for (const [name, value] of Object.entries({
    response_type: "code", client_id: offered.client_id, scope: offered.scope, redirect_uri: redirect(),
    state: started.state, nonce: started.nonce, code_challenge: base64url(new Uint8Array(challenge)), code_challenge_method: "S256",
  })) there.searchParams.set(name, value);
  location.assign(there.href);
}

/**
 * Ends what was begun, where the issuer has sent the browser back. Resolves with what went wrong; empty if nothing did, or nothing was begun.
 * What the issuer said is out of the address before anything else is done, and is good once.
 */
export async function comeBack() {
  const said = new URLSearchParams(location.search);
  if (!said.has("state")) return "";
  const started = JSON.parse(sessionStorage.getItem(STARTED) ?? "null");
  sessionStorage.removeItem(STARTED);
  history.replaceState(null, "", location.pathname + (started?.place ?? ""));
  if (!started || said.get("state") !== started.state) return "This sign-in was not begun in this tab, or is over: sign in again.";
  if (said.has("iss") && said.get("iss") !== started.issuer) return "Another issuer has answered than the one that was asked.";
  if (!said.has("code")) return `The issuer has refused: ${said.get("error_description") ?? said.get("error") ?? "no reason given"}`;
  try {
    const answer = await api.call("POST", PLACE, { code: said.get("code"), code_verifier: started.verifier, nonce: started.nonce, redirect_uri: redirect() });
    api.keepKey(answer.token);
    return "";
  } catch (e) {
    return e.message;
  }
}
