// Every screen without serious findings of axe, and without sideways scrolling where there is less room.
import assert from "node:assert/strict";
import { axe, open, screenshot, test } from "./harness.mjs";
import { dropped, go } from "./page.mjs";

/** The states of the page that people meet, in order: each begins where the one before ends. */
const STATES = {
  landing: (page) => open(page),
  overview: (page) => dropped(page, "otlp-json-genai/openinference.jsonl", "records/seed-latency.json", "records/impossible.jsonl"),
  latency: async (page) => {
    await go(page, "Latency");
    await page.locator(".requests-bars").waitFor();
    // What waits for its answer is dimmed.
    await page.waitForFunction(() => !document.querySelector(".latency.stale, .service.stale"));
  },
  requests: async (page) => {
    await go(page, "Requests");
    await page.locator("tr[data-call]").nth(1).click();
    await page.locator("aside.drawer h2").waitFor();
  },
  flame: async (page) => {
    await go(page, "Flame");
    await page.locator(".flame-side .kv").waitFor();
    await page.keyboard.press("2");
    await page.locator(".flame-names").waitFor();
  },
  workbench: async (page) => {
    await go(page, "Workbench");
    await page.getByRole("textbox", { name: "Prompt", exact: true }).fill("What is the capital of France?");
    await page.locator(".pieces [data-id]").first().waitFor();
  },
  keys: async (page) => {
    await page.getByRole("button", { name: "All keys" }).click();
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
  },
  palette: async (page) => {
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog", { name: "Commands" }).waitFor();
  },
};

for (const colorScheme of ["light", "dark"]) {
  for (const width of [1440, 900]) {
    test(`accessible, ${colorScheme}, ${width} px wide`, async (page, t) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      for (const [name, reach] of Object.entries(STATES)) {
        await t.test(name, async () => {
          await reach(page);
          await screenshot(page, `${name}-${colorScheme}-${width}`);
          assert.deepEqual(await axe(page), []);
          const over = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
          assert.ok(over <= 0, `the page is ${over} px too wide`);
        });
      }
    });
  }
}

test("less motion and forced colours", async (page) => {
  await page.emulateMedia({ reducedMotion: "reduce", forcedColors: "active" });
  for (const reach of Object.values(STATES)) await reach(page);
  // What is drawn moves only where it may.
  const moving = await page.evaluate(() => document.getAnimations().filter((a) => a.effect.getComputedTiming().duration > 1).length);
  assert.equal(moving, 0);
});
