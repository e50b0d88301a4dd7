// Where time, tokens and dollars go, span by span: modes, weights, looking around, ranges, tables and files.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { axe, screenshot, test } from "./harness.mjs";
import { dropped, go } from "./page.mjs";

const RAG = "otlp-json-genai/openinference.jsonl";
const told = (page) => page.locator("#flame-told").textContent();
const canvas = (page) => page.locator(".flame-canvas");
const side = (page, name) => page.locator(`.flame-side [data-fig="${name}"]`);

/** The screen with its first picture. */
async function flame(page, ...files) {
  await dropped(page, ...files);
  await go(page, "Flame");
  await page.waitForFunction(() => document.querySelector("#flame-told")?.textContent.includes(" to "));
}

/** How many colours the picture has in the middle of its rows: more than the ground once bars are drawn. */
const colours = (page) =>
  canvas(page).evaluate((canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, Math.min(canvas.height, 120));
    const seen = new Set();
    for (let i = 0; i < data.length; i += 4) seen.add(`${data[i]},${data[i + 1]},${data[i + 2]}`);
    return seen.size;
  });

async function drawn(page) {
  for (let tries = 0; tries < 50 && (await colours(page)) < 4; tries++) await page.waitForTimeout(100);
  assert.ok((await colours(page)) >= 4, "bars are drawn");
}

/** Presses the arrow keys until a span with this name is chosen. */
async function walk(page, name, keys) {
  await canvas(page).focus();
  for (const key of keys) {
    const before = await page.locator(".flame-item h2").first().textContent().catch(() => null);
    await page.keyboard.press(key);
    await page.waitForFunction(
      (before) => (document.querySelector(".flame-item h2")?.textContent ?? null) !== before,
      before,
      { timeout: 3000 },
    ).catch(() => {});
    if ((await page.locator(".flame-item h2").first().textContent()) === name) return;
  }
  assert.fail(`${name} was not reached`);
}

test("modes and weights by keys and switches; the address holds them; what is drawn weighs what the file does", async (page) => {
  await flame(page, RAG);
  await drawn(page);
  assert.equal(await side(page, "Tokens").textContent(), "21,888");
  assert.equal(await side(page, "Cost").textContent(), "$0.06551876");
  assert.deepEqual(await axe(page), []);
  await screenshot(page, "flame-time");
  await page.keyboard.press("2");
  await page.waitForFunction(() => location.hash.includes("flame=left.time"));
  await page.getByRole("group", { name: "Weight" }).getByRole("button", { name: "Dollars" }).click();
  await page.waitForFunction(() => location.hash.includes("flame=left.dollars"));
  // The request falls apart into the parts of its prompts.
  for (const [name, total] of [["answer_question", "$0.0655"], ["Retrieved", "$0.0470"], ["Output", "$0.0121"]]) {
    const row = page.locator(".flame-names tr", { has: page.getByRole("button", { name, exact: true }) });
    await row.getByText(total).first().waitFor();
  }
  await page.getByText("1 call is unpriced: it has no width").waitFor();
  await drawn(page);
  assert.deepEqual(await axe(page), []);
  await screenshot(page, "flame-left");
  await page.keyboard.press("3");
  await page.waitForFunction(() => location.hash.includes("flame=sandwich.dollars"));
  await page.locator(".flame-names").getByRole("button", { name: "ChatCompletion", exact: true }).click();
  await page.locator(".flame-names tr.sel", { hasText: "ChatCompletion" }).waitFor();
  await page.locator(".flame-bar").getByRole("button", { name: "Save" }).click();
  const [picture] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Picture as SVG" }).click()]);
  const halves = String(await readFile(await picture.path()));
  assert.ok(halves.includes(">Called by<") && halves.includes(">Calls<"), halves);
  await drawn(page);
  assert.deepEqual(await axe(page), []);
  await screenshot(page, "flame-sandwich");
  await page.keyboard.press("1");
  await page.getByRole("group", { name: "Weight" }).getByRole("button", { name: "Tokens" }).click();
  await page.waitForFunction(() => location.hash.includes("flame=time.tokens"));
  await drawn(page);
});

test("looking around: keys, wheel, drag, and all of it again", async (page) => {
  await flame(page, RAG);
  const all = await told(page);
  assert.ok(!all.includes(" of "), all);
  const changes = async (act) => {
    const before = await told(page);
    await act();
    await page.waitForFunction((before) => document.querySelector("#flame-told").textContent !== before, before);
    return told(page);
  };
  assert.match(await changes(() => page.keyboard.press("w")), / of /);
  await changes(() => page.keyboard.press("d"));
  await changes(() => page.keyboard.press("a"));
  const box = await canvas(page).boundingBox();
  await page.mouse.move(box.x + 300, box.y + 100);
  await changes(() => page.mouse.wheel(0, -400));
  await changes(async () => {
    await page.mouse.down();
    await page.mouse.move(box.x + 500, box.y + 100, { steps: 5 });
    await page.mouse.up();
  });
  assert.equal(await changes(() => page.keyboard.press("0")), all);
  // A part of the minimap, drawn with the pointer, fills the picture.
  const map = await page.locator(".flame-map canvas").boundingBox();
  await changes(async () => {
    await page.mouse.move(map.x + map.width * 0.25, map.y + 20);
    await page.mouse.down();
    await page.mouse.move(map.x + map.width * 0.75, map.y + 20, { steps: 5 });
    await page.mouse.up();
  });
  assert.match(await told(page), /(63[0-9]|64[0-9])\u202fms of 1.28/);
});

test("a range has exactly its own figures, and lies in the address", async (page) => {
  await flame(page, RAG);
  const box = await canvas(page).boundingBox();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 10);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.9, box.y + 10, { steps: 4 });
  await page.mouse.up();
  await page.getByRole("heading", { name: "Selected range" }).waitFor();
  await page.locator('.flame-side dl[data-range="true"]').waitFor();
  await page.waitForFunction(() => /flame=time\.time\.\d+-\d+/.test(location.hash));
  const [, from, to] = (await page.evaluate(() => location.hash)).match(/time\.(\d+)-(\d+)/);
  const length = Number(BigInt(to) - BigInt(from)) / 1e6;
  assert.ok(Math.abs(length - 0.4 * 1275) < 8, `${length} ms`);
  await side(page, "Spans touched").waitFor();
  // An edge is dragged by its handle, or moved by keys; the other one stays where it is.
  const edges = async () => (await page.evaluate(() => location.hash)).match(/time\.(\d+)-(\d+)/).slice(1).map(BigInt);
  const moved = async (act) => {
    const before = await page.evaluate(() => location.hash);
    await act();
    await page.waitForFunction((before) => location.hash !== before, before);
    return edges();
  };
  const dragged = await moved(async () => {
    await page.mouse.move(box.x + box.width * 0.9, box.y + 10);
    assert.equal(await canvas(page).evaluate((canvas) => canvas.style.cursor), "ew-resize");
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.7, box.y + 10, { steps: 4 });
    await page.mouse.up();
  });
  assert.equal(dragged[0], BigInt(from));
  assert.ok(Math.abs(Number(dragged[1] - dragged[0]) / 1e6 - 0.2 * 1275) < 8, `${dragged}`);
  await page.getByRole("slider", { name: "From, edge of the range" }).focus();
  const typed = await moved(() => page.keyboard.press("Shift+ArrowRight"));
  assert.ok(typed[0] > dragged[0] && typed[1] === dragged[1], `${typed}`);
  assert.deepEqual(await axe(page), []);
  // After a reload it is the same range of the same file.
  await page.reload();
  await dropped(page, RAG);
  await page.keyboard.press("Escape");
  await go(page, "Flame");
  await drawn(page);
  // A selected span, too, is a range, without a pointer.
  await walk(page, "retrieval", ["ArrowRight", "ArrowDown", "ArrowRight"]);
  await page.keyboard.press("r");
  await page.locator('.flame-side dl[data-range="true"]').waitFor();
});

test("a search walks through what it finds; a span opens its request and comes back", async (page) => {
  await flame(page, RAG);
  await page.keyboard.press("/");
  await page.keyboard.type("chat");
  await page.getByText(/3 in view, 3 in all/).waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".flame-item h2", { hasText: "ChatCompletion" }).waitFor();
  await page.locator(".flame-item [data-fig='Duration'] .prov.reported").waitFor();
  await page.locator(".flame-item [data-fig='Cost'] .prov").waitFor();
  assert.deepEqual(await axe(page), []);
  await page.getByRole("button", { name: "Open request" }).click();
  await page.locator("aside.drawer h2").waitFor();
  await page.waitForFunction(() => location.hash.includes("#/requests") && location.hash.includes("call="));
  await page.goBack();
  await page.getByRole("heading", { level: 1, name: "Flame" }).waitFor({ state: "attached" });
  await drawn(page);
});

test("the keyboard alone reaches a span, says it, leaves it out and brings it back", async (page) => {
  await flame(page, RAG);
  await walk(page, "retrieval", ["ArrowRight", "ArrowDown", "ArrowRight"]);
  await page.locator("[role=status]", { hasText: /^retrieval, Duration/ }).waitFor({ state: "attached" });
  await page.getByRole("button", { name: "Leave out" }).click();
  await page.locator(".chip.filter", { hasText: "without: retrieval" }).click();
  await page.locator(".chip.filter").waitFor({ state: "detached" });
  await walk(page, "retrieval", ["ArrowRight", "ArrowDown", "ArrowRight"]);
  await page.getByRole("button", { name: "Pin", exact: true }).click();
  await canvas(page).focus();
  await page.keyboard.press("ArrowRight");
  await page.locator(".flame-item h2", { hasText: "retrieval" }).waitFor();
  await page.waitForFunction(() => document.querySelectorAll(".flame-item").length === 2);
});

test("the picture has a table for its twin", async (page) => {
  await flame(page, RAG);
  await page.keyboard.press("t");
  const row = page.locator(".flame-names tr", { hasText: "answer_question" });
  await row.waitFor();
  assert.match(await row.textContent(), /100\.0%/);
  await page.locator(".flame-table").getByRole("button", { name: "Copy" }).click();
  await page.getByRole("button", { name: "Copy as CSV" }).click();
  const csv = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(csv, /^Name,Spans,Failed,Self,Total,On the critical path,"At once: mean, most",Share\r\n/);
  assert.match(csv, /answer_question,1,/);
  assert.deepEqual(await axe(page), []);
});

test("picture and trace are saved as files", async (page) => {
  await flame(page, RAG);
  await drawn(page);
  const saved = async (name) => {
    await page.locator(".flame-bar").getByRole("button", { name: "Save" }).click();
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name }).click()]);
    return readFile(await download.path());
  };
  const png = await saved("Picture as PNG");
  assert.deepEqual([...png.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
  const svg = String(await saved("Picture as SVG"));
  assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  assert.ok(svg.includes("answer_question") && !svg.includes("--"), "colours are resolved");
  const chrome = JSON.parse(await saved("Trace for Chrome and Perfetto"));
  assert.equal(chrome.traceEvents.filter((event) => event.ph === "X").length, 12);
  const speedscope = JSON.parse(await saved("Trace for speedscope"));
  assert.ok(speedscope.shared.frames.some((frame) => frame.name === "ChatCompletion"));
});
