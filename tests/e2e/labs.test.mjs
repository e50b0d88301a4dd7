// The screens of the second wasm module: fetched when first shown or when files are there, of one conversation and one view with the app.
import assert from "node:assert/strict";
import { open, test } from "./harness.mjs";
import { drop, go } from "./page.mjs";

const LABS = /\/labs(-boot)?(_bg)?\.(js|wasm)$/;

/** The files of the labs that are asked for from here on. */
function watch(page) {
  const found = [];
  page.on("request", (request) => {
    if (LABS.test(request.url())) found.push(request.url().split("/").at(-1));
  });
  return found;
}

test("the labs are fetched once, when one of their screens is first shown", async (page) => {
  const found = watch(page);
  await open(page);
  await page.getByRole("textbox", { name: "Prompt" }).fill("a");
  await page.locator(".ans", { hasText: "1 token" }).waitFor();
  assert.deepEqual(found, []);
  await page.getByRole("link", { name: "All models" }).click();
  await page.getByRole("textbox", { name: "Prompt", exact: true }).waitFor();
  assert.deepEqual(found, ["labs-boot.js", "labs.js", "labs_bg.wasm"]);
  await page.goBack();
  await page.getByRole("heading", { name: "Or paste a prompt" }).waitFor();
  assert.equal(await page.getByRole("textbox", { name: "Response", exact: true }).count(), 0);
  await page.goForward();
  await page.getByRole("textbox", { name: "Prompt", exact: true }).waitFor();
  assert.equal(found.length, 3);
});

test("the labs are fetched once a file has requests, before one of their screens is shown", async (page) => {
  const found = watch(page);
  const fetched = page.waitForResponse(/labs_bg\.wasm$/);
  await open(page);
  assert.deepEqual(found, []);
  await drop(page, "otlp-json-genai/openinference.jsonl");
  await fetched;
  await page.locator('[data-fig="requests"]').waitFor();
  assert.deepEqual(found, ["labs-boot.js", "labs.js", "labs_bg.wasm"]);
  await go(page, "Latency");
  await page.locator('[data-fig="verdict"]').waitFor();
  assert.equal(found.length, 3);
});

test("where the labs cannot be fetched the page says so, and goes on", { expected: [/labs|404/] }, async (page) => {
  await page.route(/labs_bg\.wasm$/, (route) => route.fulfill({ status: 404, body: "" }));
  await open(page, "#/workbench");
  await page.getByText("This screen could not be loaded").waitFor();
  await drop(page, "claude-code/session-30530d66.jsonl");
  await go(page, "Overview");
  await page.locator('[data-fig="requests"]').waitFor();
});

test("where the price table cannot be fetched the page says so", { expected: [/prices|price table|404/] }, async (page) => {
  await page.context().route(/prices\.tsv$/, (route) => route.fulfill({ status: 404, body: "" }));
  await open(page);
  await page.getByText("the price table could not be fetched (404)", { exact: false }).first().waitFor();
});
