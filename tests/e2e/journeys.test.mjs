// What people come for, in a real browser on real files: the figures on screen are those of expected.json.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fixtures, test } from "./harness.mjs";
import { dropped, figure, figures } from "./page.mjs";

const expected = JSON.parse(await readFile(path.join(fixtures, "expected.json"), "utf8")).formats;

const percentiles = (prefix, d) =>
  d ? { [`${prefix}_n`]: d.n, [`${prefix}_p50`]: d.p50, [`${prefix}_p90`]: d.p90, [`${prefix}_p95`]: d.p95, [`${prefix}_p99`]: d.p99 } : {};

for (const file of ["openllmetry.jsonl", "openinference.jsonl"]) {
  test(`OTLP: ${file} dropped on the page shows the expected figures`, async (page) => {
    await dropped(page, `otlp-json-genai/${file}`);
    const e = expected["otlp-json-genai"][file];
    await figures(page, {
      requests: e.llm_calls,
      errors: e.llm_call_errors,
      input: e.tokens.input_total,
      cache_read: e.tokens.cache_read,
      cache_write: e.tokens.cache_write,
      output: e.tokens.output,
      reasoning: e.tokens.reasoning,
      ...percentiles("latency", e.llm_latency_ms),
      ...percentiles("ttft", e.ttft_ms),
    });
  });
}

for (const file of Object.keys(expected["claude-code"])) {
  test(`Claude Code: ${file} shows the expected figures`, async (page) => {
    await dropped(page, `claude-code/${file}`);
    const e = expected["claude-code"][file];
    const { input_tokens, cache_read_input_tokens, cache_creation_input_tokens, output_tokens } = e.usage;
    await figures(page, {
      requests: e.requests,
      fresh: input_tokens,
      input: input_tokens + cache_read_input_tokens + cache_creation_input_tokens,
      output: output_tokens,
    });
  });
}

for (const file of Object.keys(expected.langfuse)) {
  test(`Langfuse: ${file} shows the expected figures`, async (page) => {
    await dropped(page, `langfuse/${file}`);
    const e = expected.langfuse[file];
    await figures(page, {
      requests: e.generations,
      errors: e.errors,
      input: e.input_total,
      output: e.output_total,
      ...percentiles("latency", e.generation_latency_ms_from_times),
    });
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
