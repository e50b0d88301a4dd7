// Tokens and money of a typed prompt: tiktoken's ids, and the worked figures to the last decimal.
import assert from "node:assert/strict";
import { open, test } from "./harness.mjs";
import { dropped } from "./page.mjs";

/** Texts and their ids by tiktoken-rs: o200k_base, cl100k_base. */
const IDS = [
  ["What is the capital of France?", [4827, 382, 290, 9029, 328, 10128, 30], [3923, 374, 279, 6864, 315, 9822, 30]],
  [
    "Example 1: Q: ... A: ...\nExample 2: Q: ... A: ...",
    [18523, 220, 16, 25, 1486, 25, 2550, 355, 25, 12646, 18523, 220, 17, 25, 1486, 25, 2550, 355, 25, 2550],
    [13617, 220, 16, 25, 1229, 25, 2564, 362, 25, 12515, 13617, 220, 17, 25, 1229, 25, 2564, 362, 25, 2564],
  ],
  [
    "Na\u{ef}ve caf\u{e9}, \u{6771}\u{4eac} \u{1f600}<|endoftext|>",
    [11398, 9954, 737, 30469, 11, 185244, 88038, 27, 91, 419, 1440, 919, 91, 29],
    [16589, 38672, 588, 53050, 11, 61696, 109, 47653, 91416, 27, 91, 8862, 728, 428, 91, 29],
  ],
  ["def f(x):\n    return 1234567", [1314, 285, 4061, 1883, 271, 622, 220, 7633, 19354, 22], [755, 282, 2120, 997, 262, 471, 220, 4513, 10961, 22]],
];

const box = (page, name) => page.getByRole("textbox", { name, exact: true });
const field = (page, name) => page.locator(`[data-field="${name}"]`);

/** Waits until the figure named `name` reads `text`. */
const shows = (page, name, text) => page.locator(`[data-fig="${name}"]`).getByText(text, { exact: true }).waitFor();

/** Pastes a text where the focus is, as a person would. */
async function paste(page, text) {
  await page.evaluate((text) => navigator.clipboard.writeText(text), text);
  await page.keyboard.press("Control+v");
}

test("a prompt pasted on the first screen has tokens and a price, and goes to the workbench", async (page) => {
  const [prompt] = IDS[0];
  await open(page);
  await box(page, "Prompt").focus();
  await paste(page, prompt);
  // 7 tokens at $0.25 per million, a thousand times.
  await page.locator(".ans", { hasText: "7 tokens, o200k_base" }).filter({ hasText: "$0.00175" }).waitFor();
  await page.getByRole("link", { name: "All models" }).click();
  await shows(page, "prompt_tokens", "7");
  assert.equal(await box(page, "Prompt").inputValue(), prompt);
});

test("the ids are those of tiktoken", async (page) => {
  await open(page, "#/workbench");
  await page.getByRole("button", { name: "Ids" }).click();
  for (const [text, ...ids] of IDS) {
    await box(page, "Prompt").fill(text);
    for (const [i, encoding] of ["o200k_base", "cl100k_base"].entries()) {
      await field(page, "encoding").selectOption(encoding);
      await shows(page, "prompt_tokens", String(ids[i].length));
      // The pieces follow the count.
      await page.waitForFunction((ids) => document.querySelector(".pieces")?.textContent.trim() === ids, ids[i].join(" "));
    }
  }
});

test("500 tokens at $0.03 per 1K are $0.015 a call, $15 per 1,000", async (page) => {
  await open(page, "#/workbench");
  await page.getByRole("button", { name: "per 1K" }).click();
  await field(page, "prompt_override").fill("500");
  await field(page, "prompt_price").fill("0.03");
  await shows(page, "cost_call", "$0.015");
  await shows(page, "cost_1000", "$15");
  // The same money, told for a million tokens.
  await page.getByRole("button", { name: "per 1M" }).click();
  assert.equal(await field(page, "prompt_price").inputValue(), "30");
  await shows(page, "cost_call", "$0.015");
});

test("a component's prompt and answer at $0.03 and $0.06 per 1K", async (page) => {
  await open(page, "#/workbench");
  await field(page, "encoding").selectOption("cl100k_base");
  await page.getByRole("button", { name: "per 1K" }).click();
  await box(page, "Prompt").fill("What is the capital of France?");
  await box(page, "Response").fill("The capital of France is Paris.");
  await field(page, "prompt_price").fill("0.03");
  await field(page, "response_price").fill("0.06");
  await shows(page, "cost_prompt", "$0.00021");
  await shows(page, "cost_response", "$0.00042");
  await shows(page, "cost_call", "$0.00063");
});

test("the components' example as a file: tokens, costs and the flag above 30%", async (page) => {
  await dropped(page, "records/seed-example.jsonl");
  await page.locator(".verdicts", { hasText: "few_shot_examples: 46.5% of total tokens" }).waitFor();
  await page.locator("#components").getByRole("button", { name: "Show as table" }).click();
  const rows = page.locator("#components tbody tr");
  const table = await Promise.all((await rows.all()).map((row) => row.locator("td").allTextContents()));
  // The prompt's tokens at $0.03 per 1K, the answer's at $0.06: the prices of gpt-4.
  assert.deepEqual(
    table.map(([name, tokens, share, flag, , cost]) => [name, tokens, share, flag, cost]),
    [
      ["Few-shot", "20", "46.5%", "over 30%", "$0.000600"],
      ["User", "14", "32.6%", "over 30%", "$0.000630"],
      ["System", "9", "20.9%", "", "$0.000270"],
    ],
  );
});

test("a text of 1 MB is counted, and the keys still land in the box", async (page) => {
  await open(page, "#/workbench");
  const text = "All work and no play makes Jack a dull boy. ".repeat(24_000).slice(0, 1_000_000);
  await box(page, "Prompt").focus();
  await paste(page, text);
  await page.keyboard.type(" Really?");
  assert.equal(await box(page, "Prompt").inputValue(), `${text} Really?`);
  await page.locator('[data-fig="prompt_size"]', { hasText: "1,000,008 characters" }).waitFor();
  const tokens = Number((await page.locator('[data-fig="prompt_tokens"]').textContent()).replaceAll(",", ""));
  assert.ok(tokens > 200_000, `${tokens} tokens`);
});
