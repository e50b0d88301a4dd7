// Asks a page for measurements in headless Chromium and prints them, one JSON object a line; the tasks under
// `cargo xtask bench` make tables of them. Each folder is served under its name; the page is /js/index.html,
// and its `measure(kind, options)` answers a list. Where a case names a file, the page's input has it.
//
// node benches/chromium.mjs '{"folders": {"js": "..."}, "cases": [["passes", {...}], ...]}'
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { chromium } from "../tests/e2e/node_modules/playwright-core/index.mjs";

const { folders, cases } = JSON.parse(process.argv[2]);
const TYPES = { ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm", ".html": "text/html" };

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  // With these two the clock of a page is precise.
  response.setHeader("cross-origin-opener-policy", "same-origin");
  response.setHeader("cross-origin-embedder-policy", "require-corp");
  const [, first, ...rest] = pathname.split("/");
  const file = path.join(folders[first] ?? "/nothing", ...rest);
  const found = (await stat(file).catch(() => null))?.isFile();
  response.writeHead(found ? 200 : 404, { "content-type": TYPES[path.extname(file)] ?? "application/octet-stream" });
  if (found) createReadStream(file).pipe(response);
  else response.end();
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run"],
});
try {
  console.log(JSON.stringify({ kind: "browser", version: browser.version() }));
  const page = await browser.newPage();
  page.on("pageerror", (error) => console.error(error));
  await page.goto(`http://127.0.0.1:${server.address().port}/js/index.html`);
  await page.waitForFunction(() => globalThis.measure);
  for (const [kind, options] of cases) {
    const { name, text, encoding, operation, file } = options;
    console.error(["Chromium:", kind, name, text, encoding, operation].filter(Boolean).join(" "));
    // A handle of the file on disk, as one that a person chooses.
    if (file) await page.setInputFiles("input", file);
    const found = await page.evaluate(([kind, options]) => measure(kind, options), [kind, options]);
    for (const one of found) console.log(JSON.stringify(one));
  }
} finally {
  await browser.close();
  server.close();
}
