// A dropped Hugging Face tokenizer.json: its counts are those of the PyPI package tokenizers.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fixtures, open, test } from "./harness.mjs";
import { drop, dropped, go, written } from "./page.mjs";

const folder = path.join(fixtures, "huggingface");
const { texts, ids } = JSON.parse(await readFile(path.join(folder, "expected.json"), "utf8"));

const box = (page) => page.getByRole("textbox", { name: "Prompt", exact: true });
const chosen = (page) => page.locator('[data-field="encoding"]').evaluate((list) => list.selectedOptions[0].textContent);

/** Waits until the prompt has as many tokens, and shows their ids. */
async function shows(page, wanted) {
  const count = wanted.length.toLocaleString("en-US");
  await page.locator('[data-fig="prompt_tokens"]').getByText(count, { exact: true }).waitFor();
  const shown = (wanted) => (document.querySelector(".pieces")?.textContent.trim() ?? "") === wanted;
  await page.waitForFunction(shown, wanted.join(" "));
}

/** Waits until a tokenizer of this label is the chosen one. */
async function waitChosen(page, label) {
  const isChosen = (label) => document.querySelector('[data-field="encoding"]')?.selectedOptions[0]?.textContent === label;
  await page.waitForFunction(isChosen, label);
}

/** The texts that a box keeps as they are: it makes every end of a line the same. */
const typed = texts.map((text, i) => [text, i]).filter(([text]) => text && !/[\r\0]/.test(text));

test("dropped tokenizers count as the library does, each of its kind", async (page) => {
  const fetched = [];
  page.context().on("request", (request) => fetched.push(path.basename(new URL(request.url()).pathname)));
  await open(page);
  await box(page).fill("What is the capital of France?");
  await page.locator(".ans", { hasText: "7 tokens" }).waitFor();
  assert.ok(!fetched.some((name) => name.startsWith("huggingface")), `fetched before there is such a file: ${fetched}`);

  const labels = {
    "wordpiece.json": "wordpiece.json · WordPiece, 6,000 tokens · slower",
    "byte-level-bpe.json": "byte-level-bpe.json · byte-level BPE, 5,026 tokens · slower: runs through a regex engine",
    "unigram.json": "unigram.json · Unigram, 2,001 tokens · slower: runs through a regex engine",
    "sentencepiece-bpe.json": "sentencepiece-bpe.json · BPE, 2,500 tokens · slower: runs through a regex engine",
  };
  for (const [name, label] of Object.entries(labels)) {
    await drop(page, path.join(folder, name));
    // The first leads to the workbench, each next one is chosen there.
    await waitChosen(page, label);
    await page.getByRole("button", { name: "Ids" }).click();
    for (const [text, i] of typed) {
      await box(page).fill(text);
      await shows(page, ids[name][i]);
    }
  }
  assert.ok(fetched.includes("huggingface_bg.wasm"));

  // All stay open; a model has its own encoding.
  await page.locator('[data-field="encoding"]').selectOption(labels["wordpiece.json"]);
  await shows(page, ids["wordpiece.json"][typed.at(-1)[1]]);
  await page.locator('[data-field="model"]').selectOption("gpt-4o");
  await waitChosen(page, "o200k_base");
});

test("pieces show the text, also where a token is a part of a character", async (page) => {
  await open(page, "#/workbench");
  await drop(page, path.join(folder, "sentencepiece-bpe.json"));
  await waitChosen(page, "sentencepiece-bpe.json · BPE, 2,500 tokens · slower: runs through a regex engine");
  const text = "Caf\u00e9 \u6771\u4eac";
  await box(page).fill(text);
  await page.waitForFunction(() => document.querySelectorAll(".pieces [data-id]").length > 5);
  await page.getByRole("button", { name: "Bytes" }).click();
  const bytes = [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  await page.waitForFunction((bytes) => document.querySelector(".pieces")?.textContent.trim() === bytes, bytes);
});

test("a tokenizer is no trace: it joins a session, and goes with it", async (page) => {
  await dropped(page, "records/seed-example.jsonl");
  await drop(page, path.join(folder, "wordpiece.json"));
  await waitChosen(page, "wordpiece.json · WordPiece, 6,000 tokens · slower");
  await go(page, "Overview");
  assert.equal(await page.locator(".chip.file").count(), 1);
  assert.ok(!(await page.locator(".import").textContent()).includes("wordpiece"), "not in the import report");
  await page.getByRole("button", { name: "Clear session" }).click();
  await page.evaluate(() => (location.hash = "#/workbench"));
  await waitChosen(page, "o200k_base");
  assert.ok(!(await page.locator('[data-field="encoding"]').textContent()).includes("wordpiece"));
});

test("a tokenizer beside a trace leads to the trace", async (page) => {
  await dropped(page, path.join(folder, "unigram.json"), "records/seed-example.jsonl");
  await go(page, "Workbench");
  assert.match(await chosen(page), /^unigram\.json · Unigram/);
});

test("a damaged tokenizer ends in a sentence, and the others go on", async (page) => {
  const whole = await readFile(path.join(folder, "unigram.json"), "utf8");
  const cut = await written("cut.json", whole.slice(0, whole.length / 2));
  const value = JSON.parse(whole);
  const odd = await written("odd.json", JSON.stringify({ ...value, pre_tokenizer: { type: "Ouija" } }));
  const none = await written("none.json", JSON.stringify({ ...value, model: undefined }));
  await open(page, "#/workbench");
  await page.locator("#choose-files").setInputFiles([cut, path.join(folder, "wordpiece.json"), odd, none]);
  const sentence = page.getByRole("alert").filter({ hasText: "cut.json: This is not a whole JSON file" });
  await sentence.waitFor();
  const said = await sentence.textContent();
  assert.match(said, /odd\.json: This tokenizer\.json has a part that cannot be used here/);
  assert.match(said, /none\.json: This JSON is not a tokenizer/);
  await waitChosen(page, "wordpiece.json · WordPiece, 6,000 tokens · slower");
  await box(page).fill(texts[1]);
  await page.locator('[data-fig="prompt_tokens"]').getByText(String(ids["wordpiece.json"][1].length), { exact: true }).waitFor();
  assert.equal(await page.locator(".import").count(), 0);
});

test("a tokenizer that breaks off ends alone, and starts anew", async (page) => {
  const value = JSON.parse(await readFile(path.join(folder, "unigram.json"), "utf8"));
  // A map of one entry that points far outside of it.
  value.normalizer = { type: "Precompiled", precompiled_charsmap: Buffer.from([4, 0, 0, 0, 255, 255, 255, 255]).toString("base64") };
  await open(page, "#/workbench");
  await drop(page, await written("broken.json", JSON.stringify(value)));
  const label = "broken.json · Unigram, 2,001 tokens · slower";
  await waitChosen(page, label);
  for (const text of ["abc", "abcd"]) {
    await box(page).fill(text);
    await page.getByRole("alert").filter({ hasText: "broken.json: the tokenizer broke off (Uncaught Error: index out of bounds" }).waitFor();
    await page.locator('[data-field="encoding"]').selectOption("o200k_base");
    await page.locator('[data-fig="prompt_tokens"]').getByText("1", { exact: true }).waitFor();
    await page.locator('[data-field="encoding"]').selectOption(label);
  }
});

test("a text on which a pattern gives up has an error and no count", async (page) => {
  const value = JSON.parse(await readFile(path.join(folder, "wordpiece.json"), "utf8"));
  value.pre_tokenizer = { type: "Split", pattern: { Regex: "(?i)(a|b|ab)*(?>c)" }, behavior: "Isolated", invert: false };
  await open(page, "#/workbench");
  await drop(page, await written("hostile.json", JSON.stringify(value)));
  await waitChosen(page, "hostile.json · WordPiece, 6,000 tokens · slower: runs through a regex engine");
  await box(page).fill("ab".repeat(30));
  await page.getByRole("alert").filter({ hasText: "hostile.json: A pattern of this tokenizer takes too many steps" }).waitFor();
  // It still counts what it can.
  await box(page).fill("abc");
  await page.locator('[data-fig="prompt_tokens"]').getByText("1", { exact: true }).waitFor();
});
