// Exports opened in speedscope's own app.
import { readFile } from "node:fs/promises";
import path from "node:path";
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { origin, test } from "./harness.mjs";
import { dropped, go } from "./page.mjs";

const APP = fileURLToPath(new URL("node_modules/speedscope/dist/release", import.meta.url));
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".json": "application/json" };

const RAG = "otlp-json-genai/openinference.jsonl";

/** Serves the app, and this file as its profile, in the place of files of ours. */
async function speedscope(page, name, file) {
  await page.route(`${origin}/speedscope/**`, async (route) => {
    const { pathname } = new URL(route.request().url());
    const inside = pathname.slice("/speedscope/".length);
    const body = await readFile(inside === name ? file : path.join(APP, inside));
    await route.fulfill({ body, contentType: TYPES[path.extname(inside)] ?? "application/octet-stream" });
  });
  await page.goto(`${origin}/speedscope/index.html#profileURL=${encodeURIComponent(`${origin}/speedscope/${name}`)}`);
}

for (const [kind, name, says] of [
  ["Chrome", "trace.json", "Importing as Trace Event Format profile"],
  ["speedscope", "trace.speedscope.json", "Importing as speedscope json file"],
]) {
  test(`the export for ${kind} opens in speedscope`, async (page) => {
    await dropped(page, RAG);
    await go(page, "Flame");
    const told = [];
    page.on("console", (message) => told.push(message.text()));
    await page.locator(".flame-bar").getByRole("button", { name: "Save" }).click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: `Trace for ${kind}` }).click(),
    ]);
    assert.equal(download.suggestedFilename(), name);
    await speedscope(page, name, await download.path());
    await page.getByText("Left Heavy").waitFor();
    // A profile a lane.
    await page.getByText("lane 1", { exact: false }).first().waitFor();
    assert.ok(told.includes(says), told.join("\n"));
  });
}
