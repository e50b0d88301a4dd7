// Files that were taken for the wrong thing, and files that no reader knows.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { axe, fixtures, open, screenshot, test } from "./harness.mjs";
import { drop, dropped, figure, figures, go, jsonl, read, written } from "./page.mjs";

/** Three requests in the shape of nobody's format. */
const RECORDS = [
  { req: { body: { llm: "gpt-4o", q: "Who wrote this book, and when was that?" } }, res: { text: "Somebody." }, u: { in: 100, out: 20 }, at: "2026-11-01T10:00:00Z", took: 1500, first: 400 },
  { req: { body: { llm: "gpt-4o", q: "And what is it about, in one sentence?" } }, res: { text: "Nothing much." }, u: { in: 200, out: 40 }, at: "2026-11-01T10:00:05Z", took: 2500, first: 500 },
  { req: { body: { llm: "gpt-4o-mini", q: "Is there another one by the same author?" } }, res: { text: "No." }, u: { in: 300, out: 60 }, at: "2026-11-01T10:00:09Z", took: 500, first: 100 },
];
const UNKNOWN = jsonl(...RECORDS);

const dialog = (page) => page.getByRole("dialog", { name: "How to read a file" });
const part = (page, name) => dialog(page).getByRole("combobox", { name, exact: true });

/** The text of what is chosen for a part, up to its samples. */
const chosen = (page, name) => part(page, name).evaluate((select) => select.selectedOptions[0].textContent.split(": ")[0]);

/** Chooses a path for a part. */
async function choose(page, name, path) {
  const options = await part(page, name).locator("option").allTextContents();
  const index = options.findIndex((option) => option === path || option.startsWith(`${path}: `));
  assert.ok(index >= 0, `${path} is among ${options}`);
  await part(page, name).selectOption({ index });
}

/** The rows of the preview, once they are those of the mapping. */
async function preview(page) {
  await dialog(page).locator('.map-preview[aria-busy="false"]').waitFor();
  return dialog(page).locator(".map-preview tbody tr").evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent)));
}

async function mapped(page, ...files) {
  await open(page);
  await drop(page, ...files);
  await read(page);
  await page.getByRole("button", { name: "Say what is what" }).first().click();
  await part(page, "Model").waitFor();
}

const finish = async (page) => {
  await dialog(page).getByRole("button", { name: /^Read the file/ }).click();
  await page.locator('[data-fig="requests"]').waitFor();
  await read(page);
};

test("an unknown JSONL is mapped: the totals are those of its records", async (page) => {
  await mapped(page, await written("unknown.jsonl", UNKNOWN));
  await dialog(page).getByText("a guess by names and values", { exact: false }).waitFor();
  assert.equal(await chosen(page, "Model"), "req.body.llm");
  assert.equal(await chosen(page, "Prompt tokens"), "u.in");
  assert.equal(await chosen(page, "Duration"), "took");
  await choose(page, "Prompt", "not in the file");
  assert.ok(!(await dialog(page).getByText("a guess by names and values").isVisible()), "it is a person's now");
  await choose(page, "Prompt", "req.body.q");
  await part(page, "Unit of duration").selectOption("ms");
  await part(page, "Unit of time to first token").selectOption("ms");
  const rows = await preview(page);
  assert.equal(rows.length, 3);
  assert.ok(/1\.50\ss/.test(rows[0].join()) && rows[0].includes("Somebody."), rows[0].join());
  await screenshot(page, "mapping");
  assert.deepEqual(await axe(page), []);

  await finish(page);
  await figures(page, { requests: 3, input: 600, output: 120, latency_p50: 1500, ttft_p50: 400, records_read: 3, records_kept: 3 });
  await go(page, "Requests");
  await page.locator("tr[data-call]").first().click();
  await page.locator("aside.drawer").getByText("Who wrote this book, and when was that?", { exact: true }).waitFor();
});

test("an unknown CSV is mapped; what does not fit is told before and after", async (page) => {
  const csv = "when;deployment;tokens in;tokens out;ms;outcome\n2026-11-01 10:00:00;gpt-4o;10;1;100;200\n2026-11-01 10:00:01;gpt-4o;many;2;300;429\n";
  await mapped(page, await written("unknown.csv", csv));
  await choose(page, "Model", "deployment");
  await choose(page, "Prompt tokens", "tokens in");
  await choose(page, "Completion tokens", "tokens out");
  await choose(page, "Duration", "ms");
  await part(page, "Unit of duration").selectOption("ms");
  await choose(page, "Status", "outcome");
  const wrong = "tokens in is not a number; it was taken as unknown";
  await dialog(page).getByText(wrong).waitFor();
  assert.deepEqual((await preview(page)).map((row) => row.at(-1)), ["ok", "rate limited"]);
  await finish(page);
  await figures(page, { requests: 2, errors: 1, input: 10, output: 3, latency_p50: 100 });
  await page.getByText("File by file, with 1 problem").click();
  await page.getByText(wrong).waitFor();
  // Back to what it was.
  await page.getByRole("button", { name: "Read by its content" }).click();
  await page.getByRole("heading", { name: "unknown.csv could not be read" }).waitFor();
});

test("records in a nested list are found, and another list can be chosen", async (page) => {
  const nested = JSON.stringify({ run: { name: "x", items: RECORDS, other: [{ llm: "x" }] } });
  await mapped(page, await written("nested.json", nested));
  assert.match(await part(page, "A record is").evaluate((select) => select.selectedOptions[0].textContent), /run\.items \(3 seen\)/);
  await part(page, "A record is").selectOption({ label: "each element of run.other (1 seen)" });
  await dialog(page).locator(".map-preview tbody tr").nth(1).waitFor({ state: "detached" });
  assert.equal(await chosen(page, "Model"), "llm");
  await part(page, "A record is").selectOption({ label: "each element of run.items (3 seen)" });
  await dialog(page).locator(".map-preview tbody tr").nth(2).waitFor();
  await finish(page);
  await figures(page, { requests: 3, input: 600 });
});

test("a mapping is remembered for files of its shape, can be erased, saved and loaded", async (page) => {
  await mapped(page, await written("first.jsonl", UNKNOWN));
  await choose(page, "Session", "u.out");
  const download = page.waitForEvent("download");
  await dialog(page).getByRole("button", { name: "Save as file" }).click();
  const saved = await (await download).path();
  const mapping = JSON.parse(await readFile(saved, "utf8"));
  assert.deepEqual(mapping.fields.session, { path: "u.out", unit: "s" });
  await finish(page);

  await mapped(page, await written("second.jsonl", jsonl(RECORDS[1])));
  await dialog(page).getByText("saved mapping", { exact: true }).waitFor();
  assert.equal(await chosen(page, "Session"), "u.out");
  await dialog(page).getByRole("button", { name: "Erase the saved one" }).click();
  await dialog(page).getByText("The saved mapping was erased.").waitFor();
  assert.equal(await page.evaluate(() => localStorage.getItem("tokenflame.mappings")), null);
  // With nothing saved it is a guess again, until the file is loaded.
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Say what is what" }).first().click();
  await dialog(page).getByText("a guess by names and values", { exact: false }).waitFor();
  assert.equal(await chosen(page, "Session"), "not in the file");
  await dialog(page).getByLabel("Load mapping").setInputFiles({ name: "other.json", mimeType: "application/json", buffer: Buffer.from('{"fields": 1}') });
  await dialog(page).getByText("other.json is not a mapping that was saved here.").waitFor();
  await dialog(page).getByLabel("Load mapping").setInputFiles(saved);
  await page.waitForFunction(() => [...document.querySelectorAll(".map-row.given")].some((part) => part.textContent.startsWith("Session")));
  assert.equal(await chosen(page, "Session"), "u.out");
});

test("files of the same shape are read by one mapping, beside files that are known", async (page) => {
  const files = [await written("a.jsonl", jsonl(RECORDS[0])), await written("b.jsonl", jsonl(RECORDS[1]))];
  await dropped(page, "claude-code/session-30530d66.jsonl", ...files);
  await figures(page, { requests: 15 });
  await page.getByRole("button", { name: "Say what is what" }).first().click();
  await dialog(page).getByRole("button", { name: "Read 2 files" }).click();
  await page.waitForFunction(() => document.querySelector('[data-fig="requests"]')?.dataset.value === "17");
  await read(page);
  assert.equal(await page.getByRole("button", { name: "Say what is what" }).count(), 0);
});

test("close formats: the report says what was seen, and the other one can be chosen", async (page) => {
  await dropped(page, "litellm/own-spend-logs.csv");
  const before = await figure(page, "requests");
  const question = page.locator(".question");
  await question.getByText("It also looks like LLMMetrics / LatencyProfile records (likely). Seen: a table with the columns", { exact: false }).waitFor();
  await screenshot(page, "close-formats");
  await question.getByRole("button", { name: "Read as LLMMetrics" }).click();
  // Shown or not: what lies in the folded part is replaced while files are read.
  await page.getByText("Read as LLMMetrics / LatencyProfile records, as you chose.").waitFor({ state: "attached" });
  await read(page);
  await page.getByText("File by file").click();
  await page.getByText("Read as LLMMetrics / LatencyProfile records, as you chose.").waitFor();
  assert.ok((await figure(page, "requests")) > 0);

  await page.getByRole("button", { name: "Read as …" }).click();
  const formats = dialog(page);
  await formats.locator("option", { hasText: "LiteLLM" }).first().waitFor({ state: "attached" });
  assert.deepEqual(await axe(page), []);
  await screenshot(page, "read-as");
  // Keys of the page do nothing beneath a dialog.
  await page.keyboard.press("?");
  assert.equal(await page.getByRole("dialog").count(), 1);
  assert.equal(await part(page, "Format").evaluate((select) => select.selectedOptions[0].textContent), "LLMMetrics / LatencyProfile records (Your own records)");
  const options = await formats.locator("option").allTextContents();
  await part(page, "Format").selectOption({ index: options.findIndex((option) => option.startsWith("LiteLLM")) });
  await formats.getByRole("button", { name: "Read the file" }).click();
  await page.getByText("Read as LiteLLM", { exact: false }).first().waitFor();
  await read(page);
  assert.equal(await figure(page, "requests"), before);
});

test("times without a unit are asked about, and the answer is kept when more files come", async (page) => {
  await dropped(page, "records/milliseconds-without-unit.jsonl");
  const question = page.locator(".callout", { hasText: "are all above 1,000 and name no unit" });
  await question.waitFor();
  await figures(page, { latency_p50: 2_800_250 });
  await screenshot(page, "unit");
  assert.deepEqual(await axe(page), []);
  await question.getByRole("button", { name: "Milliseconds" }).click();
  await question.waitFor({ state: "detached" });
  await read(page);
  await figures(page, { latency_p50: 2_800.25, requests: 2 });
  await drop(page, "litellm/own-spend-logs.csv");
  await page.waitForFunction(() => Number(document.querySelector('[data-fig="requests"]')?.dataset.value) > 2);
  await read(page);
  // Reading all again for another file's sake.
  await page.getByRole("button", { name: "Read as LLMMetrics" }).click();
  await page.locator(".question").waitFor({ state: "detached" });
  await read(page);
  assert.equal(await question.count(), 0);
});

test("a mapped file and its other records stand in dark and in little room", async (page) => {
  for (const [colorScheme, width] of [["dark", 1440], ["light", 900], ["dark", 900]]) {
    await open(page, "", { colorScheme, viewport: { width, height: 800 } });
    await drop(page, await written("unknown.jsonl", UNKNOWN));
    await read(page);
    await screenshot(page, `unknown-${colorScheme}-${width}`);
    await page.getByRole("button", { name: "Say what is what" }).first().click();
    await preview(page);
    assert.deepEqual(await axe(page), []);
    const { scrollWidth, clientWidth } = await dialog(page).locator(".dialog-box").evaluate(({ scrollWidth, clientWidth }) => ({ scrollWidth, clientWidth }));
    assert.ok(scrollWidth <= clientWidth, `${scrollWidth} > ${clientWidth}`);
    await screenshot(page, `mapping-${colorScheme}-${width}`);
    await page.goto("about:blank");
  }
});
