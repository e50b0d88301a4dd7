// Chromium, and folders of this machine on a server that only it asks: what the benchmarks in the browser share.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { chromium } from "../tests/e2e/node_modules/playwright-core/index.mjs";

const TYPES = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".mjs": "text/javascript",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/** Serves each folder under its name and starts Chromium. `close` ends both. */
export async function served(folders, { headers = {}, graphics = ["--disable-gpu"] } = {}) {
  const server = createServer(async (request, response) => {
    const [, first, ...rest] = decodeURIComponent(new URL(request.url, "http://localhost").pathname).split("/");
    const file = path.resolve(folders[first] ?? "/nothing", ...rest);
    const found = (await stat(file).catch(() => null))?.isFile();
    response.writeHead(found ? 200 : 404, { ...headers, "content-type": TYPES[path.extname(file)] ?? "application/octet-stream" });
    if (found) createReadStream(file).pipe(response);
    else response.end();
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run", ...graphics],
  });
  const close = async () => {
    await browser.close();
    server.close();
  };
  return { browser, origin: `http://127.0.0.1:${server.address().port}`, close };
}
