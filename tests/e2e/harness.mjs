// Runs the built page in a real browser, from a plain static server and a path of its own, and
// fails each test in which the page asks another origin for anything or reports an error.
import { after, test as nodeTest } from "node:test";
import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { mkdir, readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = path.dirname(fileURLToPath(import.meta.url));
export const dist = path.resolve(here, "../../dist");
export const fixtures = path.resolve(here, "../fixtures");

// The page has to work from any path.
const BASE = "/some/sub/path/";
const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
};

/** How many times each path has been asked for. */
export const asked = new Map();

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  asked.set(pathname, (asked.get(pathname) ?? 0) + 1);
  const inside = pathname.startsWith(BASE) ? decodeURIComponent(pathname.slice(BASE.length)) || "index.html" : "..";
  const file = path.join(dist, inside);
  const found = file.startsWith(dist + path.sep) && (await stat(file).catch(() => null))?.isFile();
  response.writeHead(found ? 200 : 404, { "content-type": TYPES[path.extname(file)] ?? "application/octet-stream" });
  if (found) createReadStream(file).pipe(response);
  else response.end();
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
export const origin = `http://127.0.0.1:${server.address().port}`;

// One browser per test file, for node runs each file in a process of its own.
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
  ],
});
after(async () => {
  await browser.close();
  server.close();
});

/**
 * A test with a page of its own: `body(page, t)`. Ends by asserting that the page asked no other
 * origin for anything and reported no error. `options.expected` lists patterns of errors that
 * belong to the test.
 */
export function test(name, options, body) {
  if (typeof options === "function") [options, body] = [{}, options];
  const { expected = [], ...nodeOptions } = options;
  nodeTest(name, { timeout: 120_000, ...nodeOptions }, async (t) => {
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      permissions: ["clipboard-read", "clipboard-write"],
    });
    try {
      const page = await context.newPage();
      const found = watch(context, page);
      await body(page, t);
      assert.deepEqual(found.foreign, [], "requests to other origins");
      const errors = found.errors.filter((error) => !expected.some((pattern) => pattern.test(error)));
      assert.deepEqual(errors, [], "errors in the page");
    } finally {
      await context.close();
    }
  });
}

function watch(context, page) {
  const found = { foreign: [], errors: [] };
  // Of the context, so that requests of workers are seen too.
  context.on("request", (request) => {
    const url = new URL(request.url());
    // Of these two nothing leaves the browser.
    if (url.protocol === "blob:" || url.protocol === "data:") return;
    if (url.origin !== origin) found.foreign.push(request.url());
  });
  // A panic of the Rust code is an error in the console.
  context.on("console", (message) => {
    if (message.type() !== "error") return;
    found.errors.push(`console: ${message.text()} (${message.location().url})`);
  });
  context.on("weberror", (error) => found.errors.push(`uncaught: ${error.error().stack}`));
  page.on("crash", () => found.errors.push("the page crashed"));
  return found;
}

/** Opens the page at `route` (what follows its address, such as "#/bill"). */
export async function open(page, route = "", { colorScheme, viewport } = {}) {
  if (colorScheme) await page.emulateMedia({ colorScheme });
  if (viewport) await page.setViewportSize(viewport);
  const response = await page.goto(origin + BASE + route);
  // The app takes the place of the notice; boot.js makes it an alert when that fails.
  await page.waitForFunction(() => document.getElementById("boot")?.role !== "status", null, { timeout: 30_000 });
  const notice = page.locator("#boot");
  assert.equal((await notice.count()) && (await notice.textContent()), 0, "the app must start");
  return response;
}

/** Drags the files (paths) over `selector` and drops them there, as a person would. */
export async function dropFiles(page, paths, selector = "body") {
  // The browser itself reads files into this input, so they are real ones of any size.
  const input = await page.evaluateHandle(() => {
    const input = Object.assign(document.createElement("input"), { type: "file", multiple: true, hidden: true });
    return document.body.appendChild(input);
  });
  await input.asElement().setInputFiles(paths);
  const refused = await page.locator(selector).evaluate(async (target, input) => {
    const dataTransfer = new DataTransfer();
    for (const file of input.files) dataTransfer.items.add(file);
    input.remove();
    const send = (type) =>
      !target.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, composed: true, dataTransfer }));
    send("dragenter");
    await new Promise(requestAnimationFrame);
    // A browser delivers a drop only where the page has accepted the drag.
    if (!send("dragover")) return "dragover was not accepted";
    await new Promise(requestAnimationFrame);
    return send("drop") ? null : "drop was not taken, so the browser would leave the page and open the file";
  }, input);
  assert.equal(refused, null, `${selector} must take dropped files`);
}

/** Drags files and folders (whole paths) over the page and drops them, as the browser itself does it. */
export async function dropPaths(page, ...paths) {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: paths, dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"]) {
    await session.send("Input.dispatchDragEvent", { type, x: 300, y: 300, data });
  }
  await session.detach();
}

/** Chooses the files (paths) in the file dialog that clicking `selector` opens. */
export async function chooseFiles(page, paths, selector) {
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.click(selector)]);
  await chooser.setFiles(paths);
}

let axeSource;

/** What axe-core finds wrong and calls serious or critical: one line for each rule. */
export async function axe(page) {
  axeSource ??= await readFile(path.join(here, "node_modules/axe-core/axe.min.js"), "utf8");
  // The debugger evaluates this, so the page's policy stays as it is.
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}

/** Keeps a picture in tests/e2e/shots when SHOTS is set. */
export async function screenshot(page, name) {
  if (!process.env.SHOTS) return;
  await mkdir(path.join(here, "shots"), { recursive: true });
  await page.screenshot({ path: path.join(here, "shots", `${name}.png`) });
}
