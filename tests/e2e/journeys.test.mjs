// What people come for, in a real browser on real files: the figures on screen are those of expected.json.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { fixtures, open, test } from "./harness.mjs";
import { drop, dropped, figure, figures, go, jsonl, read, written } from "./page.mjs";

const expected = JSON.parse(await readFile(path.join(fixtures, "expected.json"), "utf8")).formats;

const percentiles = (prefix, d) =>
  d ? { [`${prefix}_n`]: d.n, [`${prefix}_p50`]: d.p50, [`${prefix}_p90`]: d.p90, [`${prefix}_p95`]: d.p95, [`${prefix}_p99`]: d.p99 } : {};

/** The figures of a file by the names that they have on the page. */
const OF = {
  otlp(file) {
    const e = expected["otlp-json-genai"][file];
    return {
      requests: e.llm_calls,
      errors: e.llm_call_errors,
      input: e.tokens.input_total,
      cache_read: e.tokens.cache_read,
      cache_write: e.tokens.cache_write,
      output: e.tokens.output,
      reasoning: e.tokens.reasoning,
      ...percentiles("latency", e.llm_latency_ms),
      ...percentiles("ttft", e.ttft_ms),
    };
  },
  claudeCode(file) {
    const e = expected["claude-code"][file];
    const { input_tokens, cache_read_input_tokens, cache_creation_input_tokens, output_tokens } = e.usage;
    return {
      requests: e.requests,
      fresh: input_tokens,
      input: input_tokens + cache_read_input_tokens + cache_creation_input_tokens,
      output: output_tokens,
    };
  },
  langfuse(file) {
    const e = expected.langfuse[file];
    return {
      requests: e.generations,
      errors: e.errors,
      input: e.input_total,
      output: e.output_total,
      ...percentiles("latency", e.generation_latency_ms_from_times),
    };
  },
};

for (const file of ["openllmetry.jsonl", "openinference.jsonl"]) {
  test(`OTLP: ${file} dropped on the page shows the expected figures`, async (page) => {
    await dropped(page, `otlp-json-genai/${file}`);
    await figures(page, OF.otlp(file));
  });
}

for (const file of Object.keys(expected["claude-code"])) {
  test(`Claude Code: ${file} shows the expected figures`, async (page) => {
    await dropped(page, `claude-code/${file}`);
    await figures(page, OF.claudeCode(file));
  });
}

for (const file of Object.keys(expected.langfuse)) {
  test(`Langfuse: ${file} shows the expected figures`, async (page) => {
    await dropped(page, `langfuse/${file}`);
    await figures(page, OF.langfuse(file));
  });
}

test("LLMMetrics and LatencyProfile records show their figures", async (page) => {
  await dropped(page, "records/seed-latency.json");
  await figures(page, { requests: 1, errors: 0, latency_p50: 440 });
});

test("several files are one session, and the import report adds up", async (page) => {
  await dropped(page, "otlp-json-genai/openllmetry.jsonl", "claude-code/session-30530d66.jsonl", "langfuse/trace-observations-agno.json");
  await figures(page, { requests: 6 + 15 + 4, errors: 1 });
  const n = (name) => figure(page, name);
  const read = await n("records_read");
  assert.equal(read, 12 + 59 + 6);
  assert.equal(read, (await n("records_kept")) + (await n("records_merged")) + (await n("records_dropped")));
});

test("a gzipped file shows what the plain one shows", async (page) => {
  const plain = await readFile(path.join(fixtures, "otlp-json-genai/openllmetry.jsonl"));
  // Recognised by content: the name says nothing of it.
  await dropped(page, await written("trace", gzipSync(plain)));
  await figures(page, OF.otlp("openllmetry.jsonl"));
});

test("each sample opens by one click, with its figures", async (page, t) => {
  const samples = [
    ["RAG pipeline", OF.otlp("openllmetry.jsonl")],
    ["The same pipeline", OF.otlp("openinference.jsonl")],
    ["Coding agent session", OF.claudeCode("session-30530d66.jsonl")],
    ["Agent with a tool", OF.langfuse("trace-observations-agno.json")],
  ];
  await open(page);
  assert.equal(await page.locator(".samples tr").count(), samples.length);
  for (const [name, wanted] of samples) {
    await t.test(name, async () => {
      await page.getByRole("button", { name }).click();
      await page.locator('[data-fig="requests"]').waitFor();
      await read(page);
      await figures(page, wanted);
      await page.getByRole("button", { name: "Clear session" }).click();
    });
  }
});

test("requests: filtered by status and by text; the drawer tells where each number is from, and the record", async (page) => {
  await dropped(page, "otlp-json-genai/openinference.jsonl");
  await go(page, "Requests");
  const rows = page.locator("tr[data-call]");
  const count = (n) => page.waitForFunction((n) => document.querySelectorAll("tr[data-call]").length === n, n);
  await count(6);
  await page.locator("label.choice", { hasText: "Status" }).locator("select").selectOption({ label: "failed (1)" });
  await count(1);
  await page.locator(".scope", { hasText: "1 of 6 requests" }).waitFor();
  assert.equal(await rows.locator('[data-col="status"]').textContent(), "rate limited");
  await page.getByRole("button", { name: "Clear the filters" }).click();
  await page.getByRole("searchbox").fill("holidays");
  await count(1);

  await rows.click();
  const drawer = page.locator("aside.drawer");
  const tab = (name) => drawer.getByRole("button", { name, exact: true }).click();
  await drawer.getByText("Tell me about holidays.", { exact: true }).waitFor();
  await tab("Fields");
  const field = async (name) => (await drawer.locator(`.fields [data-fig="${name}"] dd`).innerText()).split("\n").slice(0, 2);
  assert.deepEqual(await field("Input tokens"), ["16", "reported"]);
  assert.deepEqual(await field("Output tokens per second"), ["1192.1", "counted"]);
  await tab("Raw record");
  const raw = JSON.parse(await drawer.locator("pre").textContent());
  const text = await readFile(path.join(fixtures, "otlp-json-genai/openinference.jsonl"), "utf8");
  const spans = text.trim().split("\n").flatMap((line) => JSON.parse(line).resourceSpans).flatMap((r) => r.scopeSpans).flatMap((s) => s.spans);
  assert.deepEqual(raw, spans.find((span) => span.spanId === raw.spanId));
});

test("all records of a call can be looked through, some at a time", async (page) => {
  const part = (n) => jsonl({ id: "r", span_id: "s", root_span_id: "s", _is_merge: n > 0, span_attributes: { type: "llm" }, metrics: { completion_tokens: n } });
  const file = await written("patched.jsonl", Array.from({ length: 121 }, (_, n) => part(n)));
  await open(page);
  await drop(page, file);
  await page.locator('[data-fig="requests"]').waitFor();
  await go(page, "Requests");
  await page.locator("tr[data-call]").click();
  const drawer = page.locator("aside.drawer");
  await drawer.getByText("and 120 further records of the same call").waitFor();
  await drawer.getByRole("button", { name: "Raw record", exact: true }).click();
  for (const more of ["Show 50 of 71 more", "Show 21 of 21 more"]) {
    await drawer.getByRole("button", { name: more, exact: true }).click();
  }
  await page.waitForFunction(() => document.querySelectorAll("aside.drawer pre").length === 121);
  const told = await drawer.locator("pre").allTextContents();
  assert.deepEqual(told.map((text) => JSON.parse(text).metrics.completion_tokens), Array.from({ length: 121 }, (_, n) => n));
});

test("reading can be stopped; what was read stays", async (page) => {
  const line = jsonl({ prompt_tokens: 10, completion_tokens: 5, wall_time: 1, time_to_first_token: 0.5, note: "x".repeat(2000) });
  const lines = function* () {
    for (let i = 0; i < 1500; i++) yield line.repeat(100);
  };
  const file = await written("large.jsonl", lines());
  await open(page);
  await drop(page, file);
  await page.locator(".loadbar", { hasText: /[1-9][\d,]* records/ }).waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.locator('[data-fig="requests"]').waitFor();
  await read(page);
  // The last good answer stays on screen until the one for all that was read has come.
  await page.waitForFunction(() => {
    const value = (name) => document.querySelector(`[data-fig="${name}"]`)?.dataset.value;
    return value("requests") === value("records_kept");
  });
  const n = await figure(page, "requests");
  assert.ok(n > 0 && n < 150_000, `${n} requests`);
  await figures(page, { records_kept: n, input: 10 * n, output: 5 * n });
  await page.getByText(/Reading was stopped after .* of/).first().waitFor({ state: "attached" });
});

test("a typed price makes an unpriced model's exact cost", async (page) => {
  const record = { model: "our-own-7b", prompt_tokens: 1200, completion_tokens: 340, wall_time: 1, time_to_first_token: 0.5 };
  await dropped(page, await written("own.jsonl", jsonl(record)));
  assert.equal(await page.locator('[data-fig="cost"]').innerText(), "unpriced");
  await page.getByRole("button", { name: "Set a price for our-own-7b" }).click();
  const form = page.getByRole("form", { name: "Price of our-own-7b" });
  await form.getByLabel("Input").fill("0.5");
  await form.getByLabel("Output").fill("1.25");
  await form.getByRole("button", { name: "Set", exact: true }).click();
  // 1,200 × 0.5 + 340 × 1.25 dollars per million.
  await page.locator('[data-fig="cost"][data-value="0.001025"]').waitFor();
});

test("light and dark, as the system has it or as chosen", async (page) => {
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await open(page, "", { colorScheme: "light" });
  const light = await ground();
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await ground();
  assert.notEqual(light, dark);
  await page.getByRole("button", { name: /Switch to light/ }).click();
  assert.equal(await ground(), light);
  // Remembered, and there before the first paint.
  await page.reload();
  assert.equal(await ground(), light);
  await page.getByRole("button", { name: /Switch to dark/ }).click();
  await page.emulateMedia({ colorScheme: "light" });
  assert.equal(await ground(), dark);
});
