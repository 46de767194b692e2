// The pages in a real browser: readable without JavaScript, on a narrow phone, with a keyboard, in the dark; nothing
// asked of anybody else. Started by `cargo xtask test --only browser`; screenshots land in target/screenshots/.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const guichet = join(root, "target/debug/guichet");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const pictures = join(root, "target/screenshots");

let folder, service, base, browser;

/** A log of three weeks that gives every state of the map. */
function log() {
  const lines = ["target,observed_at,outcome,cause"];
  const start = Date.UTC(2025, 9, 5);
  for (let hour = 0; hour < 21 * 24; hour++) {
    const at = new Date(start + hour * 3_600_000 + 600_000).toISOString();
    lines.push(`76-rouen/premiere-demande,${at},${hour % 24 === 9 ? "open" : "full"},`);
    lines.push(`92-nanterre/premiere-demande,${at},full,`);
    lines.push(`974-saint-denis/premiere-demande,${at},${hour % 3 ? "open" : "full"},`);
    if (hour < 48) lines.push(`33-bordeaux/premiere-demande,${at},${hour % 7 ? "full" : "open"},`);
    lines.push(`59-lille/premiere-demande,${at},unknown,challenged`);
    if (hour % 5 === 0) lines.push(`93-bobigny/premiere-demande,${at},unknown,overloaded`);
    else lines.push(`93-bobigny/premiere-demande,${at},full,`);
  }
  return lines.join("\n") + "\n";
}

before(async () => {
  mkdirSync(pictures, { recursive: true });
  folder = mkdtempSync(join(tmpdir(), "guichet-browser-"));
  const csv = join(folder, "log.csv");
  writeFileSync(csv, log());
  const common = ["--data", join(root, "data"), "--db", join(folder, "guichet.db")];
  execFileSync(guichet, ["import", ...common, csv], { stdio: "ignore" });
  service = spawn(guichet, ["run", "--listen", "127.0.0.1:0", ...common], { stdio: ["ignore", "ignore", "pipe"] });
  base = await new Promise((resolve, reject) => {
    let seen = "";
    service.stderr.on("data", (text) => {
      seen += text;
      const address = /serving address=(\S+)/.exec(seen);
      if (address) resolve(`http://${address[1]}`);
    });
    service.on("exit", () => reject(new Error(`guichet ended:\n${seen}`)));
  });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
});

after(async () => {
  await browser?.close();
  service?.removeAllListeners("exit");
  service?.kill("SIGTERM");
  rmSync(folder, { recursive: true, force: true });
});

const PAGES = {
  home: "/fr/",
  answer: "/fr/?departement=76&demarche=premiere-demande",
  english: "/en/?departement=974&demarche=premiere-demande",
  department: "/fr/departement/92",
  target: "/fr/guichet/76-rouen/premiere-demande",
  method: "/en/methode",
  otherway: "/fr/?departement=69&procedure=premiere-demande",
  ways: "/fr/departement/69",
  walled: "/en/guichet/03-moulins/renouvellement",
  state: "/fr/etat",
  audit: "/fr/previsions",
};

/** Opens a page; `options` are those of a browser context. */
async function open(path, options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  const complaints = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  const response = await page.goto(base + path);
  assert.equal(response.status(), 200, path);
  return { context, page, asked, complaints };
}

for (const [name, path] of Object.entries(PAGES)) {
  test(`${name}: fits 320, 360 and 1280 px without scrolling sideways`, async () => {
    for (const width of [320, 360, 1280]) {
      const { context, page } = await open(path, { viewport: { width, height: 800 }, javaScriptEnabled: true });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(overflow, 0, `${path} at ${width} px`);
      if (width > 320) await page.screenshot({ path: join(pictures, `${name}-${width}.png`), fullPage: true });
      await context.close();
    }
  });

  for (const colorScheme of ["light", "dark"]) {
    test(`${name}: no accessibility rule is broken, ${colorScheme}`, async () => {
      const { context, page } = await open(path, { viewport: { width: 360, height: 800 }, colorScheme });
      await page.evaluate(axe);
      const result = await page.evaluate(() =>
        window.axe.run(document, { runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] } }));
      const broken = result.violations.map((rule) => `${rule.id}: ${rule.nodes.map((node) => node.target.join(" ")).slice(0, 3).join("; ")}`);
      assert.deepEqual(broken, []);
      if (name === "answer") await page.screenshot({ path: join(pictures, `${name}-360-${colorScheme}.png`), fullPage: true });
      await context.close();
    });
  }

  test(`${name}: asks nobody else, keeps no cookie and needs no JavaScript`, async () => {
    const { context, page, asked, complaints } = await open(path, { javaScriptEnabled: false });
    assert.deepEqual(asked.filter((url) => !url.startsWith(base) && !url.startsWith("data:")), []);
    assert.deepEqual(await context.cookies(), []);
    assert.deepEqual(complaints, []);
    assert.equal(await page.locator("script").count(), 0);
    assert.ok(await page.locator("h1").isVisible());
    await context.close();
  });
}

test("a person without JavaScript chooses department and procedure and gets the answer", async () => {
  const { context, page } = await open("/fr/", { javaScriptEnabled: false });
  await page.locator("select").nth(0).selectOption("76");
  await page.locator("select").nth(1).selectOption("premiere-demande");
  await page.locator("form button").first().click();
  const text = await page.locator("main").innerText();
  assert.match(text, /Seine-Maritime/);
  assert.match(text.replaceAll(/\s/g, " "), /21 .{0,20}504/, "k of n of Rouen");
  await context.close();
});

test("map and table say the same, and the five states differ without colour", async () => {
  const { context, page } = await open("/fr/?demarche=premiere-demande");
  const shapes = await page.evaluate(() =>
    [...document.querySelectorAll("svg.france [data-state]")].map((shape) =>
      [shape.dataset.department, shape.dataset.state, getComputedStyle(shape).fill]));
  const map = Object.fromEntries(shapes.map(([code, state]) => [code, state]));
  assert.equal(Object.keys(map).length, 101);
  const expected = { 76: "open", 92: "full", 974: "open", 33: "too_little", 59: "unknown", 93: "full", "01": "never" };
  for (const [code, state] of Object.entries(expected)) assert.equal(map[code], state, code);
  const rows = await page.evaluate(() =>
    Object.fromEntries([...document.querySelectorAll("table tr[data-department]")].map((row) => [row.dataset.department, row.dataset.state])));
  assert.deepEqual(rows, map);
  // Five signs in the legend, and three patterns beside one full and one empty shape.
  const signs = await page.locator(".legend svg .sign").allTextContents();
  assert.equal(new Set(signs).size, 5, signs.join(" "));
  const fills = Object.fromEntries(shapes.map(([, state, fill]) => [state, fill]));
  assert.equal(new Set(Object.values(fills)).size, 5, JSON.stringify(fills));
  assert.equal(Object.values(fills).filter((fill) => fill.includes("url(")).length, 3, JSON.stringify(fills));
  await context.close();
});

test("with the keyboard one skips to the content and past the map", async () => {
  const { context, page } = await open("/fr/");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  const stops = await page.evaluate(() => [...document.querySelectorAll("svg a")].filter((link) => link.tabIndex >= 0).length);
  assert.equal(stops, 0, "the map's links repeat the table's and are no stops");
  await context.close();
});

test("old data is announced with its date", async () => {
  const { context, page } = await open("/fr/");
  assert.match((await page.locator(".banners").innerText()).replaceAll(/\s/g, " "), /26 octobre 2025/);
  await context.close();
});
