// Tokens and money of a typed prompt: tiktoken's ids, and the worked figures to the last decimal.
import assert from "node:assert/strict";
import { open, origin, screenshot, test } from "./harness.mjs";
import { dropped, go } from "./page.mjs";

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

/** The seed's example of components, as parts. */
const SEED = {
  System: "You are a helpful assistant with extensive knowledge...",
  "Few-shot": "Example 1: Q: ... A: ...\nExample 2: Q: ... A: ...",
  User: "What is the capital of France?",
  "Expected answer": "The capital of France is Paris.",
};

async function openParts(page, texts = {}, options) {
  await open(page, "#/workbench", options);
  await page.getByRole("button", { name: "Parts", exact: true }).click();
  for (const [name, text] of Object.entries(texts)) await box(page, name).fill(text);
}

/** The names of the parts in their order. */
const order = (page) => page.locator("section.part").evaluateAll((parts) => parts.map((part) => part.getAttribute("aria-label")));

/** The rows of a panel's table. */
async function tableOf(page, panel) {
  const region = page.getByRole("region", { name: panel, exact: true });
  const toggle = region.getByRole("button", { name: "Show as table" });
  await toggle.click();
  const rows = await region.locator("tbody tr").evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent)));
  await toggle.click();
  return rows;
}

test("the components' example in parts: shares, costs and the words for what is wasteful", async (page) => {
  await openParts(page, SEED);
  await field(page, "encoding").selectOption("cl100k_base");
  await page.getByRole("button", { name: "per 1K" }).click();
  await field(page, "prompt_price").fill("0.03");
  await field(page, "response_price").fill("0.06");
  await shows(page, "part_few_shot_examples", "20");
  const said = page.locator("#wasteful .callout b");
  await said.getByText("few_shot_examples: 46.5% of total tokens", { exact: true }).waitFor();
  await said.getByText("user_query: 32.6% of total tokens", { exact: true }).waitFor();
  assert.equal(await said.count(), 2);
  // 9, 14 and 20 tokens; the answer belongs to the question.
  assert.deepEqual(await tableOf(page, "Wasteful parts"), [
    ["system_prompt", "9", "0", "9", "20.9%", "$0.00027", "$0", "$0.00027"],
    ["few_shot_examples", "20", "0", "20", "46.5%", "$0.0006", "$0", "$0.0006"],
    ["user_query", "7", "7", "14", "32.6%", "$0.00021", "$0.00042", "$0.00063"],
  ]);
  await field(page, "threshold").fill("40");
  await said.getByText("user_query").waitFor({ state: "detached" });
  assert.equal(await said.count(), 1);
});

test("the chat template is a part of its own, by the rule of the model", async (page) => {
  await openParts(page, SEED);
  await field(page, "model").selectOption("gpt-4o");
  // Two messages: 3 and the role around each, and 3 before the answer.
  await shows(page, "part_template", "11");
  await page.locator(".sec", { hasText: "Chat template" }).getByText("11 tokens").waitFor();
  await page.getByRole("button", { name: "claude-haiku-5-5", exact: true }).click();
  await shows(page, "part_template", "unknown");
});

test("parts are added, named, moved by button and key, and removed", async (page) => {
  await openParts(page, { System: "Be brief.", User: "Hi" });
  const first = ["System", "Tools", "Few-shot", "Retrieved", "History", "User", "Expected answer"];
  assert.deepEqual(await order(page), first);
  await page.getByRole("button", { name: "Move down System" }).click();
  await page.getByRole("button", { name: "Move down System" }).press("Enter");
  assert.deepEqual((await order(page)).slice(0, 3), ["Tools", "Few-shot", "System"]);
  // What is moved gets the focus back in a moment.
  const focused = () => page.waitForFunction(() => document.activeElement?.matches("textarea"));
  await box(page, "System").press("Alt+ArrowUp");
  await focused();
  await page.keyboard.press("Alt+ArrowUp");
  await page.waitForFunction(() => document.querySelector("section.part").ariaLabel === "System");
  await focused();
  await page.keyboard.type(" Really.");
  assert.deepEqual(await order(page), first);
  assert.equal(await box(page, "System").inputValue(), "Be brief. Really.");
  await page.getByRole("button", { name: "Remove Tools" }).click();
  await field(page, "add_part").selectOption("Few-shot");
  await page.locator("section.part").last().getByRole("textbox", { name: "Name of Few-shot" }).fill("Answers");
  assert.deepEqual(await order(page), ["System", "Few-shot", "Retrieved", "History", "User", "Expected answer", "Answers"]);
  await box(page, "Answers").fill("one two three");
  await shows(page, "part_Answers", "3");
  await page.locator(".sec", { hasText: "Answers" }).waitFor();
  // The headings of the tokens follow the parts.
  assert.deepEqual(await page.locator(".tokens .sec b").allTextContents(), ["System", "User", "Answers", "Chat template"]);
  // Back and forth, nothing is lost.
  await page.getByRole("button", { name: "One box" }).click();
  assert.equal(await box(page, "Prompt").inputValue(), "Be brief. Really.\n\nHi\n\none two three");
  await page.getByRole("button", { name: "Parts", exact: true }).click();
  assert.equal(await box(page, "Answers").inputValue(), "one two three");
});

const CURL = `curl https://api.anthropic.com/v1/messages \\
  -H "x-api-key: $KEY" -H 'content-type: application/json' \\
  -d '{"model": "claude-haiku-4-5", "max_tokens": 100, "system": "Be brief.",
    "tools": [{"name": "find", "input_schema": {"type": "object"}}],
    "messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"},
      {"role": "user", "content": "It'"'"'s late <b>here</b>"}]}'`;

test("a pasted curl command splits itself", async (page) => {
  await open(page, "#/workbench");
  await page.getByRole("button", { name: "Paste a request or curl" }).click();
  await page.getByRole("textbox", { name: "Request" }).fill("Hello");
  await page.getByRole("alert").filter({ hasText: "neither JSON nor a curl command" }).waitFor();
  await page.getByRole("textbox", { name: "Request" }).fill("");
  await page.getByRole("textbox", { name: "Request" }).focus();
  await paste(page, CURL);
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.deepEqual(await order(page), ["System", "Tools", "History", "History", "User"]);
  assert.equal(await box(page, "User").inputValue(), "It's late <b>here</b>");
  assert.match(await box(page, "Tools").inputValue(), /"name":"find"/);
  await page.locator(".kv dd", { hasText: "of 200,000 tokens" }).waitFor();
  assert.equal(await field(page, "model").evaluate((list) => list.selectedOptions[0].textContent), "claude-haiku-4-5");
});

test("ranges, cached share and batch show in the costs of any models", async (page) => {
  await open(page, "#/workbench");
  await field(page, "prompt_override").fill("1,000,000");
  await field(page, "response_override").fill("0-1,000,000");
  const row = (name) => page.locator(".models-table tbody tr").filter({ has: page.getByRole("button", { name, exact: true }) });
  await row("gpt-5").getByText("$1.250000\u201311.250000").waitFor();
  await field(page, "cached").fill("80");
  // 200,000 at $1.25 and 800,000 at $0.125 per million.
  await row("gpt-5").getByText("$0.350000\u201310.350000").waitFor();
  await shows(page, "cost_prompt", "$0.25");
  await shows(page, "cost_cached", "$0.1");
  await shows(page, "cost_call", "$0.35");
  await shows(page, "cost_longest", "$10.35");
  await page.getByRole("button", { name: "Batch" }).click();
  await row("gpt-5").getByText("$0.175000\u20135.175000").waitFor();
  await shows(page, "cost_longest", "$5.175");
  await row("mistral-large-4").locator(".tag").waitFor({ state: "detached" });

  // A set of one's own.
  const before = await page.locator(".models-table tbody tr").count();
  await field(page, "add_model").fill("azure gpt-4o-mini");
  await page.locator(".add-model").getByRole("button", { name: "azure/gpt-4o-mini", exact: true }).click();
  const azure = page.getByRole("button", { name: "Leave azure/gpt-4o-mini out" });
  await azure.waitFor({ state: "attached" });
  assert.equal(await page.locator(".models-table tbody tr").count(), before + 1);
  await page.getByRole("button", { name: "Leave mistral/mistral-large-4 out" }).click();
  await row("mistral-large-4").waitFor({ state: "detached" });
  await page.getByRole("columnheader", { name: "Model" }).getByRole("button").click();
  await page.waitForFunction(() => {
    const names = [...document.querySelectorAll(".models-table tbody .link")].map((link) => link.textContent);
    return names.length > 5 && names.join() === names.toSorted().join();
  });
  await page.getByRole("button", { name: "The usual models" }).click();
  await azure.waitFor({ state: "detached" });
});

test("the bill grows with the context, attention with its square, and a cache pays from a read on", async (page) => {
  await open(page, "#/workbench");
  await field(page, "prompt_override").fill("1000");
  await page.getByRole("region", { name: "When the context grows" }).waitFor();
  assert.deepEqual(await tableOf(page, "When the context grows"), [
    ["1,000", "$0.001250", "\u00d71", "\u00d71", "yes"],
    ["2,000", "$0.002500", "\u00d72", "\u00d74", "yes"],
    ["4,000", "$0.005000", "\u00d74", "\u00d716", "yes"],
    ["8,000", "$0.010000", "\u00d78", "\u00d764", "yes"],
  ]);
  await field(page, "model").selectOption("claude-opus-5-5");
  await page.locator(".kv dd", { hasText: "1 read on, for an hour 2 reads on" }).waitFor();
});

test("a link holds the workbench, and nothing of it goes to a server", async (page) => {
  await openParts(page, { ...SEED, User: "<img src=x onerror=alert(1)> \u{1f525}" });
  await page.getByRole("textbox", { name: "Name of System" }).fill("Rules");
  await field(page, "calls").fill("1,000");
  await page.getByRole("button", { name: "Copy link" }).click();
  await page.locator(".link-said", { hasText: "Copied" }).waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  assert.ok(link.startsWith(`${origin}/`) && link.includes("#/workbench?w=1"), link);
  const other = await page.context().newPage();
  const asked = [];
  other.on("request", (request) => asked.push(request.url()));
  await other.goto(link);
  await other.locator("section.part").first().waitFor();
  await other.waitForFunction(() => document.querySelectorAll("section.part").length === 7);
  assert.equal(await box(other, "User").inputValue(), "<img src=x onerror=alert(1)> \u{1f525}");
  assert.equal(await box(other, "Rules").inputValue(), SEED.System);
  assert.equal(await field(other, "calls").inputValue(), "1,000");
  await shows(other, "part_few_shot_examples", "20");
  // Out of the address again, and never a part of what was asked for.
  assert.equal(await other.evaluate(() => location.hash), "#/workbench");
  assert.ok(asked.every((url) => !url.includes("w=1")), asked.join(" "));

  // Into a page that is open, also where it was cut on the way.
  await other.evaluate((hash) => (location.hash = hash), link.slice(link.indexOf("#"), -20));
  await other.getByRole("alert").filter({ hasText: "This link is not whole" }).waitFor();
  assert.equal(await box(other, "Rules").inputValue(), SEED.System);

  // What does not shrink makes a long link, and the page says so.
  const noise = Array.from({ length: 6000 }, (_, i) => ((i * i * 7919) % 99991).toString(36)).join(" ");
  await box(page, "User").fill(noise);
  await page.getByRole("button", { name: "Copy link" }).click();
  await page.locator(".link-said.warn", { hasText: "cut a link above 8 kB" }).waitFor();
});

test("1 MB in a part stays counted while another is typed in", async (page) => {
  await openParts(page, { System: "Be brief.", User: "Hi" });
  const text = "All work and no play makes Jack a dull boy. ".repeat(24_000).slice(0, 1_000_000);
  await box(page, "Retrieved").focus();
  await paste(page, text);
  const retrieved = page.locator('[data-fig="part_retrieved_context"]', { hasText: /^2[0-9]{2},/ });
  await retrieved.waitFor();
  const counted = await retrieved.innerText();
  await box(page, "User").focus();
  await page.keyboard.type(" there, how long is a piece of string?", { delay: 30 });
  await shows(page, "part_user_query", "11");
  assert.equal(await retrieved.innerText(), counted);
});

test("a model without a public tokenizer is fitted on the calls of the session", async (page) => {
  await dropped(page, "pi-agent/large-session.jsonl.gz");
  await page.locator("[data-counting]").waitFor({ state: "detached", timeout: 60_000 });
  await go(page, "Workbench");
  await box(page, "Prompt").fill("Name the capital of France.");
  await field(page, "add_model").fill("anthropic claude-sonnet-4-5");
  await page.locator(".add-model").getByRole("button", { name: "anthropic/claude-sonnet-4-5", exact: true }).click();
  await page.getByText(/claude-sonnet-4-5\S* ±\d+\.\d%, fitted on \d+ (calls|answers) of this session/).first().waitFor();
});
