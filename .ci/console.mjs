// Goes through each page and action of the console in Chromium, against a demo and against a server that asks for keys.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { startPrometheus } from "./prometheus.mjs";

const [launcher, work, shots] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
mkdirSync(work, { recursive: true });
if (shots) mkdirSync(shots, { recursive: true });

const running = [];
let browser;

/** Starts a command and waits for a line of it. */
async function start(args, pattern) {
  const child = spawn(launcher, args, { cwd: work, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  running.push(child);
  let said = "";
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${args[0]} did not start:\n${said}`)), 150_000);
    const hear = (bytes) => {
      said += bytes;
      const match = pattern.exec(said);
      if (match) {
        clearTimeout(timer);
        resolve(match);
      }
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("exit", (code) => reject(new Error(`${args[0]} ended with ${code}:\n${said}`)));
  });
}

/** A port that nobody has. */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Waits until a server answers with a status. */
async function answers(url, status, headers = {}) {
  for (;;) {
    const got = await fetch(url, { headers }).then((response) => response.status, () => 0);
    if (got === status) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function step(name, what) {
  const began = Date.now();
  await what();
  console.log(`ok ${name} (${Date.now() - began} ms)`);
}

/** A page of its own that may complain of nothing and reach nobody else. */
async function open(url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1360, height: 940 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  page.complaints = [];
  page.bytes = 0;
  page.on("pageerror", (e) => page.complaints.push(String(e.stack)));
  page.on("console", (m) => ["error", "warning"].includes(m.type()) && !m.text().startsWith("Failed to load resource") && page.complaints.push(m.text()));
  page.on("request", (r) => r.url().startsWith(new URL(url).origin) || page.complaints.push(`asks ${r.url()}`));
  page.on("response", async (r) => {
    if (r.url().includes("/console/")) page.bytes += Number(r.headers()["content-length"] ?? 0);
  });
  await page.goto(url);
  return page;
}

async function close(page) {
  assert.deepEqual(page.complaints, []);
  await page.context().close();
}

/** No violation of the rules for people who read with other than eyes, or steer with other than a mouse. */
async function accessible(page, name) {
  const found = await page.evaluate(`${axe}; axe.run(document, { resultTypes: ["violations"] })`);
  assert.deepEqual(found.violations.map((v) => `${name}: ${v.id}: ${v.nodes.map((n) => n.target.join(" ")).slice(0, 3).join(", ")}`), []);
}

/** Nothing is wider than the window. */
async function fits(page, name) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(over <= 0, `${name} is ${over} pixels too wide`);
}

const shot = (page, name, options) => (shots ? page.screenshot({ path: join(shots, `${name}.png`), ...options }) : null);
const recommended = (page) => page.locator("[aria-label=Recommended] .card");
const names = (page) => recommended(page).locator(".name").allTextContents();

async function changed(page, before) {
  await page.waitForFunction((old) => {
    const now = [...document.querySelectorAll("[aria-label=Recommended] .card .name")].map((one) => one.textContent);
    return now.length > 0 && JSON.stringify(now) !== JSON.stringify(old);
  }, before);
}

async function tryIt(url) {
  const page = await open(url);
  await step("Try it is what one lands on, and light", async () => {
    await recommended(page).first().waitFor();
    assert.equal(await page.title(), "Try it · Dolmen");
    assert.equal(await recommended(page).count(), 12);
    assert.ok(page.bytes > 0 && page.bytes < 300_000, `${page.bytes} bytes`);
    const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0);
    console.log(`   ${page.bytes} bytes compressed, first paint after ${Math.round(paint)} ms`);
    await accessible(page, "Try it");
  });
  await step("words are found in any slot", async () => {
    await page.getByLabel("Search the catalogue").fill("kitchen espresso");
    await page.getByText(/with “kitchen espresso”/).waitFor();
    const found = await page.locator("[aria-label='Items found'] .name").allTextContents();
    assert.ok(found.length > 2 && found.every((name) => name.includes("espresso machine")), found.join());
    await page.getByLabel("Search the catalogue").fill("no such thing");
    await page.getByText("Nothing has “no such thing”").waitFor();
    await page.getByLabel("Search the catalogue").fill("kitchen espresso");
    await page.locator("[aria-label='Items found'] .card").first().waitFor();
  });
  await step("clicks make a visit, and the recommendations follow", async () => {
    const before = await names(page);
    await page.locator("[aria-label='Items found'] .pick").first().click();
    await changed(page, before);
    const one = await names(page);
    await recommended(page).locator(".pick").nth(2).click();
    await changed(page, one);
    await page.locator(".move").first().waitFor(); // What has changed places says so; a purchase may leave all where they are.
    assert.equal(await page.locator(".step").count(), 2);
    const bought = page.waitForResponse((response) => response.url().endsWith("/v1/recommend"));
    await page.locator(".step select").first().selectOption("EVENT_TYPE_PURCHASE");
    assert.equal((await bought).status(), 200);
    await page.locator("[aria-label=Recommended] .line").first().waitFor();
    await shot(page, "try");
    await accessible(page, "a visit");
  });
  await step("the map of the items lights up", async () => {
    const map = page.getByRole("application", { name: "Map of the items" });
    await page.getByText(/items\. Two dimensions show \d+ % of how their vectors differ/).waitFor();
    const picture = () => map.evaluate((canvas) => canvas.toDataURL());
    const colors = await map.evaluate((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const met = new Set();
      for (let i = 0; i < data.length; i += 4) if (data[i + 3] === 255) met.add(`${data[i]},${data[i + 1]},${data[i + 2]}`);
      return met.size;
    });
    assert.ok(colors >= 3, `${colors} colors`);
    const steps = await page.locator(".step").count();
    await map.focus();
    const unlit = await picture();
    const near = page.waitForResponse((response) => response.url().endsWith("/v1/similar"));
    await page.keyboard.press("ArrowLeft");
    await page.getByRole("status").filter({ hasText: "recommended, place 1" }).waitFor();
    assert.equal((await (await near).json()).items.length, 8);
    await page.waitForFunction((old) => document.querySelector("canvas").toDataURL() !== old, unlit);
    await shot(page, "map");
    const before = await names(page);
    await page.keyboard.press("Enter");
    await changed(page, before);
    assert.equal(await page.locator(".step").count(), steps + 1);
    await page.getByRole("button", { name: "Zoom in" }).click();
    const box = await map.boundingBox();
    const tip = page.locator(".tip");
    for (let i = 0; i < 400 && !await tip.isVisible(); i++) {
      await page.mouse.move(box.x + box.width * (0.1 + 0.8 * ((i * 0.618) % 1)), box.y + box.height * (0.1 + 0.8 * (i / 400)));
    }
    const title = await tip.locator("strong").textContent();
    await page.mouse.down();
    await page.mouse.up();
    await page.waitForFunction((n) => document.querySelectorAll(".step").length === n, steps + 2);
    assert.equal(await page.locator(".step .name").last().textContent(), title);
    await page.emulateMedia({ colorScheme: "dark" });
    await accessible(page, "the map, dark");
    await shot(page, "map-dark");
    await page.emulateMedia({ colorScheme: "light" });
    await page.getByRole("button", { name: "Zoom out" }).click();
    await page.getByText("Map of the items", { exact: true }).click();
    await map.waitFor({ state: "hidden" });
    await page.getByText("Map of the items", { exact: true }).click();
    await map.waitFor();
  });
  await step("an item says why it is there", async () => {
    assert.ok((await page.locator("[aria-label=Recommended] .line").allTextContents()).every((line) => line.length > 3));
    await page.locator(".why").first().click();
    await page.getByText(/What its score of .* is made of/).waitFor();
    await page.getByText("What goes away without an event").waitFor();
    await shot(page, "why");
    await accessible(page, "why");
    await page.getByRole("button", { name: "Close" }).click();
  });
  await step("k and filters are chosen", async () => {
    await page.getByLabel("Show", { exact: false }).first().selectOption("24");
    await page.waitForFunction(() => document.querySelectorAll("[aria-label=Recommended] .card").length === 24);
    await page.getByRole("button", { name: "Add a filter" }).click();
    await page.getByLabel("Slot").selectOption("price");
    await page.getByLabel("To", { exact: true }).fill("cheap");
    await page.getByRole("button", { name: "Add it" }).click();
    await page.getByText("A value is missing, or is no number.").waitFor();
    await page.getByLabel("To", { exact: true }).fill("60");
    await accessible(page, "the filter's form");
    await page.getByRole("button", { name: "Add it" }).click();
    await page.waitForFunction(() => [...document.querySelectorAll("[aria-label=Recommended] .cost")].every((one) => Number(one.textContent) <= 60));
    await page.getByRole("button", { name: "Take away the filter Price to 60" }).click();
    await page.getByRole("button", { name: "Add a filter" }).click();
    await page.getByLabel("Values").fill("knives");
    await page.keyboard.press("Enter");
    await page.locator(".chip").waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".chip button").click();
    await page.locator(".chip").waitFor({ state: "detached" });
  });
  await step("two rankers are compared", async () => {
    const schema = await page.evaluate(async () => (await fetch("/v1/schema")).json());
    assert.deepEqual(schema.rankers, ["dolmen", "popularity", "blend"]);
    await page.getByLabel("Show", { exact: false }).first().selectOption("12");
    await page.getByLabel("Compared with which ranker").selectOption("blend");
    const other = page.locator("[aria-label='Recommended by the other'] .card");
    await page.getByRole("heading", { name: "By blend" }).waitFor();
    await page.getByRole("heading", { name: "By the model" }).first().waitFor();
    await page.waitForFunction(() => document.querySelectorAll("[aria-label='Recommended by the other'] .card").length === 12);
    const sides = () => page.evaluate(() => ["Recommended", "Recommended by the other"].map((name) =>
      [...document.querySelectorAll(`[aria-label="${name}"] .card`)].map((one) => ({ id: one.dataset.item, shared: one.classList.contains("shared") }))));
    const common = async () => {
      const [left, right] = await sides();
      const both = left.filter((one) => right.some((two) => two.id === one.id)).map((one) => one.id).sort();
      for (const side of [left, right]) assert.deepEqual(side.filter((one) => one.shared).map((one) => one.id).sort(), both);
      await page.getByText(both.length ? `${both.length} of 12 are in both` : "They have nothing in common.").waitFor();
      return both.length;
    };
    await common();
    await accessible(page, "two rankers");
    await shot(page, "compare");
    await page.getByLabel("Compared with which ranker").selectOption("the model");
    await page.locator(".compare h3", { hasText: "By the model" }).nth(1).waitFor();
    assert.ok(await common() > 6, "the model agrees with itself");
    await page.getByLabel("Compared with which ranker").selectOption("nothing");
    await other.first().waitFor({ state: "detached" });
    await page.getByLabel("By which ranker").selectOption("popularity");
    await page.getByText(/^By popularity;/).waitFor();
    const before = await names(page);
    await page.getByLabel("By which ranker").selectOption("what is configured");
    await changed(page, before);
    await page.getByLabel("Search the catalogue").fill("cushion");
    await page.getByText(/with “cushion”/).waitFor();
    const cushions = (all) => page.waitForFunction((wanted) => {
      const shown = [...document.querySelectorAll("[aria-label=Recommended] .card .name")].map((one) => one.textContent);
      return shown.length > 0 && shown.every((name) => name.includes("cushion")) === wanted;
    }, all);
    await cushions(false);
    await page.getByLabel("only those found").check();
    await cushions(true);
    await page.getByLabel("only those found").uncheck();
    await cushions(false);
    await page.getByLabel("Search the catalogue").fill("kitchen espresso");
    await page.getByLabel("exact search").check();
    await page.getByLabel("Show", { exact: false }).first().selectOption("24");
    await page.waitForFunction(() => document.querySelectorAll("[aria-label=Recommended] .card").length === 24);
    await page.getByLabel("exact search").uncheck();
  });
  await step("learn this says what moved", async () => {
    await page.getByLabel("As how many visitors").selectOption("10");
    await page.getByRole("button", { name: "Learn this" }).click();
    await page.getByText(/^Learned in /).waitFor();
    await shot(page, "learned");
  });
  await step("a call is copied as code in four languages", async () => {
    await page.getByText("Call it from your code").click();
    for (const [language, sign] of [["curl", "curl '"], ["Java", "HttpRequest"], ["Python", "urllib"], ["TypeScript", "await fetch"]]) {
      await page.getByRole("button", { name: language, exact: true }).click();
      assert.ok((await page.locator("pre").textContent()).includes(sign));
    }
    await page.getByRole("button", { name: "curl", exact: true }).click();
    const answer = JSON.parse(execFileSync("bash", ["-c", (await page.locator("pre").textContent()).replace("curl ", "curl -sS ")]));
    assert.equal(answer.items.length, 24);
    await page.getByRole("button", { name: "Python", exact: true }).click();
    writeFileSync(join(work, "call.py"), `${await page.locator("pre").textContent()}\nprint(len(answer["items"]))\n`);
    assert.equal(execFileSync("python3", [join(work, "call.py")]).toString().trim(), "24");
    await page.getByRole("button", { name: "TypeScript", exact: true }).click();
    writeFileSync(join(work, "call.mjs"), `${await page.locator("pre").textContent()}\nconsole.log(answer.items.length);\n`);
    assert.equal(execFileSync("node", [join(work, "call.mjs")]).toString().trim(), "24");
    await page.getByRole("button", { name: "Java", exact: true }).click();
    writeFileSync(join(work, "Call.java"), `import java.net.URI;\nimport java.net.http.*;\n\nvoid main() throws Exception {\n${await page.locator("pre").textContent()}\nSystem.out.println(answer);\n}\n`);
    const java = join(execFileSync(launcher, ["java-home"]).toString().trim(), "bin", "java");
    assert.equal(JSON.parse(execFileSync(java, [join(work, "Call.java")])).items.length, 24);
    await otherCalls(page);
  });
  await step("an item is added and comes up", async () => {
    await page.getByRole("button", { name: "Add an item" }).click();
    await page.getByLabel("Title").fill("Browser espresso machine, mint");
    await page.getByLabel("Category").fill("Kitchen / Coffee / espresso machine");
    await page.getByLabel("Price").fill("dear");
    await page.getByRole("button", { name: "Add it" }).click();
    await page.getByText('Price: "dear", expected a number').waitFor();
    await page.getByLabel("Price").fill("199");
    await accessible(page, "the item's form");
    await page.getByRole("button", { name: "Add it" }).click();
    await page.getByText(/For this visit it is at place \d+ of/).waitFor();
    await page.getByLabel("Search the catalogue").fill("browser espresso");
    await page.locator("[aria-label='Items found']").getByText("Browser espresso machine, mint").waitFor();
  });
  await step("a visit begins again", async () => {
    await page.getByRole("button", { name: "New visit" }).click();
    await page.getByText("Nothing yet: a new visitor").waitFor();
    await page.waitForFunction(() => document.querySelectorAll("[aria-label=Recommended] .card").length > 0);
  });
  await close(page);
}

/** What a shop calls besides: events and an item, each sent as the page has it. */
async function otherCalls(page) {
  const pre = page.locator("pre[aria-label='The call as code']");
  const choose = async (call, language) => {
    await page.getByRole("button", { name: call, exact: true }).click();
    await page.getByRole("button", { name: language, exact: true }).click();
    return pre.textContent();
  };
  const steps = await page.locator(".step").count();
  const curl = (text) => JSON.parse(execFileSync("bash", ["-c", text.replace("curl ", "curl -sS ")]));
  const { acknowledgements } = curl(await choose("Publish feedback", "curl"));
  assert.deepEqual(acknowledgements.map((one) => one.status), Array(steps).fill("STATUS_ACCEPTED"));
  writeFileSync(join(work, "publish.py"), `${await choose("Publish feedback", "Python")}\nprint(",".join(one["status"] for one in answer["acknowledgements"]))\n`);
  assert.equal(execFileSync("python3", [join(work, "publish.py")]).toString().trim(), Array(steps).fill("STATUS_DUPLICATE").join());
  assert.equal(curl(await choose("Upsert an item", "curl")).upserted, "1");
  writeFileSync(join(work, "upsert.mjs"), `${await choose("Upsert an item", "TypeScript")}\nconsole.log(answer.upserted);\n`);
  assert.equal(execFileSync("node", [join(work, "upsert.mjs")]).toString().trim(), "1");
  assert.ok((await choose("Upsert an item", "Java")).includes('.POST(HttpRequest.BodyPublishers.ofString("""'));
  await accessible(page, "calls as code");
  await page.locator("details.copy").screenshot(shots ? { path: join(shots, "code.png") } : {});
  await choose("Recommend", "curl");
}

/** What a chart says of the point that is shown: its values and their time. */
const readout = async (figure) => ({ values: await figure.locator(".tip b").allTextContents(), time: await figure.locator(".tip > span").last().textContent() });

/** Holds that what happens moves nothing in a chart and what is around it, and that the readout is within the chart. */
async function inPlace(figure, what) {
  const places = () => figure.evaluate((one) => [one, one.parentElement, ...one.children].map((part) => {
    const { width, height, top } = part.getBoundingClientRect();
    return [width, height, top - one.getBoundingClientRect().top];
  }));
  const before = await places();
  await what();
  assert.deepEqual(await places(), before);
  const [tip, plot] = [await figure.locator(".tip").boundingBox(), await figure.locator(".plot").boundingBox()];
  assert.ok(tip.x >= plot.x - 1 && tip.x + tip.width <= plot.x + plot.width + 1, `the readout is at ${tip.x}, ${tip.width} wide`);
}

/** Moves the mouse to a place of a chart, as a part of its width. */
async function hover(page, figure, part) {
  const box = await figure.locator(".plot").boundingBox();
  await page.mouse.move(box.x + box.width * part, box.y + box.height / 2);
  // Moves of a pointer are handed to the page with its next frame.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/** A live chart: its newest point is what stands above it, at the pointer as by keyboard. */
async function liveReadout(page) {
  const figure = page.locator(".tiles figure").filter({ hasText: "Events learned" });
  const [tip, said] = [figure.locator(".tip"), figure.getByRole("status")];
  const newest = () => figure.evaluate((one) => {
    const now = Array.from({ length: 15 }, (_, seconds) => new Date(Date.now() - seconds * 1_000).toLocaleTimeString());
    return one.querySelector(".tip b").textContent === one.querySelector("strong").textContent && now.includes(one.querySelector(".tip > span:last-child").textContent);
  });
  await page.waitForFunction(() => document.querySelector(".tiles .curve")?.getAttribute("d").split("L").length > 3);
  await figure.scrollIntoViewIfNeeded();
  assert.ok(await tip.isHidden());
  // The newest point is at the right edge, the one before it a hundredth of the width away.
  await inPlace(figure, () => hover(page, figure, 0.999));
  assert.ok(await newest());
  await shot(page, "overview-readout");
  await accessible(page, "a chart's readout, dark");
  const last = await readout(figure);
  assert.match(last.values[0], /^[\d.,]+ \/s$/);
  await inPlace(figure, () => hover(page, figure, 0.01));
  assert.notEqual((await readout(figure)).time, last.time);
  assert.equal(await figure.locator(".mark circle").count(), 1);
  assert.equal(await said.textContent(), "");
  await page.mouse.move(2, 2);
  await tip.waitFor({ state: "hidden" });
  await figure.locator(".plot").focus();
  // What keys have come to stays when a newer point comes, as one may just have.
  for (let tries = 0; tries === 0 || !(await newest()); tries++) {
    assert.ok(tries < 10, `the last point is not the newest: ${JSON.stringify(await readout(figure))}, above it ${await figure.locator("strong").textContent()}, now ${new Date()}`);
    await page.keyboard.press("End");
  }
  const right = await readout(figure);
  await page.keyboard.press("ArrowLeft");
  const left = await readout(figure);
  assert.notEqual(left.time, right.time);
  assert.equal(await said.textContent(), `${left.values[0]}; ${left.time}`);
  await page.keyboard.press("ArrowRight");
  assert.deepEqual(await readout(figure), right);
  // The next look at the server redraws it, and the point stays.
  await page.waitForResponse((response) => response.url().endsWith("/v1/status"));
  await page.waitForTimeout(100);
  assert.deepEqual(await readout(figure), right);
  await page.keyboard.press("Escape");
  await tip.waitFor({ state: "hidden" });
  assert.equal(await said.textContent(), "");
}

/** An item's columns: each has its two counts, as the server has them. */
async function columnReadout(page, url, item) {
  const got = page.waitForResponse((response) => response.url().endsWith("/history"));
  await page.goto(`${url}#/items/${encodeURIComponent(item)}`);
  const { hours } = await (await got).json();
  const figure = page.locator("figure").filter({ hasText: "Last 24 hours" });
  await figure.waitFor();
  await figure.scrollIntoViewIfNeeded();
  const counts = (one) => [one.shown, one.clicks].map((n) => Number(n).toLocaleString("en"));
  for (let i = 0; i < 24; i++) {
    await hover(page, figure, (2 + (i + 0.5) * (316 / 24)) / 320);
    assert.deepEqual((await readout(figure)).values, counts(hours[i]), `column ${i}`);
  }
  await inPlace(figure, () => hover(page, figure, 0.5));
  await page.mouse.move(2, 2);
  await figure.locator(".plot").focus();
  await page.keyboard.press("End");
  const [shown, clicks] = counts(hours[23]);
  assert.match(await figure.getByRole("status").textContent(), new RegExp(`^${shown} shown, ${clicks} clicked; .*\\d\\d.* to .*\\d\\d`));
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowLeft");
  assert.deepEqual((await readout(figure)).values, counts(hours[0]));
  await shot(page, "item-readout");
  await accessible(page, "a column's readout");
}

/** An item's places in answers and its neighbours by visits are as the server has them. */
async function placedAndTogether(page) {
  const places = page.getByRole("region", { name: "Where in answers" });
  const first = await places.locator("tbody tr").first().locator("th, td.number").allTextContents();
  assert.equal(first[0], "1");
  assert.ok(Number.parseInt(first[1].replaceAll(",", ""), 10) >= 1 && Number.parseInt(first[2].replaceAll(",", ""), 10) >= 1, first.join());
  const total = async (region) => (await region.locator("td.number:nth-child(3)").allTextContents()).reduce((all, text) => all + Number(text.replaceAll(",", "")), 0);
  const rankers = page.getByRole("region", { name: "Ranked by" });
  // A server without an experiment and a fallback does not say in the log what has ranked.
  assert.deepEqual(await rankers.locator("th[scope=row]").allTextContents(), ["the model, or popularity for a new visitor"]);
  assert.equal(await total(rankers), await total(places));
  const together = page.getByRole("region", { name: "Visited together" });
  const links = together.locator("tbody a");
  await links.first().waitFor();
  assert.ok(await links.count() <= 20);
  const visits = (await together.locator("td.number:nth-child(3)").allTextContents()).map((text) => Number(text.replaceAll(",", "")));
  assert.ok(visits[0] > 0 && visits.every((one, i) => !i || one <= visits[i - 1]), visits.join());
  await together.scrollIntoViewIfNeeded();
  await shot(page, "item-placed", { fullPage: true });
  const [name] = await links.allTextContents();
  await links.first().click();
  await page.getByRole("heading", { name, level: 1 }).waitFor();
  await page.goBack();
  await links.first().waitFor();
}

/** An item's rows are as the server has them; those of an item that nobody has seen say so. */
async function itemRows(page, url, item) {
  const asked = (id) => page.evaluate(async (path) => (await (await fetch(path)).json()).rows, `/v1/items/${encodeURIComponent(id)}/rows`);
  const lines = page.getByRole("region", { name: "Its rows" }).locator("tbody tr");
  const rows = await asked(item);
  await lines.first().waitFor();
  assert.equal(await lines.count(), rows.length);
  assert.ok(rows.some((one) => one.own && one.last_seen));
  assert.equal(await lines.locator(".state.good").count(), rows.filter((one) => one.own).length);
  await lines.first().scrollIntoViewIfNeeded();
  await shot(page, "item-rows");
  await page.evaluate(async (body) => fetch("/v1/items", { method: "POST", headers: { "content-type": "application/json" }, body }),
    JSON.stringify({ items: [{ item_id: "never-seen", slots: { category: { path: { token: ["oddities"] } }, title: { token: "Never seen" } } }] }));
  await page.goto(`${url}#/items/never-seen`);
  await page.getByRole("heading", { name: "Never seen" }).waitFor();
  await lines.filter({ hasText: "never-seen" }).getByText(/not seen yet, or long ago; \d+ times are needed/).waitFor();
  assert.equal((await asked("never-seen"))[0].own, false);
  await page.getByText("It is not counted").waitFor();
  await accessible(page, "an item that nobody has seen");
  await shot(page, "item-never-seen", { fullPage: true });
  await page.evaluate(() => fetch("/v1/items:delete", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ item_ids: ["never-seen"] }) }));
}

/** A finger leaves what it has found, until it is put elsewhere. */
async function touchReadout(url, item) {
  const page = await open(`${url}#/items/${encodeURIComponent(item)}`, { viewport: { width: 390, height: 844 }, hasTouch: true, colorScheme: "dark" });
  const figure = page.locator("figure").filter({ hasText: "Last 30 days" });
  await figure.waitFor();
  await figure.scrollIntoViewIfNeeded();
  await inPlace(figure, async () => {
    const box = await figure.locator(".plot").boundingBox();
    await page.touchscreen.tap(box.x + box.width - 4, box.y + 20);
    await figure.locator(".tip").waitFor();
  });
  assert.notEqual((await readout(figure)).values[0], "0");
  await fits(page, "a readout");
  await accessible(page, "a readout on a phone, dark");
  await shot(page, "item-readout-phone");
  await page.getByText("Counted since").tap();
  await figure.locator(".tip").waitFor({ state: "hidden" });
  await close(page);
}

/** The lines begin before the page was opened, where the server's own do. */
async function beganBefore(page) {
  const got = page.waitForResponse((response) => response.url().endsWith("span=CHART_SPAN_MINUTES"));
  const opened = Date.now();
  await page.reload();
  const { series } = await (await got).json();
  const first = Date.parse(series.find((one) => one.name === "events_learned").points[0].time);
  assert.ok(first < opened - 15_000, `the first point is ${opened - first} ms before the page`);
  const figure = page.locator(".tiles figure").filter({ hasText: "Events learned" });
  await figure.locator(".curve").waitFor();
  await figure.locator(".plot").focus();
  await page.keyboard.press("Home");
  // The page sees the server's clock through the time that the answer took.
  const times = await page.evaluate((at) => [-1, 0, 1, 2, 3, 4, 5].map((s) => new Date(at + s * 1_000).toLocaleTimeString()), first);
  const { time } = await readout(figure);
  assert.ok(times.includes(time), `${time} is none of ${times}`);
  await page.keyboard.press("Escape");
}

/** A page whose looks take longer than it waits between them. */
async function oneAtATime(page) {
  let [asked, now, most] = [0, 0, 0];
  const status = "**/v1/status";
  await page.route(status, async (route) => {
    asked++;
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    now--;
    await route.continue();
  });
  for (let looks = 0; looks < 2; looks++) await page.waitForResponse((response) => response.url().endsWith("/v1/status"));
  assert.ok(asked >= 2);
  assert.equal(most, 1);
  await page.unroute(status);
}

async function overview(url) {
  const page = await open(`${url}#/overview`, { colorScheme: "dark" });
  await step("Overview has health, charts and quality", async () => {
    await page.getByText("All is well.").waitFor();
    await page.locator(".chart .curve").nth(2).waitFor();
    await page.getByText("Next item among the 20 best").waitFor();
    assert.match(await page.locator("figure strong").first().textContent(), /\/s$/);
    await shot(page, "overview", { fullPage: true });
    await accessible(page, "Overview, dark");
  });
  await step("a chart says its values at the pointer and by keyboard", () => liveReadout(page));
  await step("a page that is loaded again has the minutes before", () => beganBefore(page));
  await step("a server that takes its time is asked once at a time", () => oneAtATime(page));
  await close(page);
}

async function others(url) {
  const page = await open(`${url}#/items`);
  await step("Items are found, and each has a page", async () => {
    await page.getByLabel("Search the catalogue").fill("headphones silver");
    await page.waitForFunction(() => document.querySelectorAll("[aria-label=Items] .card").length > 0
      && [...document.querySelectorAll("[aria-label=Items] .name")].every((one) => one.textContent.includes("headphones")));
    await accessible(page, "Items");
    await page.locator("[aria-label=Items] .pick").first().click();
    await page.getByText("After a visit of it").first().waitFor();
    await page.locator("[aria-label='Closest by vector'] .card").nth(6).waitFor();
    await page.locator("[aria-label='After a visit of it'] .card").first().waitFor();
    // The demo's visitors are shown some of the items, and not this one for sure.
    const counted = page.locator("section", { has: page.getByRole("heading", { name: "Shown and clicked" }) });
    await counted.getByText(/It is not counted|Counted since/).waitFor();
    await shot(page, "item");
    await accessible(page, "an item's page");
    await page.getByRole("button", { name: "Take it off for a while" }).click();
    await page.getByText("not available: never recommended").waitFor();
    await page.getByRole("button", { name: "Put it back" }).click();
    await page.getByText("available", { exact: true }).waitFor();
    const clicked = await page.evaluate(async () => {
      const ask = async (path, body) => (await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) })).json();
      const { items, request_id } = await ask("/v1/recommend", { session: { session_id: "curves" }, k: 1 });
      const id = items[0].item_id;
      await ask("/v1/events", { events: [{ event_id: "curves", session_id: "curves", item_id: id, request_id, type: "EVENT_TYPE_CLICK", time: new Date().toISOString() }] });
      const history = async () => (await fetch(`/v1/items/${encodeURIComponent(id)}/history`)).json();
      for (let now = await history(); !now.neighbors.length || !now.places.some((one) => one.first === 1 && Number(one.clicks)); now = await history()) await new Promise((resolve) => setTimeout(resolve, 100));
      return id;
    });
    await page.goto(`${url}#/items/${encodeURIComponent(clicked)}`);
    const day = page.getByRole("img", { name: /^Last 24 hours: [1-9][\d,]* shown, [\d,]+ clicked$/ });
    await day.waitFor();
    assert.equal(await day.locator("g:not(.mark)").count(), 24);
    assert.ok(await day.locator("rect.shown").last().evaluate((column) => column.getBBox().height) > 0);
    assert.equal(await page.getByRole("img", { name: /^Last 30 days/ }).locator("g:not(.mark)").count(), 30);
    await placedAndTogether(page);
    await accessible(page, "an item's columns");
    await itemRows(page, url, clicked);
    await page.goto(`${url}#/items`);
    await columnReadout(page, url, clicked);
    await touchReadout(url, clicked);
    await page.goto(`${url}#/items/no-such-item`);
    await page.getByRole("alert").waitFor();
  });
  await step("Experiments say how to run one", async () => {
    await page.goto(`${url}#/experiments`);
    await page.getByText("No experiment runs").waitFor();
    await accessible(page, "Experiments");
  });
  await step("Visits are looked up", async () => {
    const [one, two, request] = await page.evaluate(async () => {
      const shown = await (await fetch("/v1/recommend", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ session: { session_id: "visit/of a browser?" }, k: 5 }) })).json();
      const two = shown.items[1].item_id;
      const { items } = await (await fetch("/v1/items?page_size=2")).json();
      return [items.map((item) => item.item_id).find((id) => id !== two), two, shown.request_id];
    });
    const published = await page.evaluate(async ([first, second, from]) => {
      const at = (seconds) => new Date(Date.now() - seconds * 1_000).toISOString();
      const event = (n, item, type, seconds) => ({ event_id: `browser-${n}`, session_id: "visit/of a browser?", item_id: item, type: `EVENT_TYPE_${type}`, time: at(seconds) });
      const response = await fetch("/v1/events", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({
        events: [event(1, first, "VIEW", 300), { ...event(2, second, "CLICK", 120), request_id: from }, event(3, second, "PURCHASE", 60)] }) });
      return (await response.json()).acknowledgements.map((a) => a.status);
    }, [one, two, request]);
    assert.deepEqual(published, ["STATUS_ACCEPTED", "STATUS_ACCEPTED", "STATUS_ACCEPTED"]);
    await page.goto(`${url}#/visits`);
    await page.getByLabel("Look a visit up").fill("visit/of a browser?");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "What it would be shown now" }).waitFor();
    // It is learned a moment later.
    while (await page.locator("[aria-label=Events] li").count() === 0) {
      await page.getByRole("button", { name: "Look it up" }).click();
      await page.waitForTimeout(300);
    }
    await page.getByText("3 events count").waitFor();
    assert.deepEqual((await page.locator("[aria-label=Events] small").allTextContents()).map((text) => text.split(",")[0]), ["viewed", "clicked", "bought"]);
    const was = page.locator("[aria-label=Shown] > li");
    await was.getByText("5 items · 1 acted on").waitFor();
    assert.equal(await was.locator("code").textContent(), request);
    assert.deepEqual(await was.locator(".strip li").evaluateAll((all) => all.map((li) => li.classList.contains("acted"))), [false, true, false, false, false]);
    assert.equal(await was.locator(".acted small").textContent(), "clicked");
    assert.match(await page.getByText("This server remembers what was shown since").locator("time").textContent(), /\d/);
    await was.getByRole("button", { name: "Why these?" }).click();
    // The visit's times are before what it was shown.
    await was.getByText(/^For the 3 events before it, as the model is now: \d+ batch(es)? later\.$/).waitFor();
    assert.equal(await was.locator("[aria-label=Reasons] > li").count(), 5);
    assert.match(await was.locator("[aria-label=Reasons] > li").first().textContent(), /(Visited|Goes|Like|Popular|Follows|Fits|New|Visits|Seen)/);
    await was.scrollIntoViewIfNeeded();
    await shot(page, "visit-reasons");
    await was.getByRole("button", { name: "Its parts" }).first().click();
    await page.getByText("What goes away without an event").waitFor();
    await page.getByRole("button", { name: "Close" }).click();
    assert.match(await page.locator("[aria-label=Events] small").nth(1).textContent(), /min ago|s ago/);
    assert.equal(await page.locator("[aria-label=Answers] .card").count(), 12);
    await page.locator("[aria-label=Answers] .why").first().click();
    await page.getByText("What goes away without an event").waitFor();
    await page.getByRole("button", { name: "Close" }).click();
    await shot(page, "visit");
    await accessible(page, "a visit's page");
    await page.reload();
    await page.getByText("3 events count").waitFor();
    await page.getByLabel("Look a visit up").fill("nobody");
    await page.keyboard.press("Enter");
    await page.getByText("Nothing is known of this visit").waitFor();
    await page.getByText("Nothing that is remembered.").waitFor();
    await page.locator("[aria-label=Answers] .card").first().waitFor();
    await accessible(page, "a visit that is not known");
  });
  await step("Health takes a snapshot", async () => {
    await page.goto(`${url}#/health`);
    await page.getByText("Recommendations are answered.").waitFor();
    await page.evaluate(() => fetch("/v1/events", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({
      events: [{ event_id: "rejected-1", session_id: "s", item_id: "<b>gone</b>", type: "EVENT_TYPE_CLICK", time: new Date().toISOString() }] }) }));
    const refused = page.locator("section", { has: page.getByRole("heading", { name: "Events rejected in the last hour" }) });
    await refused.getByRole("button", { name: "Look again" }).click();
    await refused.getByText('"<b>gone</b>" is not in the catalogue').first().waitFor();
    await refused.getByText("an item that was upserted before", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Take a snapshot" }).click();
    const made = await page.getByText(/of which learning paused for/).textContent();
    const kept = page.getByRole("region", { name: "Snapshots" }).getByRole("row", { name: made.split(":")[0] }).first();
    await kept.waitFor();
    assert.match((await kept.locator("td").allTextContents()).join("; "), /^\d+ s ago; (nothing|\d+-\d+); [\d,.]+K?; [\d,.]+K?; [\d.]+ [KM]iB$/);
    await page.getByText(/ of the disk's .* are free\./).waitFor();
    await page.getByText("Nothing does.").waitFor();
    await shot(page, "health", { fullPage: true });
    await accessible(page, "Health");
  });
  await close(page);
}

const root = (url) => new URL(url).origin;

async function docs(url) {
  const page = await open(url);
  const opened = (name) => page.locator(`details[id=${name}]`);
  await step("the HTTP API is described", async () => {
    await page.getByRole("link", { name: "HTTP API" }).click();
    await page.getByRole("heading", { name: "HTTP API" }).waitFor();
    const { paths } = await (await fetch(`${root(url)}/openapi.json`)).json();
    const operations = Object.values(paths).flatMap((path) => Object.values(path).map((one) => one.operationId));
    assert.deepEqual(await page.locator("details.operation").evaluateAll((all) => all.map((one) => one.id).sort()), operations.sort());
    await accessible(page, "HTTP API");
    await page.getByLabel("Find an operation").fill("no such words");
    await page.getByText("No operation has these words.").waitFor();
    await page.getByLabel("Find an operation").fill("similar");
    await page.getByRole("navigation", { name: "Operations" }).getByRole("link", { name: "Similar", exact: true }).click();
    await opened("Similar").getByRole("heading", { name: "Body" }).waitFor();
    await page.getByLabel("Find an operation").fill("");
    await page.getByRole("navigation", { name: "Operations" }).getByRole("link", { name: "Recommend", exact: true }).click();
    await opened("Recommend").getByText("include_seen").first().waitFor();
    await opened("Recommend").getByText("Fields of SessionContext").first().click();
    await opened("Recommend").locator(".fields .fields code", { hasText: "session_id" }).first().waitFor();
    await accessible(page, "an operation");
  });
  await step("an operation is tried", async () => {
    const form = page.getByRole("form", { name: "Try Recommend" });
    await form.getByLabel("Body: JSON").fill('{"session": {"session_id": "docs"}, "k": 3');
    await form.getByRole("button", { name: "Send" }).click();
    await form.getByText("The body is no JSON").waitFor();
    await form.getByLabel("Body: JSON").fill('{"session": {"session_id": "docs"}, "k": 3, "no_impression": true}');
    await form.getByRole("button", { name: "Send" }).click();
    await form.locator(".state.good").waitFor();
    assert.equal(JSON.parse(await form.getByRole("region", { name: "Answer of Recommend" }).textContent()).items.length, 3);
    await shot(page, "docs");
    await form.getByLabel("Body: JSON").fill('{"k": 0}');
    await form.getByRole("button", { name: "Send" }).click();
    await form.locator(".state.bad").waitFor();
    assert.equal(JSON.parse(await form.getByRole("region", { name: "Answer of Recommend" }).textContent()).code, 3);
    await form.getByRole("button", { name: "Fill in all fields" }).click();
    assert.equal(JSON.parse(await form.getByLabel("Body: JSON").inputValue()).session.session_id, "");
    await page.goto(`${root(url)}/docs/#GetItem`);
    const get = page.getByRole("form", { name: "Try GetItem" });
    await get.getByLabel("item_id").fill("no/such item?");
    await get.getByRole("button", { name: "Send" }).click();
    await get.locator(".state.bad").waitFor();
    assert.equal(await get.locator(".state.bad").textContent(), "404");
    await accessible(page, "an answer");
  });
  await step("it is read in the dark, on a phone and by keyboard", async () => {
    const phone = await open(`${root(url)}/docs/#Recommend`, { viewport: { width: 390, height: 844 }, colorScheme: "dark" });
    await phone.getByRole("form", { name: "Try Recommend" }).waitFor();
    await fits(phone, "HTTP API");
    await accessible(phone, "HTTP API, dark, on a phone");
    await shot(phone, "docs-phone");
    await close(phone);
    const keys = await open(`${root(url)}/docs/`);
    await keys.locator("details.operation").first().waitFor();
    await keys.keyboard.press("Tab");
    assert.equal(await keys.evaluate(() => document.activeElement.textContent), "Skip to the operations");
    for (let i = 0; i < 120; i++) {
      await keys.keyboard.press("Tab");
      if (await keys.evaluate(() => document.activeElement.tagName === "SUMMARY")) break;
    }
    await keys.keyboard.press("Enter");
    await keys.locator("details.operation[open]").getByRole("button", { name: "Send" }).waitFor();
    await close(keys);
  });
  await close(page);
}

async function phone(url) {
  await step("all pages are for everybody in the dark, too", async () => {
    const page = await open(url, { colorScheme: "dark" });
    await recommended(page).first().waitFor();
    for (const link of await page.locator("nav a").all()) {
      await link.click();
      await page.waitForTimeout(700);
      await accessible(page, `${await link.textContent()} in the dark`);
    }
    await close(page);
  });
  await step("all pages fit a phone", async () => {
    const page = await open(url, { viewport: { width: 390, height: 844 } });
    await recommended(page).first().waitFor();
    await page.locator("[aria-label='Items found'] .pick").first().click();
    await page.locator(".step").waitFor();
    await fits(page, "Try it");
    await shot(page, "phone");
    await page.getByLabel("Compared with which ranker").selectOption("popularity");
    await page.locator(".compare").waitFor();
    await fits(page, "Try it, comparing");
    for (const link of await page.locator("nav a").all()) {
      await link.click();
      await page.waitForTimeout(700);
      await fits(page, await link.textContent());
      await accessible(page, `${await link.textContent()} on a phone`);
      await page.emulateMedia({ colorScheme: "dark" });
      await accessible(page, `${await link.textContent()} on a phone in the dark`);
      await page.emulateMedia({ colorScheme: "light" });
    }
    await close(page);
  });
}

async function keyboard(url) {
  await step("the keyboard is enough", async () => {
    const page = await open(url);
    await recommended(page).first().waitFor();
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the page");
    for (let i = 0; i < 30; i++) {
      await page.keyboard.press("Tab");
      if (await page.evaluate(() => document.activeElement.className === "pick")) break;
    }
    await page.keyboard.press("Enter");
    await page.locator(".step").waitFor();
    await close(page);
  });
}

/** A provider of OpenID Connect where somebody with the role read signs in by one click. */
async function provider() {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const codes = new Map();
  const base64url = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
  const token = (claims) => {
    const now = Math.floor(Date.now() / 1000);
    const said = `${base64url({ alg: "RS256", kid: "one", typ: "JWT" })}.${base64url({ iss: url, sub: "ada", iat: now, exp: now + 300, ...claims })}`;
    return `${said}.${sign("sha256", Buffer.from(said), privateKey).toString("base64url")}`;
  };
  const server = createHttpServer(async (request, response) => {
    const asked = new URL(request.url, url);
    const json = (value, status = 200) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    const query = Object.fromEntries(asked.searchParams);
    if (asked.pathname === "/.well-known/openid-configuration") {
      json({ issuer: url, authorization_endpoint: `${url}/authorize`, token_endpoint: `${url}/token`, jwks_uri: `${url}/jwks` });
    } else if (asked.pathname === "/jwks") {
      json({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "one", alg: "RS256", use: "sig" }] });
    } else if (asked.pathname === "/authorize") {
      codes.set(String(codes.size), query);
      const back = new URL(query.redirect_uri);
      back.search = new URLSearchParams({ code: String(codes.size - 1), state: query.state, iss: url });
      response.writeHead(200, { "content-type": "text/html" }).end(`<title>Login</title><a href="${back.href.replaceAll("&", "&amp;")}">I am Ada</a>`);
    } else if (asked.pathname === "/token") {
      let body = "";
      for await (const part of request) body += part;
      const sent = Object.fromEntries(new URLSearchParams(body));
      const begun = codes.get(sent.code);
      const challenge = createHash("sha256").update(sent.code_verifier ?? "").digest("base64url");
      if (begun?.code_challenge !== challenge || begun.redirect_uri !== sent.redirect_uri) json({ error: "invalid_grant" }, 400);
      else json({ token_type: "Bearer", id_token: token({ aud: "dolmen-console", nonce: begun.nonce }), access_token: token({ aud: "dolmen", roles: ["read"] }) });
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  return { url, close: () => server.close() };
}

/** Serves what a server has learned up to now, next to it. Gives its address. */
async function snapshotOf(url, config, key) {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const taken = await fetch(`${url}/v1/snapshots`, { method: "POST", headers, body: "{}" }).then((answer) => answer.json());
  const [grpc, http, metrics] = await Promise.all([freePort(), freePort(), freePort()]);
  const ended = start(["serve", "--config", config, "--snapshot", taken.snapshot_id, "--port", String(grpc), "--http-port", String(http), "--metrics-port", String(metrics)], /no such line/);
  await Promise.race([ended, answers(`http://127.0.0.1:${http}/v1/schema`, 200, headers)]);
  // What the snapshot does not have.
  const item = { item_id: "newer-than-the-snapshot", slots: { title: { token: "Kettle newer than the snapshot" }, category: { path: { token: ["home", "kitchen"] } } } };
  await fetch(`${url}/v1/items`, { method: "POST", headers, body: JSON.stringify({ items: [item] }) }).then((answer) => assert.equal(answer.status, 200));
  return `http://127.0.0.1:${http}`;
}

/** What is recommended now stands next to what a snapshot of before would, for the same visit. */
/** Any snapshot that there is can be chosen, with the commands for it. */
async function chosenSnapshot(page, url, key) {
  // What was learned since the one before makes another.
  const taken = await fetch(`${url}/v1/snapshots`, { method: "POST", headers: { authorization: `Bearer ${key}`, "content-type": "application/json" }, body: "{}" });
  assert.equal(taken.status, 200);
  const before = await page.getByLabel("Compared with which ranker").inputValue();
  const listed = page.waitForResponse((response) => response.url().endsWith("/v1/snapshots"));
  await page.getByLabel("Compared with which ranker").selectOption("a snapshot…");
  const { snapshots } = await (await listed).json();
  const dialog = page.getByRole("dialog", { name: "Compare now with a snapshot" });
  const chosen = dialog.getByLabel("Snapshot");
  await chosen.waitFor();
  const ids = await chosen.locator("option").evaluateAll((all) => all.map((one) => one.value));
  assert.deepEqual(ids, snapshots.map((one) => one.snapshot_id));
  assert.ok(ids.length > 1, ids.join());
  await chosen.selectOption(ids.at(-1));
  const commands = await dialog.locator("pre").textContent();
  assert.match(commands, new RegExp(`^\\./dolmen serve .* --snapshot ${ids.at(-1)} --port 7170 `));
  assert.ok(commands.includes(`console --url ${url} --compare http://localhost:7180 --key-file KEY`), commands);
  await accessible(page, "the choice of a snapshot");
  await shot(page, "choose-snapshot");
  await dialog.getByRole("button", { name: "Close" }).click();
  await dialog.waitFor({ state: "detached" });
  assert.equal(await page.getByLabel("Compared with which ranker").inputValue(), before);
}

async function nowAndThen(page, host) {
  const there = page.locator("[aria-label='Recommended by the other'] .card");
  await page.getByLabel("Compared with which ranker").selectOption(`the server at ${host}`);
  await page.getByRole("heading", { name: host }).waitFor();
  assert.equal(await there.count(), 12);
  await page.getByLabel("Search the catalogue").fill("newer than the snapshot");
  await page.getByText(/^1 item with/).waitFor();
  const asked = page.waitForRequest((request) => request.url().endsWith("/compare/v1/recommend"));
  await page.locator("[aria-label='Items found'] .pick").click();
  const sent = (await asked).postDataJSON();
  assert.equal(sent.no_impression, true);
  assert.deepEqual(sent.session.items.map((one) => one.item_id), ["newer-than-the-snapshot"]);
  await page.getByLabel("Search the catalogue").fill("espresso");
  await page.getByText(/ items with “espresso”/).waitFor();
  await page.locator("[aria-label='Items found'] .pick").first().click();
  await page.getByLabel("As how many visitors").selectOption("50");
  await page.getByRole("button", { name: "Learn this" }).click();
  await page.getByText(/^Learned in /).waitFor();
  // Items have moved here, and nothing was learned there.
  await page.locator(".moves li").first().waitFor();
  assert.match(await page.locator(".moves li").first().textContent(), /: at \d+ here, at \d+ there$/);
  await page.getByRole("region", { name: `Answer of ${host}` }).getByText("By the model; 0 batches learned.").waitFor();
  const before = await there.locator(".name").allTextContents();
  assert.equal(before.length, 12);
  assert.ok(!before.includes("Kettle newer than the snapshot"));
  await accessible(page, "now and a snapshot");
  await shot(page, "now-and-snapshot", { fullPage: true });
  await page.emulateMedia({ colorScheme: "dark" });
  await page.setViewportSize({ width: 390, height: 844 });
  await fits(page, "now and a snapshot");
  await accessible(page, "now and a snapshot on a phone, dark");
  await shot(page, "now-and-snapshot-phone", { fullPage: true });
  await page.setViewportSize({ width: 1360, height: 940 });
}

/** keeper: the process of Prometheus, which is ended here. */
async function longCharts(url, signIn, key, prometheus, keeper) {
  const page = await open(`${url}#/overview`, { colorScheme: "dark" });
  await signIn(page, key);
  const charts = page.locator(".tiles figure");
  const value = (label) => charts.filter({ hasText: label }).locator("strong").textContent();
  await answers(`http://127.0.0.1:${prometheus}/-/ready`, 200);
  await page.getByRole("button", { name: "24 h" }).click();
  await page.getByText("The last 24 h, as Prometheus has it: a point every 10 minutes.").waitFor();
  assert.equal(await charts.count(), 8);
  assert.equal(await page.locator(".tiles .curve").count(), 8);
  assert.match(await value("Events learned"), /^\d[\d.]* \/s$/);
  assert.match(await value("Memory of the process"), /^\d{3} MiB$/);
  // Bytes go by powers of two, so does their axis.
  assert.match(await page.locator("figure.tile", { hasText: "Memory of the process" }).locator("svg.chart text").first().textContent(), /^(256 MiB|512 MiB|1\.0 GiB|2\.0 GiB)$/);
  assert.match(await page.getByRole("img", { name: /^Logged and not yet learned: / }).getAttribute("aria-label"), /at most 4,0\d\d since 24 h ago$/);
  await accessible(page, "Overview of a day, dark");
  await shot(page, "overview-day", { fullPage: true });
  await page.emulateMedia({ colorScheme: "light" });
  await page.getByRole("button", { name: "7 d" }).click();
  await page.getByText("The last 7 d, as Prometheus has it: a point every hour.").waitFor();
  // It was away for four hours, over which no line goes.
  assert.equal(await charts.filter({ hasText: "Logged and not yet learned" }).locator(".curve").count(), 2);
  await accessible(page, "Overview of a week, light");
  await shot(page, "overview-week", { fullPage: true });
  await page.setViewportSize({ width: 390, height: 844 });
  await fits(page, "Overview of a week");
  await shot(page, "overview-week-phone", { fullPage: true });
  keeper.kill("SIGKILL");
  await new Promise((resolve) => keeper.once("exit", resolve));
  await page.getByRole("button", { name: "1 h" }).click();
  await page.getByText("Prometheus cannot be asked: nobody answers at server.http.prometheus.url").waitFor();
  assert.equal(await charts.count(), 0);
  await accessible(page, "Overview without Prometheus");
  await shot(page, "overview-away-phone");
  await page.getByRole("button", { name: "15 min" }).click();
  assert.equal(await charts.count(), 8);
  await close(page);
}

/** Visits of an experiment: an answer for each, and a click where `clicks(arm, number of its answer)`. */
async function visits(api, key, from, to, clicks) {
  const headers = { "content-type": "application/json", authorization: `Bearer ${key}` };
  const send = async (path, body) => {
    const response = await fetch(api + path, { method: "POST", headers, body: JSON.stringify(body) });
    assert.equal(response.status, 200, path);
    return response.json();
  };
  const seen = {};
  const events = [];
  for (let at = from; at < to; at += 10) {
    await Promise.all(Array.from({ length: Math.min(10, to - at) }, async (_, i) => {
      const session_id = `twin-${at + i}`;
      const { items, request_id, arm } = await send("/v1/recommend", { session: { session_id }, k: 3 });
      seen[arm] = (seen[arm] ?? 0) + 1;
      if (clicks(arm, seen[arm])) events.push({ event_id: session_id, session_id, item_id: items[0].item_id, request_id, type: "EVENT_TYPE_CLICK", time: new Date().toISOString() });
    }));
  }
  if (events.length) await send("/v1/events", { events });
  return { seen, clicked: events.length };
}

/** An experiment from its first answers to a difference that is one. */
async function experiment(page, url, key) {
  const api = new URL(url).origin;
  await page.goto(`${url}#/experiments`);
  await page.getByRole("heading", { name: "twins" }).waitFor();
  const cells = (arm) => page.getByRole("region", { name: "Arms" }).getByRole("row", { name: arm }).locator("td").allTextContents();
  const none = await cells("other dolmen");
  assert.deepEqual([none[0], none[1], none[3], none[4]], ["50 %", "0", "–", "Not enough answers yet: about 100 more of “one”, about 100 more of “other”."]);
  await visits(api, key, 0, 20, (arm, n) => arm === "other" && n % 2 === 0);
  await page.reload(); // It looks every five seconds.
  await page.getByText(/^\d of \d+$/).first().waitFor();
  assert.match((await cells("other dolmen"))[4], /^Not enough answers yet: about \d+ more of “one”, about \d+ more of “other”\.$/);
  await shot(page, "experiment-few");
  await visits(api, key, 20, 320, (arm, n) => (arm === "other" ? n % 2 === 0 : n % 5 === 0));
  await page.reload();
  await page.getByText(/: it is clicked more\.$/).waitFor();
  const status = await (await fetch(`${api}/v1/status`, { headers: { authorization: `Bearer ${key}` } })).json();
  const [one, other] = status.experiment.arms;
  assert.ok(other.to_first > other.to_first_margin && one.click_rate_margin > 0);
  const shown = (x) => `${(x * 100).toFixed(1)} %`;
  const points = (x) => (x * 100).toFixed(2);
  assert.deepEqual((await cells("one dolmen")).slice(3), [`${shown(one.click_rate)} ± ${shown(one.click_rate_margin)}`, "the one to compare with"]);
  assert.equal((await cells("other dolmen"))[4], `${points(other.to_first)} points more, ± ${points(other.to_first_margin)}: it is clicked more.`);
  await shot(page, "experiment");
  await page.emulateMedia({ colorScheme: "dark" });
  await page.setViewportSize({ width: 390, height: 844 });
  await fits(page, "an experiment");
  await accessible(page, "an experiment on a phone, dark");
  await shot(page, "experiment-phone");
  // Numbers of answers that are hard to wait for.
  const said = await page.evaluate(async () => {
    const { verdict } = await import("./verdict.js");
    const arm = (name, answers, clicked_answers, to_first = 0, to_first_margin = 0.02) => ({ arm: name, answers, clicked_answers, click_rate_margin: clicked_answers && clicked_answers < answers ? 0.02 : 0, to_first, to_first_margin });
    const a = arm("a", 5_000, 500);
    return [arm("b", 1, 1), arm("b", 99, 20), arm("b", 150, 0), arm("b", 150, 150), arm("b", 400, 4), arm("b", 1_000, 100, 0.01), arm("b", 1_000, 100, 0.001), arm("b", 1_000, 60, -0.04), arm("b", 1_000, 100, 0, 0.02)].map((b) => verdict(b, a));
  });
  assert.deepEqual(said, [
    "Not enough answers yet: about 100 more of “b”.",
    "Not enough answers yet: about 10 more of “b”.",
    "Not enough answers yet: of “b” none of 150 was clicked yet.",
    "Not enough answers yet: “b” has no answer yet that was not clicked.",
    "Not enough answers yet: about 600 more of “b”.",
    "1.00 points more, ± 2.00. Not enough answers yet: about 3,000 more of “b”, if the difference stays.",
    "0.10 points more, ± 2.00: no difference to be seen.",
    "4.00 points less, ± 2.00: it is clicked less.",
    "0.00 points more, ± 2.00: no difference to be seen.",
  ]);
}

async function keys() {
  const issuer = await provider();
  const data = join(work, "data");
  const config = join(work, "dolmen.yaml");
  const sample = execFileSync(launcher, ["config", "sample"], { cwd: work, stdio: ["ignore", "pipe", "ignore"] }).toString();
  const [grpc, port, metrics, prometheus] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  mkdirSync(join(work, "store"));
  writeFileSync(config, sample.replace(/^data_directory: .*$/m, `data_directory: ${data}`).replace("  port: 7070", `  port: ${grpc}`)
    .replace('    location: ""', `    location: ${join(work, "store")}`).replace("    port: 7080", `    port: ${port}`).replace("  metrics_port: 7071", `  metrics_port: ${metrics}`).replace("  warm_up: 2s", "  warm_up: 0s")
    .replace('      url: ""', `      url: http://127.0.0.1:${prometheus}`).replace('      selector: ""', "      selector: job=\"dolmen\"")
    .replace('      issuer: ""', `      issuer: ${issuer.url}`).replace('      audience: ""', "      audience: dolmen").replace('      client_id: ""', "      client_id: dolmen-console"));
  // Both arms are answered by the model, so that nothing else is shown.
  writeFileSync(config, readFileSync(config, "utf8").replace('    name: ""\n    arms: []', "    name: twins\n    arms:\n      - {name: one, share: 0.5, ranker: dolmen}\n      - {name: other, share: 0.5, ranker: dolmen}"));
  const key = (name, roles) => execFileSync(launcher, ["key", "create", name, "--roles", roles, "--config", config], { cwd: work, stdio: ["ignore", "pipe", "ignore"] }).toString().match(/dolmen_\S+/)[0];
  const all = key("all", "read,publish,catalog,admin");
  const reads = key("reads", "read");
  const some = Object.fromEntries(["publish", "catalog", "admin"].map((role) => [role, key(role, `read,${role}`)]));
  const writes = key("writes", "publish");
  const url = `http://127.0.0.1:${port}/console/`;
  const ended = start(["serve", "--config", config], /no such line/);
  const keeper = startPrometheus(join(work, "prometheus"), prometheus, metrics, reads);
  running.push(keeper);
  await Promise.race([ended, answers(`http://127.0.0.1:${port}/v1/schema`, 401)]);
  const signIn = async (page, text) => {
    await page.getByLabel("Key").fill(text);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
  };
  await step("a key is asked for, and a wrong one refused", async () => {
    const page = await open(url);
    await page.getByText("This server asks callers for a key").waitFor();
    await accessible(page, "Sign in");
    await signIn(page, "dolmen_wrong");
    await page.getByRole("alert").waitFor();
    await signIn(page, reads);
    await page.getByText("The catalogue is empty").waitFor();
    assert.equal(await page.getByRole("button", { name: "Load the sample shop" }).count(), 0);
    assert.deepEqual(await page.locator("nav a").allTextContents(), ["Try it", "Items", "Visits"]);
    await page.getByRole("link", { name: "HTTP API" }).click();
    await page.getByText("with this tab's key").waitFor();
    const send = async (name) => {
      await page.goto(`${root(url)}/docs/#${name}`);
      await page.getByRole("form", { name: `Try ${name}` }).getByRole("button", { name: "Send" }).click();
      return page.getByRole("form", { name: `Try ${name}` }).locator(".state").textContent();
    };
    assert.equal(await send("GetSchema"), "200");
    assert.equal(await send("CreateSnapshot"), "403");
    await page.getByRole("button", { name: "Forget it" }).click();
    await page.getByText("without a key").waitFor();
    assert.equal(await send("GetSchema"), "401");
    await page.goto(url);
    await page.getByLabel("Key").waitFor();
    await close(page);
  });
  await step("roles offer more", async () => {
    const page = await open(url);
    await signIn(page, all);
    await page.getByRole("button", { name: "Load the sample shop" }).waitFor();
    assert.ok((await page.locator("nav a").allTextContents()).includes("Overview"));
    await accessible(page, "an empty server");
    await shot(page, "empty");
    await page.getByRole("link", { name: "Overview" }).click();
    await page.getByText("The catalogue is empty.").waitFor();
    await accessible(page, "Overview of an empty server");
    await page.getByRole("link", { name: "three steps" }).click();
    await page.reload();
    await page.getByRole("button", { name: "Sign out" }).waitFor();
    assert.equal(await page.evaluate(() => localStorage.length), 0);
    await page.getByRole("button", { name: "Load the sample shop" }).click();
    await recommended(page).first().waitFor();
    await page.getByLabel("Search the catalogue").fill("espresso sage");
    await page.getByText(/^2 items with/).waitFor();
    await page.getByRole("link", { name: "Health" }).click();
    const changed = page.getByRole("region", { name: "What differs from the defaults" });
    const row = (key) => changed.getByRole("row", { name: key }).locator("td").allTextContents();
    await changed.waitFor();
    assert.deepEqual(await row("server.metrics_port"), [String(metrics), "7071"]);
    assert.deepEqual(await row("server.http.prometheus.url"), ["text, not shown", "none"]);
    assert.deepEqual(await row("server.http.port"), [String(port), "7080"]);
    assert.deepEqual(await row("data_directory"), ["text, not shown", "data"]);
    assert.ok(!(await page.locator("main").textContent()).includes(data));
    await page.getByRole("button", { name: "Take a snapshot" }).click();
    await page.getByText(/of which learning paused for/).waitFor();
    await page.getByText(/ are free\. Below 256 MiB nothing is taken\./).waitFor();
    await page.getByText(/: the newest is .*, put there .* ago; .* by this process\.$/).waitFor();
    await accessible(page, "what differs from the defaults");
    await shot(page, "configured", { fullPage: true });
    await close(page);
  });
  await step("each role opens what it may call, and nothing else", async () => {
    const pages = { publish: ["Try it", "Items", "Visits"], catalog: ["Try it", "Items", "Visits", "Import"], admin: ["Try it", "Overview", "Items", "Visits", "Experiments", "Health"] };
    for (const [role, opened] of Object.entries(pages)) {
      const page = await open(url);
      await signIn(page, some[role]);
      await recommended(page).first().waitFor();
      assert.deepEqual(await page.locator("nav a").allTextContents(), opened);
      await page.locator("[aria-label='Items found'] .pick").first().click();
      await page.locator(".step").waitFor();
      const offered = await Promise.all([page.getByRole("button", { name: "Learn this" }), page.getByRole("button", { name: "Add an item" }),
        page.getByLabel("Compared with which ranker").locator("option", { hasText: "a snapshot" })].map((one) => one.count()));
      assert.deepEqual(offered.map((n) => n > 0), [role === "publish", role === "catalog", role === "admin"], `${role}: ${offered}`);
      // A page that is not offered is not opened by its address either.
      await page.goto(`${url}#/${role === "admin" ? "import" : "health"}`);
      await recommended(page).first().waitFor();
      await accessible(page, `Try it with the role ${role}`);
      await close(page);
    }
    const page = await open(url);
    await signIn(page, writes);
    await page.getByRole("alert").getByText("This key may not read").waitFor();
    await close(page);
  });
  await step("Overview has charts of a week, as Prometheus has it", () => longCharts(url, signIn, all, prometheus, keeper));
  await step("one signs in at an issuer, and no code of another sign-in is taken", async () => {
    const page = await open(`${url}#/items`);
    await page.getByRole("button", { name: `Sign in at ${new URL(issuer.url).host}` }).waitFor();
    await accessible(page, "Sign in at an issuer");
    await shot(page, "sign-in");
    await page.getByRole("button", { name: "Sign in at" }).click();
    await page.getByRole("link", { name: "I am Ada" }).click();
    await page.getByText("Sign out").waitFor();
    assert.equal(page.url(), `${url}#/items`);
    assert.deepEqual(await page.locator("nav a").allTextContents(), ["Try it", "Items", "Visits"]);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.goto(`${url}?code=0&state=other`);
    await page.getByText("This sign-in was not begun in this tab").waitFor();
    assert.equal(page.url(), url);
    await page.getByRole("button", { name: "Sign in at" }).click();
    await page.goto(`${url}?error=access_denied&state=other`);
    await page.getByText("This sign-in was not begun in this tab").waitFor();
    // The browser went to the issuer and back; a page has asked nobody but the server.
    const elsewhere = page.complaints.filter((one) => !one.startsWith(`asks ${issuer.url}/authorize?`));
    page.complaints.splice(0, page.complaints.length, ...elsewhere.filter((one) => one !== `asks ${issuer.url}/favicon.ico`));
    await close(page);
    issuer.close();
  });
  await step("dolmen console has the same pages on this machine, and the key stays with it", async () => {
    const keyFile = join(work, "key");
    writeFileSync(keyFile, all);
    const snapshot = await snapshotOf(`http://127.0.0.1:${port}`, config, all);
    const [address] = await start(["console", "--url", `http://127.0.0.1:${port}`, "--key-file", keyFile, "--compare", snapshot, "--compare-key-file", keyFile],
      /http:\S+\/console\/#key=\S+/);
    const page = await open(address);
    await page.getByText("read, publish, catalog, admin").waitFor();
    await page.getByText(`of http://127.0.0.1:${port}`).waitFor();
    assert.ok(!page.url().includes("key="));
    assert.ok(!(await page.evaluate(() => JSON.stringify(sessionStorage))).includes(all));
    await recommended(page).first().waitFor();
    await page.getByRole("link", { name: "Overview" }).click();
    await page.getByText("Events learned").first().waitFor();
    await accessible(page, "Overview of a server elsewhere");
    await page.getByRole("link", { name: "Try it" }).click();
    await nowAndThen(page, new URL(snapshot).host);
    await chosenSnapshot(page, `http://127.0.0.1:${port}`, all);
    await page.goto(root(address));
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("open the address that dolmen console has printed").waitFor();
    await close(page);
  });
  await step("a file of items is imported, and refused lines are named", async () => {
    const page = await open(url);
    await signIn(page, all);
    await page.getByRole("link", { name: "Import" }).click();
    await page.getByText(/^None by this process since /).waitFor();
    const file = join(work, "items.csv");
    writeFileSync(file, 'sku,Title,price\nkettle-1,"Kettle, ""gooseneck""",59\nkettle-2,Kettle,dear\n,Kettle without an id,5\nkettle-3,Kettle,39\n');
    await page.getByLabel("File").setInputFiles(file);
    await page.getByText("4 items").waitFor();
    await accessible(page, "Import");
    await page.getByRole("button", { name: "Import them" }).click();
    await page.getByText("2 taken, 2 refused of 4.").waitFor();
    await page.getByText('Line 3: price: "dear", expected a number').waitFor();
    await page.getByText(/Line 4: .*item_id/).waitFor();
    await shot(page, "import");
    const more = join(work, "more.jsonl");
    writeFileSync(more, '{"item_id": "kettle-4", "slots": {"title": {"token": "Kettle"}}}\nno json\n');
    await page.getByLabel("File").setInputFiles(more);
    await page.getByText("2 lines of JSON").waitFor();
    await page.getByRole("button", { name: "Import them" }).click();
    await page.getByText("1 taken, 1 refused of 2.").waitFor();
    await page.goto(`${url}#/items/kettle-1`);
    await page.getByRole("heading", { name: 'Kettle, "gooseneck"' }).waitFor();
    await close(page);
  });
  await step("an experiment says when there are too few answers, and which arm is clicked more", async () => {
    const page = await open(`${url}#/experiments`);
    await signIn(page, all);
    await experiment(page, url, all);
    await close(page);
  });
}

try {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  const [url] = await start(["demo", "--forever", "--rate", "60", "--warm-up", "0"], /http:\S+\/console\//);
  // The first visitors come a moment after the catalogue.
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  await tryIt(url);
  await overview(url);
  await others(url);
  await docs(url);
  await phone(url);
  await keyboard(url);
  await keys();
  console.log("the console is as it should be");
} finally {
  await browser?.close();
  for (const child of running) {
    child.removeAllListeners("exit");
    try {
      process.kill(-child.pid, "SIGTERM");
    } catch {
      // It has ended.
    }
  }
}
