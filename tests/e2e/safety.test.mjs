// Whatever a file holds: hostile text is shown as text, and a broken file ends in a sentence.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { chooseFiles, fixtures, open, test } from "./harness.mjs";
import { drop, dropped, figure, figures, go, jsonl, read, written } from "./page.mjs";

/** A text that would break out of an attribute, an element, a script and an address, and names its place. */
const evil = (place) =>
  `${place}"'><img src=x onerror=alert(1)><script>alert(1)</script><a href="javascript:alert(1)">x</a><x-evil>{{x}}</x-evil>`;

/** Asserts that no text became a part of the page. */
async function assertHarmless(page) {
  const found = await page.evaluate(() =>
    [...document.querySelectorAll("img, x-evil, iframe, [onerror], [href^='javascript:'], script:not([src])")].map((e) => e.outerHTML),
  );
  assert.deepEqual(found, [], "elements made of a file's text");
}

test("text from files is shown as text on every screen", async (page) => {
  const dialogs = [];
  page.on("dialog", (dialog) => {
    dialogs.push(dialog.message());
    dialog.dismiss();
  });
  const call = {
    model: evil("model"), name: evil("name"), component: evil("component"), provider: evil("provider"),
    session: evil("session"), request_id: evil("id"), timestamp: "2026-01-01T00:00:00Z",
    preprocessing: 0.1, time_to_first_token: 0.2, token_generation: 0.7, total: 1,
    prompt_tokens: 10, completion_tokens: 5, prompt: evil("prompt"), response: evil("response"),
  };
  const failed = { ...call, request_id: "2", status: "error", error: evil("error") };
  const name = `${evil("file").replaceAll("/", "")}.jsonl`;
  const unknown = `unknown${name}`;
  await dropped(page, await written(name, jsonl(call, failed, failed)), await written(unknown, jsonl({ [evil("key")]: evil("value") })));
  const shown = async (text, where = "body") => {
    await assertHarmless(page);
    await page.locator(where).filter({ hasText: text }).first().waitFor();
  };

  // The overview, its tables and tooltips.
  await shown(name, ".chip.file");
  await shown(call.model, ".models td");
  await page.locator(".import summary").click();
  await shown(unknown, ".import");
  await shown("with the keys key", ".import");
  await page.locator("#components .chart").hover({ position: { x: 250, y: 14 } });
  await shown(call.component, "#components .tip");
  for (const panel of ["Requests over time", "Cost by model", "Tokens by component"]) {
    const region = page.getByRole("region", { name: panel, exact: true }).first();
    await region.getByRole("button", { name: "Show as table" }).click();
    await region.locator("table caption").waitFor({ state: "attached" });
    await shown(panel === "Tokens by component" ? call.component : call.model, `section[aria-label="${panel}"] table`);
  }

  await go(page, "Latency");
  await shown(call.name, ".requests-bars");

  // The table, the filters, and everything in the drawer.
  await go(page, "Requests");
  await shown(call.name, "tr[data-call]");
  await shown(call.model, ".choice");
  await page.locator("tr[data-call]").last().click();
  const drawer = page.locator("aside.drawer");
  for (const [tab, text] of [["Prompt", call.prompt], ["Answer", call.response], ["Fields", failed.error], ["Raw record", JSON.stringify(failed)]]) {
    await drawer.getByRole("button", { name: tab, exact: true }).click();
    await shown(text, "aside.drawer");
  }
  await drawer.getByRole("button", { name: "Pretty" }).click();
  await shown(JSON.stringify(failed.error), "aside.drawer pre");

  // The workbench, with the tooltip of a piece.
  await drawer.getByRole("button", { name: "Prompt", exact: true }).click();
  await drawer.getByRole("button", { name: "Open in workbench" }).click();
  await page.locator(".pieces [data-id]").filter({ hasText: "<" }).first().hover();
  await shown("<", ".piece-tip");
  assert.equal(await page.getByRole("textbox", { name: "Prompt", exact: true }).inputValue(), call.prompt);

  // The palette, and an address that someone else wrote.
  await page.keyboard.press("Control+k");
  await page.keyboard.type(evil("typed"));
  await shown(evil("typed"), "[role=option]");
  await page.keyboard.press("Enter");
  await shown(`text: ${evil("typed")}`, ".chip.filter");
  await page.evaluate((text) => (location.hash = `#/overview?model=${encodeURIComponent(text)}`), evil("link"));
  await shown(`model: ${evil("link")}`, ".chip.filter");
  assert.deepEqual(dialogs, [], "scripts of the file that ran");
});

const record = { prompt_tokens: 10, completion_tokens: 5, wall_time: 1, time_to_first_token: 0.5, model: "gpt-4o" };
const lines = (n) => jsonl(...Array.from({ length: n }, (_, i) => ({ ...record, request_id: `r${i}`, noise: Math.sin(i) })));

/** Name, content, what the page says of it, and how many requests it still shows. */
const BROKEN = [
  ["truncated.jsonl", lines(3).slice(0, -20), /last record is cut off/, 2],
  ["truncated.jsonl.gz", gzipSync(lines(2000)).subarray(0, 20_000), /compressed data is damaged or cut/, /[1-9]\d*/],
  ["empty.jsonl", "", /empty/, 0],
  ["picture.jsonl", Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==", "base64"), /PNG image/, 0],
  ["deep.json", "[".repeat(100_000) + "]".repeat(100_000), /nested more than 120 levels deep/, 0],
  ["deep-record.jsonl", `${lines(1)}{"prompt_tokens":1,"x":${"[".repeat(100_000)}${"]".repeat(100_000)}}\n`, /nested more than 120 levels/, 1],
  ["latin1.jsonl", Buffer.from(jsonl({ ...record, prompt: "caf\u00e9" }), "latin1"), /not UTF-8/, 1],
  ["numbers.jsonl", `{"prompt_tokens": 10, "completion_tokens": NaN, "wall_time": -1.5, "time_to_first_token": -Infinity, "cache_hit": true}\n`, /NaN[\s\S]*negative|negative[\s\S]*NaN/i, 1],
  ["prose.txt", "Dear diary,\nnothing happened today.\n", /text beginning ‹Dear diary,›/, 0],
];

test("each broken file ends in a report or a clear sentence, and the page goes on", async (page, t) => {
  await open(page);
  for (const [name, content, says, requests] of BROKEN) {
    await t.test(name, async () => {
      await drop(page, await written(name, content));
      await read(page);
      await page.locator(".import summary").click();
      const report = await page.locator("main").innerText();
      assert.match(report, says);
      assert.ok(report.includes(name), "the report names the file");
      const shown = (await page.locator('[data-fig="requests"]').count()) ? await figure(page, "requests") : 0;
      if (requests instanceof RegExp) assert.match(String(shown), requests);
      else assert.equal(shown, requests);
      const [all, kept, merged, lost] = await Promise.all(["read", "kept", "merged", "dropped"].map((part) => figure(page, `records_${part}`)));
      assert.equal(all, kept + merged + lost);

      await drop(page, "records/seed-latency.json");
      await page.locator(`[data-fig="requests"][data-value="${shown + 1}"]`).waitFor();
      await page.getByRole("button", { name: "Clear session" }).click();
      await page.getByText("Drop trace files anywhere").waitFor();
    });
  }
});

test("impossible times are unknown, never 0", async (page) => {
  const span = (id, attributes, start, end) => ({ traceId: "0".repeat(31) + id, spanId: "0".repeat(15) + id, name: "chat", startTimeUnixNano: start, endTimeUnixNano: end, attributes });
  const attributes = [
    { key: "gen_ai.operation.name", value: { stringValue: "chat" } },
    { key: "gen_ai.usage.input_tokens", value: { intValue: "7" } },
  ];
  const otlp = { resourceSpans: [{ scopeSpans: [{ spans: [span("1", attributes, "1700000001000000000", "1700000000000000000")] }] }] };
  await dropped(page, await written("backwards.json", JSON.stringify(otlp)), await written("negative.jsonl", jsonl({ ...record, wall_time: -1, time_to_first_token: -1 })));
  await figures(page, { requests: 2, input: 17 });
  assert.equal(await page.locator('[data-fig="latency_p50"], [data-fig="ttft_p50"]').count(), 0);
});

test("a good file beside broken ones keeps its figures", async (page) => {
  const broken = await Promise.all(BROKEN.filter(([, , , requests]) => requests === 0).map(([name, content]) => written(name, content)));
  await dropped(page, broken[0], "otlp-json-genai/openllmetry.jsonl", ...broken.slice(1));
  const { "openllmetry.jsonl": e } = JSON.parse(await readFile(path.join(fixtures, "expected.json"), "utf8")).formats["otlp-json-genai"];
  await figures(page, { requests: e.llm_calls, errors: e.llm_call_errors, input: e.tokens.input_total, output: e.tokens.output, latency_p50: e.llm_latency_ms.p50 });
  await page.locator(".import summary").click();
  assert.equal(await page.locator(".import-file").count(), broken.length + 1);
});

test("a line of 200 MB ends in a report, and the page answers meanwhile", async (page) => {
  const words = "all work and no play makes jack a dull boy ".repeat(25_000).slice(0, 1e6);
  const content = function* () {
    yield '{"prompt_tokens": 10, "completion_tokens": 5, "wall_time": 1.0, "time_to_first_token": 0.5, "prompt": "';
    for (let i = 0; i < 200; i++) yield words;
    yield '"}\n';
  };
  const file = await written("line.jsonl", content());
  await open(page);
  // Chosen, not dropped: the same file by the other way in.
  await chooseFiles(page, [file], "text=Choose files");
  await page.locator("[data-reading]").waitFor();
  await page.getByRole("button", { name: "All keys" }).click();
  await page.getByRole("dialog", { name: "Keys" }).getByRole("button", { name: "Close" }).click();
  assert.equal(await page.locator("[data-reading]").count(), 1, "the page has answered while the file is read");
  await read(page);
  await figures(page, { requests: 1, input: 10, output: 5, records_read: 1, records_dropped: 0 });
});
