// Folders: many formats at once are one session, whose figures are the sums of expected.json, and every record of a
// call can be read where it lies.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after } from "node:test";
import { promisify } from "node:util";
import { deflateRawSync, gzipSync } from "node:zlib";
import { dropPaths, fixtures, open, screenshot, test } from "./harness.mjs";
import { figures, go, jsonl, read } from "./page.mjs";

const expected = JSON.parse(await readFile(path.join(fixtures, "expected.json"), "utf8")).formats;
const home = await mkdtemp(path.join(tmpdir(), "tokenflame-folder-"));
after(() => rm(home, { recursive: true }));

/** Makes a folder of these files: their paths in it, and their content or what fixture to copy. */
async function folder(name, files) {
  for (const [file, content] of Object.entries(files)) {
    const to = path.join(home, name, file);
    await mkdir(path.dirname(to), { recursive: true });
    if (typeof content.copy === "string") await cp(path.join(fixtures, content.copy), to);
    else await writeFile(to, content);
  }
  return path.join(home, name);
}

const usage = (e) => ({ requests: e.requests, input: e.usage.input_total, output: e.usage.output });
const spans = (e) => ({ read: e.spans, requests: e.llm_calls, errors: e.llm_call_errors, input: e.tokens.input_total, output: e.tokens.output });

/** What each file adds to the totals, of the figures of its samples. What it does not name is 0. */
const FILES = {
  "aider/sample-analytics.jsonl": (e) => ({ read: e.events, requests: e.message_send, input: e.input_total, output: e.output }),
  "aiperf/profile_export.jsonl": (e) => ({ read: e.records, requests: e.records, errors: e.errors, input: e.input, output: e.output }),
  // The spans of openllmetry.jsonl tell of the same response, and so they do of the one in openai-chat-sse.
  "anthropic-messages/anthropic-web-search.chunks.jsonl": (e) => ({ read: e.events, merged: e.requests }),
  "azure-llm/AzureLLMInferenceTrace_code.csv": (e) => ({ read: e.rows, requests: e.rows, input: e.input, output: e.output }),
  "chrome-trace/trace-event-multiprocess.json": (e) => ({ read: e.events }),
  "claude-code/session-30530d66.jsonl": (e) => ({ read: e.lines, requests: e.requests, input: e.usage.input_tokens, output: e.usage.output_tokens }),
  "cline/session.messages.json": (e) => ({ read: e.messages, requests: e.with_metrics, input: e.sums.inputTokens, output: e.sums.outputTokens }),
  // The fork begins with a copy of all of its parent's requests: only its own sums count.
  "codex/rollout-parent.jsonl": (e) => ({ read: e.lines, merged: e.token_count_events - e.repeated_total_events }),
  "codex/rollout-forked-child.jsonl": (e) => ({
    read: e.lines,
    requests: e.token_count_events - e.repeated_total_events,
    input: e.sum_of_deltas.input_tokens,
    output: e.sum_of_deltas.output_tokens,
  }),
  "gemini/gemini3-tool-call.chunks.jsonl": (e) => ({ read: e.events, ...usage(e) }),
  "gemini-cli/qwen-code-session.jsonl": (e) => ({ read: e.records, ...usage(e) }),
  "har/anthropic-cache-tokens.har": (e) => ({ read: e.entries, ...usage({ ...e, requests: e.llm_entries }) }),
  // Of its events, the sample's figures count those of models only.
  "inspect-eval/popularity.json": (e) => ({ read: 39, requests: e.model_events, input: e.input_tokens, output: e.output_tokens }),
  "jaeger/jaeger-genai-trace.json": spans,
  "langfuse/trace-observations-agno.json": (e) => ({
    read: e.observations,
    requests: e.generations,
    errors: e.errors,
    input: e.input_total,
    output: e.output_total,
  }),
  // A run comes in two parts: its beginning and its end.
  "langsmith/run-py-openai-stream.json": (e) => ({ read: 2 * e.runs, requests: e.llm_runs, errors: e.errors, input: e.input_total, output: e.output }),
  "litellm/standard_logging_payload.json": (e) => ({ read: e.requests, requests: e.requests, input: e.input_total, output: e.output }),
  "llama-bench/llama-bench-raw_runs.jsonl": (e) => ({ read: e.records }),
  "llmperf/individual-groq_70b.json": (e) => ({ read: e.records, requests: e.records, errors: e.errors, input: e.input, output: e.output }),
  "mooncake/synthetic_trace.jsonl.gz": (e) => ({ read: e.requests, requests: e.requests, input: e.input, output: e.output }),
  // Its requests come back in the output, which tells their tokens.
  "openai-batch/batch_input.jsonl": (e) => ({ read: e.lines, merged: e.lines }),
  "openai-batch/batch_output.jsonl": (e) => ({ read: e.lines, requests: e.lines, errors: e.errors, input: e.usage.input_total, output: e.usage.output }),
  "openai-chat-sse/openai-chat-text.chunks.jsonl": (e) => ({ read: e.events, merged: e.requests }),
  "openai-responses/openai-responses-web-search.json": (e) => ({ read: e.events, ...usage(e) }),
  "otlp-json-genai/openllmetry.jsonl": spans,
  // Aborted answers are no finished requests.
  "pi-agent/large-session.jsonl.gz": (e) => ({
    read: e.lines,
    requests: e.requests,
    errors: e.stop_reasons.aborted + e.stop_reasons.error,
    input: e.input_total,
    output: e.output,
  }),
  "vcr-cassette/anthropic-prompt-cache.yaml": (e) => ({ read: e.interactions, ...usage({ ...e, requests: e.llm_interactions }) }),
  "zipkin/zipkin-messaging-kafka.json": (e) => ({ read: e.spans }),
};

const figuresOf = (file) => {
  const [format, name] = file.split("/");
  return FILES[file](expected[format][name] ?? expected[format][name.replace(/\.gz$/, "")]);
};

/** The figures that all files have together. */
const wanted = { requests: 0, errors: 0, input: 0, output: 0 };
let records = 0;
for (const file of Object.keys(FILES)) {
  for (const name of Object.keys(wanted)) wanted[name] += figuresOf(file)[name] ?? 0;
  records += figuresOf(file).read;
}

/** What the terminal says became of the records of a file that is alone. */
async function fates(file) {
  assert.ok(process.env.TOKENFLAME, "TOKENFLAME names the command line");
  const { stdout } = await promisify(execFile)(process.env.TOKENFLAME, ["summary", path.join(fixtures, file), "--json"]);
  return JSON.parse(stdout).records;
}

/** Merged and dropped: what each file has by itself, and what is merged across files. */
async function joined() {
  const sums = { merged: 0, dropped: 0 };
  for (const file of Object.keys(FILES)) {
    const { merged, dropped } = await fates(file);
    sums.merged += merged + (figuresOf(file).merged ?? 0);
    sums.dropped += dropped;
  }
  return sums;
}

const everything = () => folder("everything", Object.fromEntries(Object.keys(FILES).map((file) => [file, { copy: file }])));

async function showsEverything(page) {
  await page.locator('[data-fig="requests"]').waitFor({ timeout: 60_000 });
  await read(page);
  await figures(page, wanted);
  const { merged, dropped } = await joined();
  await figures(page, {
    records_read: records,
    records_kept: records - merged - dropped,
    records_merged: merged,
    records_dropped: dropped,
  });
  // Each file goes by its path.
  await page.getByText("File by file").click();
  const names = await page.locator(".import-file h3").evaluateAll((all) => all.map((h3) => h3.firstChild.textContent.trim()));
  assert.deepEqual(names, Object.keys(FILES).map((file) => `everything/${file}`).sort());
}

test("a dropped folder with more than twenty formats shows the sums of all of them", async (page) => {
  assert.ok(new Set(Object.keys(FILES).map((file) => file.split("/")[0])).size > 20);
  await open(page);
  await dropPaths(page, await everything());
  await showsEverything(page);
  await page.getByText(/\d[\d,]* requests without a date left out/).waitFor();
  await screenshot(page, "folder-everything");
});

test("a chosen folder shows the same; what holds no traces is left out, and the page says so", async (page) => {
  const from = await everything();
  await folder("everything", { ".git/HEAD": "ref", ".git/config": "x", "har/.DS_Store": "x" });
  await open(page);
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.getByRole("button", { name: "Choose a folder" }).click()]);
  await chooser.setFiles(from);
  await showsEverything(page);
  await page.getByText("3 files and folders were left out, because no traces lie there: .DS_Store, .git.").waitFor();
});

test("folders with nothing in them say so, beside files that are read", async (page) => {
  await open(page);
  await mkdir(path.join(home, "empty/inside"), { recursive: true });
  await dropPaths(page, path.join(home, "empty"));
  await page.getByText("The folder holds no file that can be read.").waitFor();
  await dropPaths(page, path.join(home, "empty"), path.join(fixtures, "records/seed-latency.json"));
  await page.locator('[data-fig="requests"]').waitFor();
  await figures(page, { requests: 1 });
});

/** Opens the drawer of the only request that a text leads to; its raw records: place and text. */
async function rawRecords(page, text, n) {
  await go(page, "Requests");
  await page.getByRole("searchbox").fill(text);
  await page.locator(".scope", { hasText: `text: ${text}` }).waitFor();
  await page.locator(".list.waiting").waitFor({ state: "detached" });
  await page.waitForFunction(() => document.querySelectorAll("tr[data-call]").length === 1);
  await page.locator("tr[data-call]").click();
  const drawer = page.locator("aside.drawer");
  await drawer.getByRole("button", { name: "Raw record", exact: true }).click();
  await drawer.locator(".record pre").nth(n - 1).waitFor();
  const all = await drawer.locator(".record").evaluateAll((all) =>
    all.map((record) => [record.querySelector(".cap").textContent, record.querySelector("pre").textContent]),
  );
  assert.equal(all.length, n);
  return Object.fromEntries(all);
}

const attributes = (map) =>
  Object.entries(map).map(([key, value]) => ({ key, value: typeof value === "number" ? { intValue: `${value}` } : { stringValue: value } }));
const span = (spanId, parentSpanId, name, map) => ({
  resourceSpans: [
    {
      scopeSpans: [
        {
          spans: [
            {
              traceId: "0af7651916cd43dd8448eb211c80319c",
              spanId,
              parentSpanId,
              name,
              startTimeUnixNano: "1760000000000000000",
              endTimeUnixNano: "1760000000800000000",
              attributes: attributes(map),
            },
          ],
        },
      ],
    },
  ],
});

test("records of one call in several files are one request, and each can be read", async (page) => {
  const agent = (id, uuid, more) => ({
    type: "assistant",
    uuid,
    sessionId: "s1",
    timestamp: "2026-01-01T00:00:00Z",
    message: { id, role: "assistant", model: "claude-sonnet-4", usage: { input_tokens: 10, output_tokens: 5 }, content: [{ type: "text", text: `said ${id}` }] },
    ...more,
  });
  const vllm = JSON.parse(await readFile(path.join(fixtures, "otlp-own/vllm.json"), "utf8"));
  vllm.resourceSpans[0].scopeSpans[0].spans[0].parentSpanId = "00000000000000c1";
  const client = span("00000000000000c1", "", "chat llama", { "gen_ai.operation.name": "chat", "gen_ai.request.model": "llama-client" });
  const body = (id, text) => ({
    id,
    object: "chat.completion",
    model: "gpt-4.1-nano",
    choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" }],
    usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
  });
  await open(page);
  await dropPaths(
    page,
    await folder("joined", {
      "batch/input.jsonl": { copy: "openai-batch/batch_input.jsonl" },
      "batch/output.jsonl": { copy: "openai-batch/batch_output.jsonl" },
      "claude/s1.jsonl": jsonl(agent("msg_main", "u1", {})),
      "claude/s1/subagents/agent-a7.jsonl": jsonl(agent("msg_sub", "u2", { isSidechain: true, agentId: "a7" })),
      "packed/bodies.zip": zip({ "one.json": JSON.stringify(body("chatcmpl-zip", "from the archive")) }),
      "packed/bodies.json.gz": gzipSync(JSON.stringify(body("chatcmpl-zip", "from the archive"))),
      "spans/client.json": JSON.stringify(client),
      "spans/vllm.json": JSON.stringify(vllm),
    }),
  );
  await page.locator('[data-fig="requests"]').waitFor();
  await read(page);
  await figures(page, { requests: 3 + 2 + 1 + 1, records_merged: 3 + 1 + 1 });

  const batch = await rawRecords(page, "translation assistant", 2);
  const lines = async (file) => (await readFile(path.join(fixtures, "openai-batch", file), "utf8")).trim().split("\n");
  const of = (lines) => lines.find((line) => JSON.parse(line).custom_id === "request-2");
  const at = (lines) => lines.indexOf(of(lines)) + 1;
  const [input, output] = [await lines("batch_input.jsonl"), await lines("batch_output.jsonl")];
  assert.deepEqual(batch, {
    [`joined/batch/input.jsonl, line ${at(input)}`]: of(input),
    [`joined/batch/output.jsonl, line ${at(output)}`]: of(output),
  });

  const packed = await rawRecords(page, "from the archive", 2);
  assert.deepEqual(Object.keys(packed).sort(), ["joined/packed/bodies.json.gz, line 1", "joined/packed/bodies.zip/one.json, line 1"]);
  for (const text of Object.values(packed)) assert.deepEqual(JSON.parse(text), body("chatcmpl-zip", "from the archive"));

  const served = await rawRecords(page, "llama-client", 2);
  assert.deepEqual(
    Object.values(served).map((text) => JSON.parse(text).name).sort(),
    ["chat llama", "llm_request"],
  );
  const field = (name) => page.locator(`aside.drawer .fields [data-fig="${name}"] dd`).innerText();
  await page.locator("aside.drawer").getByRole("button", { name: "Fields", exact: true }).click();
  assert.match(await field("Queue wait"), /^2\.1/, "as the server tells");
  assert.match(await field("Input tokens"), /^512\b/);

  const sub = await rawRecords(page, "said msg_sub", 1);
  assert.ok(Object.keys(sub)[0].startsWith("joined/claude/s1/subagents/agent-a7.jsonl"));
  await page.locator("aside.drawer").getByRole("button", { name: "Fields", exact: true }).click();
  assert.match(await field("Session"), /^s1\b/);
  await screenshot(page, "folder-joined");
});

test("each request says how its input count was read", async (page) => {
  const line = (model, cached) => jsonl({ model, prompt_tokens: 10, completion_tokens: 5, wall_time: 1, time_to_first_token: 0.5, ...cached });
  await open(page);
  await dropPaths(
    page,
    await folder("conventions", {
      "a.har": { copy: "har/anthropic-cache-tokens.har" },
      "b.json": { copy: "openai-responses/openai-responses-web-search.json" },
      "c.jsonl": line("without-cache", {}),
      "d.json": JSON.stringify(span("00000000000000d1", "", "chat", {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "wrong-sums",
        "gen_ai.usage.input_tokens": 10,
        "gen_ai.usage.cache_read.input_tokens": 90,
        "gen_ai.usage.output_tokens": 5,
      })),
    }),
  );
  await page.locator('[data-fig="requests"]').waitFor();
  await read(page);
  await go(page, "Requests");
  for (const [model, sentence] of [
    ["claude-3-haiku", /^Anthropic's way: the file's input count leaves out cached tokens; they were added\.$/],
    ["gpt-5-mini", /^OpenAI's way: the file's input count includes cached tokens\.$/],
    ["without-cache", /^The file tells no cached tokens/],
    ["wrong-sums", /^Repaired: the file's input count is smaller than its cached tokens/],
  ]) {
    await page.locator("tr[data-call]", { hasText: model }).first().click();
    await page.locator("aside.drawer").getByText(sentence).waitFor();
  }
});

test("thousands of files are read while the page answers, and the report folds them", async (page) => {
  const message = JSON.parse(await readFile(path.join(fixtures, "opencode/msg_3.json"), "utf8"));
  const files = {};
  for (let i = 0; i < 1500; i++) files[`storage/message/ses_${i % 30}/msg_${i}.json`] = JSON.stringify({ ...message, id: `msg_${i}`, sessionID: `ses_${i % 30}` });
  files["notes.txt"] = "Dear diary, today I wrote no JSON.";
  const from = await folder("opencode", files);
  await open(page);
  // How often the page had a turn while it read: a page that is held up has next to none.
  await page.evaluate(() => {
    window.turns = 0;
    (function turn() {
      window.turns += 1;
      setTimeout(turn, 0);
    })();
  });
  await dropPaths(page, from);
  await page.locator('[data-fig="requests"]').waitFor({ timeout: 60_000 });
  await read(page);
  await figures(page, { requests: 1500, records_read: 1500, records_kept: 1500, input: 1500 * 3568 });
  const turns = await page.evaluate(() => window.turns);
  assert.ok(turns > 20, `the page had ${turns} turns while it read 1,501 files`);
  await page.getByText("File by file").click();
  const group = page.locator(".import-files .import-files", { hasText: "OpenCode" });
  await group.locator("summary", { hasText: "1,500 files" }).click();
  const listed = group.locator(".import-file");
  await listed.nth(49).waitFor();
  await group.getByRole("button", { name: "Show 200 more of 1,500" }).click();
  await listed.nth(249).waitFor();
  assert.equal(await listed.count(), 250);
  assert.match(await listed.first().locator("h3").innerText(), /^opencode\/storage\/message\/ses_0\/msg_0\.json/);
  await page.locator(".import-files .import-files", { hasText: "unknown format" }).locator("summary", { hasText: "1 with problems" }).waitFor();
});

/** A ZIP archive of files by name. */
function zip(files) {
  const [parts, entries] = [[], []];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const data = Buffer.from(text);
    const packed = deflateRawSync(data);
    // The checksum and length that stand at the end of a gzip file are those of ZIP.
    const sums = Buffer.concat([gzipSync(data).subarray(-8, -4), u32(packed.length), u32(data.length)]);
    const common = Buffer.concat([u16(20, 0, 8, 0, 0), sums, u16(name.length)]);
    parts.push(u32(0x04034b50), common, u16(0), Buffer.from(name), packed);
    entries.push(u32(0x02014b50), u16(20), common, u16(0, 0, 0, 0), u32(0, offset), Buffer.from(name));
    offset += 30 + name.length + packed.length;
  }
  const directory = Buffer.concat(entries);
  const count = Object.keys(files).length;
  return Buffer.concat([...parts, directory, u32(0x06054b50), u16(0, 0, count, count), u32(directory.length, offset), u16(0)]);
}
function u16(...values) {
  const bytes = Buffer.alloc(2 * values.length);
  values.forEach((value, i) => bytes.writeUInt16LE(value, 2 * i));
  return bytes;
}
function u32(...values) {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => bytes.writeUInt32LE(value, 4 * i));
  return bytes;
}
