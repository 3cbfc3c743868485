// The frame of all pages: signs in, shows the pages that the caller's roles allow, and goes between them.
// A further page is one more file in pages/ (and in files.txt), imported and listed here.
import { h, put, field, button, problem, busy } from "./dom.js";
import * as api from "./api.js";
import { comeBack, leave, offer } from "./signin.js";
import { useSchema } from "./card.js";
import * as tryIt from "./pages/try.js";
import * as overview from "./pages/overview.js";
import * as items from "./pages/items.js";
import * as visits from "./pages/visits.js";
import * as experiments from "./pages/experiments.js";
import * as upload from "./pages/import.js";
import * as health from "./pages/health.js";

// Each page has id, title, role (what it needs) and show(place, context), which may give back what ends it.
const PAGES = [tryIt, overview, items, visits, experiments, upload, health];

const main = document.getElementById("main");
let schema = null;
let end = null;
let shown = 0;

const allowed = () => PAGES.filter((page) => schema.caller_roles.includes(page.role));

async function begin() {
  put(main, busy("Asking the server…"));
  try {
    schema = await api.schema();
  } catch (e) {
    schema = null;
    refused(e);
    return;
  }
  useSchema(schema);
  account();
  await show();
}

function refused(e) {
  put(document.getElementById("nav"));
  put(document.getElementById("account"));
  if (e.status === 401) {
    signIn((api.key() || api.remote()) && !e.message.startsWith("the call has no key") ? e.message : "");
  } else if (e.status === 403) {
    signIn(`This key may not read: ${e.message}`);
  } else {
    put(main, h("h1", {}, "Not there yet"), problem(e, begin));
    setTimeout(() => { if (!schema && e.status !== 403) begin(); }, 3_000);
  }
}

function signIn(wrong) {
  api.keepKey("");
  const input = h("input", { type: "password", required: true, autocomplete: "off", spellcheck: "false", placeholder: "dolmen_…" });
  const submit = (event) => {
    event.preventDefault();
    api.keepKey(input.value.trim());
    begin();
  };
  const issuer = h("div", { class: "stack" });
  put(main, h("section", { class: "panel narrow" },
    h("h1", {}, "Sign in"),
    h("p", {}, "This server asks callers for a key. What you see here is what its roles allow."),
    wrong ? h("p", { class: "notice bad", role: "alert" }, wrong) : null,
    issuer,
    h("form", { onsubmit: submit },
      field("Key", input, api.remote() ? `It stays in this tab, and goes to ${api.remote()} alone.` : "It stays in this tab, and goes to this server alone."),
      h("button", { class: "button main", type: "submit" }, "Sign in")),
    h("p", { class: "muted" }, "A new one: ", h("code", {}, "dolmen key create me --roles read,publish,catalog,admin"))));
  input.focus();
  offerIssuer(issuer);
}

/** Besides by a key, if the server says so. */
async function offerIssuer(place) {
  try {
    const offered = await offer();
    if (!offered) return;
    const go = button(`Sign in at ${new URL(offered.issuer).host}`, async () => {
      try {
        await leave(offered);
      } catch (e) {
        put(place, h("p", { class: "notice bad", role: "alert" }, e.message));
      }
    }, "main");
    put(place, h("div", {}, go), h("p", { class: "muted" }, "Or by a key:"));
  } catch (e) {
    put(place, h("p", { class: "notice bad", role: "alert" }, `Signing in at the issuer does not work now: ${e.message}`));
  }
}

function account() {
  const place = document.getElementById("account");
  const where = api.remote() ? [h("span", { class: "muted remote" }, `of ${api.remote()}`)] : [];
  if (!api.key()) {
    put(place, where, h("span", { class: "muted" }, "no key needed"));
    return;
  }
  put(place, where, h("span", { class: "muted" }, schema.caller_roles.join(", ")), button("Sign out", () => {
    api.keepKey("");
    begin();
  }, "quiet"));
}

async function show() {
  if (!schema) return;
  const [, id, ...rest] = location.hash.split("/");
  const pages = allowed();
  const page = pages.find((one) => one.id === id) ?? pages[0];
  put(document.getElementById("nav"), h("ul", {}, pages.map((one) =>
    h("li", {}, h("a", { href: `#/${one.id}`, "aria-current": one === page ? "page" : null }, one.title)))));
  end?.();
  end = null;
  if (!page) {
    put(main, h("p", { class: "notice" }, "The roles of this key open no page."));
    return;
  }
  document.title = `${page.title} · Dolmen`;
  const place = h("div", { class: `page ${page.id}` });
  put(main, place);
  const mine = ++shown;
  try {
    const ends = await page.show(place, { schema, may: (role) => schema.caller_roles.includes(role), rest: rest.map(decodeURIComponent) });
    if (mine === shown) end = ends ?? null;
    else ends?.();
  } catch (e) {
    if (e.status === 401) refused(e);
    else if (mine === shown) put(place, h("h1", {}, page.title), problem(e, show));
  }
}

addEventListener("hashchange", () => {
  if (location.hash === "#main") return;
  // The address of another run, in a tab that is here already.
  if (api.takeLocalKey()) {
    begin();
    return;
  }
  show().then(() => main.focus({ preventScroll: true }));
});
api.takeLocalKey();
const wrong = await comeBack();
if (wrong) signIn(wrong);
else begin();
