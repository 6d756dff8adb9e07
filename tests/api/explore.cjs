// Walks through the explorer as a reader would: node explore.cjs ADDRESS LARGE MODULES CHROMIUM PICTURES
"use strict";
const fs = require("fs");
const [address, large, modules, executablePath, pictures] = process.argv.slice(2);
const { chromium } = require(modules + "/playwright-core");
const axe = fs.readFileSync(modules + "/axe-core/axe.min.js", "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

let browser;
const errors = [], hosts = new Set(), seen = {};

async function opened(path, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: "reduce", acceptDownloads: true, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  page.on("request", (request) => { if (!/^(data|blob):/.test(request.url())) hosts.add(new URL(request.url()).origin); });
  page.on("console", (message) => { if (message.type() === "error") errors.push(message.text()); });
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("dialog", (dialog) => { errors.push("dialog"); void dialog.dismiss(); });
  await page.goto(path);
  await ready(page);
  return page;
}

const ready = (page) => page.waitForSelector("#map[data-ready]");
const heading = (page, text) => page.waitForFunction((wanted) => document.querySelector("#panel h2")?.textContent.includes(wanted), text);
const nodes = (page) => page.getAttribute("#map", "data-nodes").then(Number);
const query = (page) => decodeURIComponent(new URL(page.url()).search);

async function saved(page, button) {
  await page.click("#export summary");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(button)]);
  return fs.readFileSync(await download.path());
}

async function colours(page) {
  const picture = (await page.locator("#map").screenshot()).toString("base64");
  const blank = await page.context().newPage();
  const found = await blank.evaluate(async (bytes) => {
    const image = await createImageBitmap(await (await fetch("data:image/png;base64," + bytes)).blob());
    const canvas = new OffscreenCanvas(image.width, image.height), context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height), counts = new Map();
    for (let place = 0; place < data.length; place += 4) {
      const colour = "#" + [0, 1, 2].map((at) => data[place + at].toString(16).padStart(2, "0")).join("").toUpperCase();
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
    }
    return Object.fromEntries(counts);
  }, picture);
  await blank.close();
  return found;
}

async function read() {
  const page = await opened(address + "/");
  seen.title = await page.title();
  seen.nodes = await nodes(page);
  seen.colours = await colours(page);

  // Search, by keys alone.
  await page.keyboard.press("/");
  await page.keyboard.type("resn");
  await page.waitForSelector("#suggestions [role=option] .node");
  seen.suggested = await page.locator("#suggestions [role=option] .node").allInnerTexts();
  await page.keyboard.press("Enter");
  await heading(page, "ResNet");
  seen.entity = query(page);
  await page.waitForSelector("#panel table");
  seen.roles = await page.locator("#panel details summary").allInnerTexts();
  seen.results = await page.locator("#panel tbody .value").allInnerTexts();

  // A claim: the quote stands marked in the abstract, though the title has a character that JavaScript counts twice.
  await page.waitForSelector(".show-claim");
  const item = page.locator(".claim", { hasText: "proposes" }).first();
  seen.quote = await item.locator("blockquote").innerText();
  await item.locator(".show-claim").click();
  await page.waitForSelector("mark");
  seen.marked = (await page.locator("mark").allInnerTexts()).join("");
  seen.claim = query(page);
  await page.goBack();
  await heading(page, "ResNet");
  seen.back = query(page);

  // What a paper is called is text and no more.
  await page.locator("#panel a.paper", { hasText: "<img" }).first().click();
  await page.waitForSelector(".mention");
  seen.hostile = await page.innerText("#panel h2");
  seen.mentions = await page.locator(".mention").evaluateAll((all) => all.map((each) => [each.textContent, each.className, each.title]));
  seen.addresses = await page.locator("#panel a").evaluateAll((all) => all.map((each) => new URL(each.href).protocol));
  seen.images = await page.locator("img, script:not([src])").count();

  // A path, its end picked by a search.
  await page.goto(address + "/?node=" + encodeURIComponent(seen.start = new URL(page.url()).searchParams.get("node")));
  await ready(page);
  await page.click("text=Find a path from here");
  await heading(page, "Find a path");
  await page.fill("#search", "squad");
  await page.waitForSelector("#suggestions [role=option] .node");
  await page.keyboard.press("Enter");
  await page.waitForSelector("ol.path, #panel h2:has-text('No path')");
  seen.path = await page.locator("ol.path > li > a").allInnerTexts();
  seen.pathAddress = page.url();
  await page.close();

  // Who gets the address sees the same.
  const other = await opened(seen.pathAddress);
  await other.waitForSelector("ol.path");
  seen.shared = await other.locator("ol.path > li > a").allInnerTexts();
  seen.sparql = await (async () => {
    await other.click("#export summary");
    await other.click("#export-queries");
    const shown = await other.locator("#queries pre").allInnerTexts();
    await other.keyboard.press("Escape");
    const answer = await other.evaluate(async (body) => (await fetch("sparql", { method: "POST", headers: { "Content-Type": "application/sparql-query", Accept: "text/csv" }, body })).text(), shown[1]);
    return [...shown, answer];
  })();
  await other.close();
}

async function filter() {
  const page = await opened(address + "/");
  await page.click("#legend [data-kind=PAPER]");
  seen.hidden = query(page);
  await page.click("#toggle-list");
  await page.waitForSelector("#panel tbody tr");
  await page.reload();
  await page.waitForSelector("#panel tbody tr");
  seen.kinds = [...new Set(await page.locator("#panel tbody td:nth-child(2)").allInnerTexts())].sort();
  await page.click("#panel-close");
  await page.click("#toggle-filters");
  await page.fill("#since", "2019");
  await page.keyboard.press("Tab");
  await page.waitForFunction((before) => Number(document.getElementById("map").dataset.nodes) < before, seen.nodes);
  await ready(page);
  seen.since = { address: query(page), nodes: await nodes(page) };
  await page.selectOption("#role", "RUNS_ON");
  await ready(page);
  await page.waitForFunction((before) => Number(document.getElementById("map").dataset.nodes) < before, seen.since.nodes);
  seen.gexf = (await saved(page, "#export-gexf")).toString("utf8");
  seen.csv = (await saved(page, "#export-nodes")).toString("utf8");
  seen.edges = (await saved(page, "#export-edges")).toString("utf8");
  seen.png = (await saved(page, "#export-png")).subarray(1, 4).toString();
  await page.goBack();
  await page.goBack();
  await page.waitForFunction((before) => Number(document.getElementById("map").dataset.nodes) === before, seen.nodes);
  seen.unfiltered = query(page);
  await page.focus("#map");
  await page.keyboard.press("n");
  await page.keyboard.press("n");
  seen.told = await page.textContent("#told");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#panel h2");
  seen.byKeys = await page.innerText("#panel h2");
  await page.close();
}

async function look() {
  seen.axe = [];
  for (const [device, width, colorScheme] of [["phone", 360, "light"], ["desktop", 1280, "dark"]]) {
    // Only so can axe be brought in: the page's own policy lets nothing in.
    const page = await opened(`${address}/?node=${encodeURIComponent(seen.start)}`, { viewport: { width, height: 800 }, colorScheme, bypassCSP: true });
    await page.waitForSelector(".mention");
    await page.addScriptTag({ content: axe });
    if (device === "desktop") {
      await page.click("#toggle-filters");
      await page.fill("#search", "res");
      await page.waitForSelector("#suggestions [role=option] .node");
    }
    const { violations } = await page.evaluate((tags) => axe.run(document, { runOnly: tags }), RULES);
    seen.axe.push({
      device, violations: violations.map(({ id, nodes: found }) => `${id}: ${found.map((each) => each.html + " " + each.failureSummary).slice(0, 2).join(" | ")}`),
      wider: await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
      background: await page.evaluate(() => getComputedStyle(document.body).backgroundColor),
    });
    if (pictures) await page.screenshot({ path: `${pictures}/explorer-${device}-${colorScheme}.png` });
    await page.close();
  }
}

async function open() {
  const page = await opened(large + "/");
  seen.communities = await nodes(page);
  // By keys: the first of the largest is opened.
  await page.focus("#map");
  await page.keyboard.press("n");
  await page.keyboard.press("Enter");
  await heading(page, "group");
  await page.waitForFunction((before) => Number(document.getElementById("map").dataset.nodes) > before, seen.communities);
  seen.opened = { nodes: await nodes(page), address: query(page) };
  if (pictures) await page.screenshot({ path: `${pictures}/explorer-communities.png` });
  await page.goBack();
  await page.waitForFunction((before) => Number(document.getElementById("map").dataset.nodes) === before, seen.communities);
  seen.closed = await nodes(page);
  await page.close();
}

async function draw() {
  const page = await opened(large + "/?view=all", { viewport: { width: 800, height: 600 } });
  seen.large = await nodes(page);
  seen.largeColours = Object.keys(await colours(page)).length;
  // Frames while the map is dragged, on whatever draws here: in tests a processor.
  const box = await page.locator("#map").boundingBox();
  await page.evaluate(() => {
    window.frames_ = 0;
    const step = () => { window.frames_++; requestAnimationFrame(step); };
    requestAnimationFrame(step);
  });
  const middle = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(...middle);
  await page.mouse.down();
  const start = Date.now(), before = await page.evaluate(() => window.frames_);
  for (let step = 1; Date.now() - start < 1000; step++) await page.mouse.move(middle[0] + 60 * Math.sin(step / 5), middle[1] + 60 * Math.cos(step / 5));
  seen.frames = ((await page.evaluate(() => window.frames_)) - before) * 1000 / (Date.now() - start);
  await page.mouse.up();
  await page.close();
}

(async () => {
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const took = {};
  for (const part of [read, filter, look, open, draw]) {
    const start = Date.now();
    await part();
    took[part.name] = Date.now() - start;
  }
  await browser.close();
  console.log(JSON.stringify({ ...seen, errors, hosts: [...hosts], took }));
})().catch((error) => { console.error(error, JSON.stringify(seen).slice(0, 3000), errors); process.exit(1); });
