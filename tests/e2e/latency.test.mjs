// Where the time goes: what is promised, the rules for phases, and charts with their tables.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { axe, fixtures, screenshot, test } from "./harness.mjs";
import { dropped, figure, go } from "./page.mjs";

const OTLP = "otlp-json-genai/openinference.jsonl";
const AIPERF = "aiperf/profile_export.jsonl";

async function latency(page, ...files) {
  await dropped(page, ...files);
  await go(page, "Latency");
  await page.locator('[data-fig="goodput"]').waitFor();
  await settled(page);
}

/** No answer is on its way. */
async function settled(page) {
  await page.waitForFunction(() => !document.querySelector(".latency.stale, .service.stale"));
}

/** What the command line says of a file. */
async function cli(file, ...options) {
  const arguments_ = ["latency", path.join(fixtures, file), "--json", ...options];
  const { stdout } = await promisify(execFile)(process.env.TOKENFLAME, arguments_, { maxBuffer: 1 << 26 });
  return JSON.parse(stdout);
}

const panel = (page, name) => page.getByRole("region", { name, exact: true });

test("phases and the critical path are those of the command line", async (page) => {
  await latency(page, OTLP);
  const expected = await cli(OTLP);
  for (const [phase, told] of Object.entries(expected.phases_ms)) {
    // What the file does not tell of is no 0.
    if (told) assert.equal(await figure(page, `phase_${phase}`), told.sum_ns, phase);
    else assert.equal(await page.locator(`[data-fig="phase_${phase}"]`).count(), 0, phase);
  }
  assert.equal(expected.phases_ms.model_load, null);
  assert.match(await panel(page, "Phases").locator("tr", { hasText: "Model load" }).textContent(), /–{5}$/);
  assert.equal(await figure(page, "critical_path"), expected.wall_ns);
  assert.equal(await page.locator('[data-fig="verdict"]').textContent(), expected.verdicts[0]);
  assert.equal(await page.locator('[data-fig="bottleneck"]').getAttribute("data-value"), expected.bottleneck);
  await screenshot(page, "latency");
  assert.deepEqual(await axe(page), []);
});

test("sliders are moved by keys, and goodput follows", async (page) => {
  await latency(page, AIPERF);
  assert.equal(await figure(page, "goodput"), 10);
  const slider = page.getByLabel("End to end at most");
  await slider.focus();
  // One place to the left at a time, until nobody keeps it.
  for (let i = 0; i < 40 && (await figure(page, "goodput")) > 0; i++) {
    await page.keyboard.press("ArrowLeft");
    await settled(page);
    await page.waitForTimeout(50);
  }
  assert.equal(await figure(page, "goodput"), 0);
  assert.equal(await figure(page, "broke_e2e"), 10);
  const slo = new URLSearchParams(new URL(page.url()).hash.split("?")[1]).get("slo");
  const expected = (await cli(AIPERF, "--slo", slo)).goodput;
  assert.deepEqual([expected.good, expected.broke_e2e], [0, 10]);
  await page.keyboard.press("End");
  await page.waitForFunction(() => document.querySelector('[data-fig="goodput"]').dataset.value === "10");
  await page.getByText("no limit", { exact: true }).first().waitFor();
  assert.ok(!decodeURIComponent(page.url()).includes("e2e="), page.url());
  // The address holds what was promised.
  await page.evaluate(() => (location.hash = "#/latency?slo=ttft%3D32ms%2Citl%3D18.2ms%2Ce2e%3D3.7s"));
  await page.waitForFunction(() => document.querySelector('[data-fig="goodput"]').dataset.value === "7");
  assert.equal(await figure(page, "broke_ttft"), 2);
  assert.equal(await figure(page, "broke_itl"), 1);
});

test("a rule moves time to its phase, is kept, and can be taken back", async (page) => {
  await latency(page, OTLP);
  const before = await figure(page, "phase_embedding_lookup");
  const rules = panel(page, "Rules for phases");
  await rules.getByRole("button", { name: "Add a rule" }).click();
  const text = rules.getByLabel("Text of rule 1", { exact: true });
  await text.fill("Retrieval");
  await text.press("Enter");
  await rules.locator("li").first().locator('[data-field="phase"]').selectOption("Queue wait");
  const queue = page.locator('[data-fig="phase_llm_queue_wait"]');
  await queue.waitFor();
  const moved = (await figure(page, "phase_llm_queue_wait")) + (await figure(page, "phase_embedding_lookup"));
  assert.equal(moved, before, "no time is lost");
  assert.deepEqual(await axe(page), []);
  // Another visit.
  await page.reload();
  await latency(page, OTLP);
  assert.notEqual(await figure(page, "phase_llm_queue_wait"), 0);
  await rules.getByRole("button", { name: "Standard rules" }).click();
  await queue.waitFor({ state: "detached" });
  assert.equal(await figure(page, "phase_embedding_lookup"), before);
  assert.equal(await page.evaluate(() => localStorage.getItem("tokenflame.phase-rules")), null);
});

test("every chart has its figures as a table", async (page) => {
  await latency(page, AIPERF);
  for (const name of [
    "Phases of each request",
    "What each percentile is made of",
    "What each group is made of",
    "Distribution",
    "Time to first token by prompt size",
    "Duration by output size",
    "Latency over time",
    "In flight and throughput",
  ]) {
    const one = panel(page, name);
    await one.locator(".chart > svg, .requests-bars").first().waitFor();
    await one.getByRole("button", { name: "Show as table" }).click();
    assert.ok((await one.locator("tbody tr").count()) > 0, name);
    assert.equal(await one.locator(".chart").count(), 0, name);
    await one.getByRole("button", { name: "Show as table" }).click();
  }
  const spread = panel(page, "Distribution");
  await spread.getByLabel("What is measured").selectOption("Inter-chunk latency");
  await spread.getByText("n 1,990", { exact: false }).waitFor();
  await spread.getByRole("button", { name: "ECDF" }).click();
  await spread.getByRole("img", { name: "Share no larger: Inter-chunk latency" }).waitFor();
});

test("what a file does not tell is not made up", async (page) => {
  await latency(page, "pi-agent/large-session.jsonl.gz");
  await panel(page, "Time to first token by prompt size").getByText("Not in these files").waitFor();
  const service = panel(page, "Service level");
  assert.equal(await service.getByText("not in these files").count(), 2);
  assert.equal(await service.getByRole("slider").count(), 1);
  const spread = panel(page, "Same prompt, other duration");
  await spread.locator("tbody button").first().click();
  await page.locator("aside.drawer h2").waitFor();
});
