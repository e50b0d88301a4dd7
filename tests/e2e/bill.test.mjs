// Where the money goes: rows that sum, what files report, other models, prices of one's own.
import assert from "node:assert/strict";
import { axe, screenshot, test } from "./harness.mjs";
import { drop, dropped, go, jsonl, written } from "./page.mjs";

const fig = (page, name) => page.locator(`[data-fig="${name}"]`).first();
const value = (page, name) => fig(page, name).getAttribute("data-value");

async function bill(page, ...files) {
  await dropped(page, ...files);
  await go(page, "Bill");
  await fig(page, "total").waitFor();
}

test("a session costs what its agent reported, to the last digit, however it is grouped", async (page) => {
  await bill(page, "pi-agent/large-session.jsonl.gz");
  assert.equal(await value(page, "total"), "30.3301977");
  assert.equal(await value(page, "unexplained"), "0");
  for (const by of ["Component", "Session", "User", "Day"]) {
    await page.getByRole("button", { name: by, exact: true }).click();
    await page.waitForFunction((by) => location.hash.includes(`by=${by}`), by.toLowerCase());
    await page.locator(".bill.stale").waitFor({ state: "detached" });
    assert.equal(await value(page, "total"), "30.3301977", by);
    await page.locator(".bill-rows tfoot", { hasText: "$30.33019770" }).waitFor();
  }
  await screenshot(page, "bill");
  assert.deepEqual(await axe(page), []);
});

test("the same traffic on another model stands beside it, and what does not fit is flagged", async (page) => {
  await bill(page, "aider/sample-analytics.jsonl");
  const field = page.getByLabel("Add models, by name");
  await field.fill("gpt-4");
  await field.press("Enter");
  const row = page.locator("#reprice tbody tr", { hasText: "gpt-4" });
  await row.locator(".tag.warn").waitFor();
  assert.equal(await fig(page, "repriced").getAttribute("data-value"), "5.305332", "first as it was");
});

test("a price of one's own holds after a reload, and can be erased", async (page) => {
  const call = { request_id: "a", model: "house-model", prompt_tokens: 1000, completion_tokens: 100, wall_time: 1, time_to_first_token: 0.5, component: "user_query", timestamp: "2026-11-01T10:00:00Z" };
  const file = await written("house.jsonl", jsonl(call));
  await dropped(page, file);
  await go(page, "Bill");
  await page.getByText("1 call unpriced, not counted as 0").waitFor();
  const form = page.getByRole("form", { name: "Your price of a model" });
  await form.getByLabel("Model").fill("house-model");
  await form.getByLabel("Input").fill("2");
  await form.getByLabel("Output").fill("10");
  await form.getByRole("button", { name: "Set the price" }).click();
  await fig(page, "total").waitFor();
  assert.equal(await value(page, "total"), "0.003");
  await page.waitForFunction(() => localStorage.getItem("tokenflame.prices")?.includes("house-model"));
  await page.reload();
  await drop(page, file);
  await go(page, "Bill");
  await fig(page, "total").waitFor();
  assert.equal(await value(page, "total"), "0.003");
  await page.getByRole("button", { name: "Erase all" }).click();
  await page.getByText("1 call unpriced, not counted as 0").waitFor();
  await page.waitForFunction(() => localStorage.getItem("tokenflame.prices") === null);
});

test("a price list that is dropped prices what was unpriced", async (page) => {
  const call = { request_id: "a", model: "house-model", prompt_tokens: 1000, completion_tokens: 100, wall_time: 1, time_to_first_token: 0.5, component: "user_query", timestamp: "2026-11-01T10:00:00Z" };
  await dropped(page, await written("house2.jsonl", jsonl(call)));
  await go(page, "Bill");
  const list = {
    "house-model": { litellm_provider: "", input_cost_per_token: 0.000001, output_cost_per_token: 0.000002 },
    "by-the-picture": { litellm_provider: "openai", mode: "image_generation", output_cost_per_image: 0.04 },
  };
  const file = await written("prices.json", JSON.stringify(list));
  await drop(page, file);
  await fig(page, "total").waitFor();
  assert.equal(await value(page, "total"), "0.0012");
  const told = page.getByRole("list", { name: "The list that was read last" });
  await told.getByText("prices.json: 1 prices read; the list has the shape of LiteLLM.").waitFor();
  await told.getByText("by-the-picture", { exact: false }).first().waitFor();
  // The source is kept with the price.
  const source = page.locator("#prices tbody tr", { hasText: "house-model" }).getByText("prices.json");
  await source.waitFor();
  await page.waitForFunction(() => localStorage.getItem("tokenflame.prices")?.includes("house-model"));
  await page.reload();
  await dropped(page, await written("house3.jsonl", jsonl(call)));
  await go(page, "Bill");
  await source.waitFor();
});

test("a field of the files says what a success is", async (page) => {
  const call = (id, resolved) => ({ request_id: id, model: "gpt-4o", prompt_tokens: 1000, completion_tokens: 100, wall_time: 1, time_to_first_token: 0.5, resolved });
  await bill(page, await written("resolved.jsonl", jsonl(call("a", true), call("b", false), call("c", true), call("d", false))));
  const per = page.locator(".bill-head > div", { hasText: "Per success" });
  await per.getByText("4 did not fail").waitFor();
  // $0.014 over two.
  await page.getByLabel("A success is").selectOption({ label: "resolved: 2 true, 2 false" });
  await per.getByText("resolved is true of 2").waitFor();
  await per.getByText("$0.007000").waitFor();
});
