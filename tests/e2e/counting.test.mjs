// Counting the texts of files that tell no usage: by the engine's worker, by a pool of workers, and what becomes of it
// when it is stopped, disturbed or robbed of a worker.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { asked, open, test } from "./harness.mjs";
import { drop, figure, go, jsonl, written } from "./page.mjs";

/**
 * A text of so many bytes, about; another one for each seed. Its words mean nothing: words that come again are counted
 * so fast that there would be no time to look.
 */
function prose(seed, bytes) {
  let text = "";
  for (let i = 0; text.length < bytes; i++) {
    // The state of a linear congruential generator.
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    text += seed.toString(36) + (i % 12 === 11 ? "\n" : " ");
  }
  return text;
}

/** Calls of two models with two encodings, of `kb` KB of text each, without usage. */
const records = function* (from, count, kb) {
  for (let i = from; i < from + count; i++) {
    const model = i % 2 ? "gpt-4" : "gpt-4o";
    yield jsonl({ model, prompt: prose(2 * i, kb * 1000), completion: prose(2 * i + 1, 400) });
  }
};
const large = await written("large.jsonl", (function* () {
  yield* records(1, 2000, 20);
  // One text is longer than what a worker is given at once.
  yield jsonl({ model: "gpt-4o", prompt: prose(77, 3e6), completion: "done" });
})());
const second = await written("second.jsonl", records(5000, 100, 10));

/** Prompt and completion tokens as the command line counts them. */
async function told(...files) {
  assert.ok(process.env.TOKENFLAME, "TOKENFLAME names the command line");
  const { stdout } = await promisify(execFile)(process.env.TOKENFLAME, ["summary", ...files, "--json"]);
  const { input, output } = JSON.parse(stdout).tokens;
  return { input, output };
}

const shown = async (page) => ({ input: await figure(page, "input"), output: await figure(page, "output") });

/** Waits until nothing is read or counted any more, and the figures are those of the end. */
async function counted(page) {
  await page.locator("[data-reading], [data-counting]").waitFor({ state: "detached", timeout: 90_000 });
  await page.locator(".overview.stale").waitFor({ state: "detached" });
}

/** Opens the page as on a machine of so many cores. */
async function openWith(page, cores) {
  const started = page.waitForEvent("worker");
  await open(page);
  const engine = await started;
  await engine.evaluate((cores) => Object.defineProperty(navigator, "hardwareConcurrency", { value: cores }), cores);
}

test("a large trace is counted by several workers, in view, and as the command line counts it", async (page) => {
  await openWith(page, 4);
  const seen = new Set();
  page.on("worker", (worker) => seen.add(worker));
  await drop(page, large);
  const bar = page.locator("[data-counting]");
  await bar.waitFor();
  await bar.filter({ hasText: /[1-9][\d.]*\s[kM]B of 4\d[\d.]*\sMB/ }).filter({ hasText: "3 workers" }).waitFor();
  assert.equal(seen.size, 3, "counting workers");
  // Figures come before the end, and the engine answers meanwhile.
  await page.locator('[data-fig="input"]').waitFor();
  const early = await figure(page, "input");
  assert.equal(await bar.count(), 1, "there are figures before all is counted");
  await go(page, "Requests");
  await page.locator("tr[data-call]").first().waitFor();
  assert.equal(await bar.count(), 1, "the table has come while texts are counted");
  await go(page, "Overview");
  await counted(page);
  const end = await shown(page);
  assert.ok(early < end.input, `${early} tokens before the end`);
  assert.deepEqual(end, await told(large));

  // The engine's own memory never shrinks; that of the workers was in the figure, and they end with the session.
  const memory = async () => Number((await page.locator(".foot", { hasText: "Engine ready" }).innerText()).match(/, ([\d.]+)\sMB/)[1]);
  const before = await memory();
  await page.getByRole("button", { name: "Clear session" }).click();
  await page.getByText("Drop trace files anywhere").waitFor();
  // The landing page comes at once, what the worker says of its memory a little later.
  for (let i = 0; i < 50 && (await memory()) >= before - 3; i++) await page.waitForTimeout(100);
  assert.ok((await memory()) < before - 3, `${await memory()} MB after ${before} MB`);
  assert.equal(page.workers().length, 1);
});

test("counting workers are under the policy of the page", { expected: [/Content Security Policy/] }, async (page) => {
  await openWith(page, 2);
  const started = page.waitForEvent("worker");
  await drop(page, large);
  const counter = await started;
  const directive = await counter.evaluate(async () => {
    const violation = new Promise((seen) => addEventListener("securitypolicyviolation", seen, { once: true }));
    await fetch("https://example.org/").catch(() => {});
    return (await violation).effectiveDirective;
  });
  assert.equal(directive, "connect-src");
  await counted(page);
});

test("what was stopped is unknown, and can be counted later", async (page) => {
  await openWith(page, 2);
  await drop(page, large);
  await page.locator("[data-counting]", { hasText: /[1-9][\d.]*\s[kM]B of/ }).waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await counted(page);
  await page.getByText(/Texts of [\d.]+\sMB are not counted/).waitFor();
  const all = await told(large);
  const part = await shown(page);
  assert.ok((part.input ?? 0) < all.input, `${part.input} of ${all.input} tokens`);
  await page.getByRole("button", { name: "Count the rest" }).click();
  await page.locator(`[data-fig="input"][data-value="${all.input}"]`).waitFor({ timeout: 90_000 });
  await counted(page);
  assert.deepEqual(await shown(page), all);
  assert.equal(await page.getByText("are not counted").count(), 0);
});

test("clearing and opening during the counting do not disturb it", async (page) => {
  await openWith(page, 3);
  await drop(page, large);
  await page.locator("[data-counting]").waitFor();
  await page.getByRole("button", { name: "Clear session" }).click();
  await page.getByText("Drop trace files anywhere").waitFor();
  await page.locator("[data-counting]").waitFor({ state: "detached" });
  assert.equal(await page.getByText("are not counted").count(), 0);

  await drop(page, large);
  await page.locator("[data-counting]").waitFor();
  await drop(page, second);
  const all = await told(large, second);
  await page.locator(`[data-fig="input"][data-value="${all.input}"]`).waitFor({ timeout: 90_000 });
  await counted(page);
  assert.deepEqual(await shown(page), all);
});

test("a counting worker that fails costs no figure", { expected: [/lost on purpose/] }, async (page) => {
  await openWith(page, 3);
  const started = page.waitForEvent("worker");
  await drop(page, large);
  const counter = await started;
  await page.locator("[data-counting]", { hasText: "2 workers" }).waitFor();
  await counter.evaluate(() => void setTimeout(() => { throw new Error("lost on purpose"); }));
  await page.getByText(/A counting worker has stopped \(.*lost on purpose.*\)/).waitFor();
  await counted(page);
  assert.deepEqual(await shown(page), await told(large));
  assert.equal(await page.getByText("The engine stopped").count(), 0);
});

test("where workers cannot have workers, the engine's counts by itself", async (page) => {
  const started = page.waitForEvent("worker");
  await open(page);
  const engine = await started;
  await engine.evaluate(() => delete globalThis.Worker);
  await drop(page, second);
  const all = await told(second);
  await page.locator(`[data-fig="input"][data-value="${all.input}"]`).waitFor({ timeout: 90_000 });
  assert.equal(page.workers().length, 1);
});

test("the browser keeps vocabularies", async (page) => {
  const text = await written("text.jsonl", jsonl({ model: "gpt-4o", prompt: "What is the capital of France?", completion: "Paris" }));
  const fetched = () => [...asked].filter(([path]) => path.includes("/vocab/")).reduce((sum, [, times]) => sum + times, 0);
  const before = fetched();
  for (let visit = 0; visit < 2; visit++) {
    await open(page);
    await drop(page, text);
    await page.locator('[data-fig="input"][data-value="7"]').waitFor();
    assert.equal(fetched() - before, 1, `after visit ${visit + 1}`);
  }
});
