// The cache lab: a line that is dragged over a sweep, pairs that are reviewed, each cache, and a replay that is ended.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { axe, fixtures, screenshot, test } from "./harness.mjs";
import { dropped, go, jsonl, written } from "./page.mjs";

const QUESTIONS = [
  "how do i reset my password on the mobile app",
  "how do i reset my password on the ios app",
  "what does the extended warranty cover for a used phone",
  "what does the extended warranty cover for a refurbished phone",
  "is the refund limit 30 days for orders shipped to france",
  "is the refund limit 14 days for orders shipped to france",
  "can i change the delivery address after the parcel has left the warehouse",
  "can i change the delivery address before the parcel has left the warehouse",
  "please cancel my order and refund the card",
  "please do not cancel my order and refund the card",
  "translate the reply from german to english",
  "translate the reply from english to german",
];

/** A gateway's log of these questions, a second apart. */
function log(questions) {
  const records = questions.map((question, i) => {
    const at = (ms) => new Date(Date.UTC(2025, 9, 9) + i * 1000 + ms).toISOString();
    const id = `chatcmpl-${i}`;
    const response = { id, model: "gpt-4o", choices: [{ index: 0, message: { role: "assistant", content: "Like this." } }] };
    return {
      request_id: id, call_type: "acompletion", spend: 0.0004, total_tokens: 1020, prompt_tokens: 1000, completion_tokens: 20,
      startTime: at(0), endTime: at(800), model: "gpt-4o", custom_llm_provider: "openai", api_key: "", status: "success",
      messages: JSON.stringify([{ role: "user", content: question }]), response: JSON.stringify(response),
    };
  });
  return jsonl(...records);
}

/** What the command line says of the same. */
function replayed(file, ...options) {
  return JSON.parse(execFileSync(process.env.TOKENFLAME, ["caches", file, "--json", ...options], { maxBuffer: 1 << 28 }));
}

const fig = (page, name) => page.locator(`[data-fig="cache-${name}"]`);
const slider = (page) => page.getByRole("slider", { name: "Similarity threshold" });

async function caches(page, file) {
  await dropped(page, file);
  await go(page, "Caches");
  await fig(page, "hits").waitFor();
  await settled(page);
}

async function settled(page) {
  await page.locator(".caches[aria-busy=false]").waitFor();
  await page.locator(".caches .stale").first().waitFor({ state: "detached" });
}

const value = (page, name) => fig(page, name).getAttribute("data-value");

test("the line is dragged and moved by keys, and tells what each threshold would save", async (page) => {
  const file = await written("support.jsonl", log([...QUESTIONS, ...QUESTIONS.slice(0, 4)]));
  await caches(page, file);
  const told = replayed(file, "--cache", "similarity");
  const at = (threshold) => told.curve.find((point) => Math.abs(point.threshold - threshold) < 1e-9);
  const agrees = async (threshold) => {
    const point = at(threshold);
    await page.locator(`[data-fig="cache-hits"][data-value="${point.hits}"]`).waitFor();
    assert.equal(await value(page, "cost_saved"), point.cost_saved_usd, `${threshold}`);
    assert.equal(Number(await value(page, "hit_rate")), point.hit_rate.request);
  };
  assert.equal(await slider(page).getAttribute("aria-valuenow"), "0.95");
  await agrees(0.95);

  await slider(page).focus();
  await page.keyboard.press("ArrowLeft");
  assert.equal(await slider(page).getAttribute("aria-valuenow"), "0.94");
  await page.keyboard.press("Home");
  assert.equal(await slider(page).getAttribute("aria-valuenow"), "0.50");
  await agrees(0.5);
  await page.keyboard.press("End");
  await agrees(1);

  // To about the middle between 0.50 and 1.00, by the mouse.
  const box = await slider(page).boundingBox();
  await page.mouse.move(box.x + box.width - 180, box.y + 200);
  await page.mouse.down();
  await page.mouse.move(box.x + 300, box.y + 200, { steps: 8 });
  await page.mouse.up();
  const now = Number(await slider(page).getAttribute("aria-valuenow"));
  assert.ok(now > 0.55 && now < 0.95, `${now}`);
  await agrees(now);
  await settled(page);

  // The pairs lie on both sides of the line, with what differs marked and what is suspicious named.
  await page.locator(".caches-cut span", { hasText: `threshold ${now.toFixed(2)}` }).waitFor();
  const pair = page.locator(".caches-pair", { hasText: "refund limit" });
  assert.deepEqual([await pair.locator("del").innerText(), await pair.locator("ins").innerText()], ["30", "14"]);
  await pair.getByText("number changed: 30; 14").waitFor();
  await screenshot(page, "caches");
  assert.deepEqual(await axe(page), []);

  // Pairs that are said to be wrong give a rate with its interval.
  await slider(page).focus();
  await page.keyboard.press("Home");
  await settled(page);
  await pair.getByRole("button", { name: "Wrong" }).click();
  await page.getByText("1 reviewed by you, 1 wrong").waitFor();
  await page.locator(".caches-curves svg", { hasText: "95%: 20.7% to 100.0%" }).waitFor();
  await page.getByRole("button", { name: "To review" }).click();
  await page.getByText("Spread evenly over").waitFor();
});

test("each cache says the same on the page and in the terminal", async (page) => {
  const file = await written("support2.jsonl", log([...QUESTIONS, ...QUESTIONS]));
  await caches(page, file);
  const seg = (name) => page.getByRole("group", { name: "Cache" }).getByRole("button", { name });
  for (const [name, key] of [["Exact", "exact"], ["Provider prompt cache", "prompt"], ["KV prefix", "prefix"], ["Stacked", "stacked"]]) {
    await seg(name).click();
    const told = replayed(file, "--cache", key);
    await settled(page);
    await page.locator(`[data-fig="cache-hits"][data-value="${told.hits}"]`).waitFor();
    if (key !== "prefix") assert.equal(await value(page, "cost_saved"), told.cost_saved_usd, key);
    await screenshot(page, `caches-${key}`);
    assert.deepEqual(await axe(page), [], key);
  }
});

test("a conversation of real people can be replayed, and a trace without text says what it lacks", async (page) => {
  await caches(page, "wildchat/conversations.jsonl");
  const told = replayed(`${fixtures}/wildchat/conversations.jsonl`, "--cache", "similarity");
  assert.equal(await value(page, "misses"), String(told.misses));
  await caches(page, "mooncake/synthetic_trace.jsonl.gz");
  await page.getByRole("heading", { name: "These requests cannot be compared" }).waitFor();
  await page.getByRole("button", { name: "KV prefix" }).click();
  await settled(page);
  // 77,953 of 121,877 blocks, by tokens of which the last ones of prompts are shorter.
  await page.locator('[data-fig="cache-by token"][data-value="0.6512444360312151"]').waitFor();
});

test("what an agent's provider reported stands beside what its rules predict", async (page) => {
  await caches(page, "pi-agent/large-session.jsonl.gz");
  await page.locator('[data-fig="observed"][data-value="43229469"]').waitFor();
  await page.getByText("read nothing, though an entry should have lived").waitFor();
  await screenshot(page, "caches-observed");
});

test("a long replay says how far it is and can be ended, and the session goes on", async (page) => {
  const word = (n) => `w${(n * 2654435761) % 997}`;
  const long = (i) => Array.from({ length: 60 }, (_, k) => word(i * 61 + k * k)).join(" ") + ` case ${i}`;
  const file = await written("long.jsonl", log(Array.from({ length: 40_000 }, (_, i) => long(i))));
  await dropped(page, file);
  await go(page, "Caches");
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByRole("alert").getByText("The replay was stopped.").waitFor();
  await go(page, "Requests");
  await page.getByText("40,000 of 40,000").first().waitFor();
  await go(page, "Caches");
  await page.getByRole("button", { name: "Exact" }).click();
  await page.locator('[data-fig="cache-hits"][data-value="0"]').waitFor();
});
