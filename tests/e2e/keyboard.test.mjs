// The whole page by keyboard alone: every control is reached, seen and left again.
import assert from "node:assert/strict";
import { open, test } from "./harness.mjs";
import { dropped, figures, go } from "./page.mjs";

/** Whether the focus is somewhere a person can see. Main takes it when a screen comes, and shows no ring. */
async function assertFocusSeen(page) {
  const lost = await page.evaluate(() => {
    const at = document.activeElement;
    const ringed = (element) => element && getComputedStyle(element).outlineStyle !== "none";
    if (at !== document.body && (at.id === "main" || ringed(at) || ringed(at.closest(".field")))) return null;
    return at.outerHTML.slice(0, 200);
  });
  assert.equal(lost, null, "the focus is seen");
}

/** Presses a key once or several times, each of which must leave the focus where it is seen. */
async function press(page, ...keys) {
  for (const key of keys) {
    await page.keyboard.press(key);
    await assertFocusSeen(page);
  }
}

/** Presses Tab, or Shift+Tab, until the focus is on what is looked for. */
async function tabTo(page, target, key = "Tab") {
  const wanted = await target.elementHandle();
  for (let i = 0; i < 100; i++) {
    await press(page, key);
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
  }
  assert.fail(`Tab does not lead to ${target}`);
}

test("a journey by keyboard alone", async (page) => {
  const focused = (name) => page.waitForFunction((name) => document.activeElement.ariaLabel?.startsWith(name), name);
  await open(page);
  await tabTo(page, page.getByRole("button", { name: "RAG pipeline" }));
  await page.keyboard.press("Enter");
  await page.locator('[data-fig="requests"]').waitFor();
  await figures(page, { requests: 6 });
  await assertFocusSeen(page);

  // A chart is one stop, whose arrows tell its figures; t shows it as a table.
  await tabTo(page, page.locator("#components .chart > svg"));
  await press(page, "ArrowRight");
  await page.locator("#components .tip").waitFor();
  await press(page, "Escape");
  await page.keyboard.press("t");
  await page.locator("#components table").waitFor();

  // Along the tabs.
  for (const screen of ["Latency", "Requests"]) {
    await tabTo(page, page.locator(".tabs").getByRole("link", { name: screen }), "Shift+Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: screen }).waitFor({ state: "attached" });
    await assertFocusSeen(page);
  }

  // The table: the arrows move, Enter opens, Escape closes.
  const rows = page.locator("tr[data-call]");
  await rows.first().waitFor();
  const grid = page.getByRole("grid");
  await tabTo(page, grid);
  await press(page, "ArrowDown", "ArrowDown", "ArrowUp", "Enter");
  const second = await rows.nth(1).getAttribute("data-call");
  await page.locator(`tr[data-call="${second}"].sel`).waitFor();
  const drawer = page.locator("aside.drawer");
  await drawer.getByRole("heading", { name: "Request 2" }).waitFor();
  await tabTo(page, drawer.getByRole("button", { name: "Raw record" }));
  await press(page, "Enter");
  await drawer.locator("pre").waitFor();
  await press(page, "Escape");
  await drawer.waitFor({ state: "detached" });

  // Search and filter.
  await press(page, "/");
  await focused("Find in prompts");
  await page.keyboard.type("claude");
  await page.waitForFunction(() => document.querySelectorAll("tr[data-call]").length === 2);
  await press(page, "Control+a", "Delete");
  await tabTo(page, page.locator("label.choice", { hasText: "Status" }).locator("select"));
  await press(page, "ArrowDown", "ArrowDown");
  await page.waitForFunction(() => document.querySelectorAll("tr[data-call]").length === 1);
  await press(page, "Home");

  // Sort: the arrows go from head to head.
  await tabTo(page, page.locator("th[aria-sort] button"));
  await press(page, "ArrowRight", "ArrowRight", "Enter");
  await page.locator('th[aria-sort="ascending"]', { hasText: "Model" }).waitFor();
  // The head tells of the new order at once, the rows come with the engine's answer.
  await page.waitForFunction(() => {
    const models = [...document.querySelectorAll('td[data-col="model"]')].map((cell) => cell.textContent);
    return models.length > 1 && models.join() === [...models].sort().join();
  });

  // The palette, the keys, the theme.
  await press(page, "Control+k");
  await focused("Command");
  await page.keyboard.type("workb");
  // Keys come faster here than any hand presses them: the list may still be that of fewer letters.
  await page.locator('[role="option"][aria-selected="true"]', { hasText: "Workbench" }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Workbench" }).waitFor({ state: "attached" });
  await assertFocusSeen(page);
  await press(page, "?");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();
  await press(page, "Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await tabTo(page, page.getByRole("button", { name: /^Theme/ }), "Shift+Tab");
  for (const theme of ["light", "dark", null]) {
    await press(page, "Enter");
    assert.equal(await page.locator("html").getAttribute("data-theme"), theme);
  }
  await tabTo(page, page.getByRole("textbox", { name: "Prompt", exact: true }));
  await page.keyboard.type("t?o/");
  assert.equal(await page.getByRole("textbox", { name: "Prompt", exact: true }).inputValue(), "t?o/");
});

for (const screen of ["Landing", "Overview", "Requests", "Latency", "Workbench"]) {
  test(`${screen}: Tab reaches every control and comes round`, async (page) => {
    if (screen === "Landing") await open(page);
    else await dropped(page, "otlp-json-genai/openinference.jsonl");
    if (!["Landing", "Overview"].includes(screen)) await go(page, screen);
    if (screen === "Latency") await page.locator(".requests-bars").waitFor();
    if (screen === "Workbench") await page.locator("button.link[aria-pressed]").first().waitFor();
    if (screen === "Requests") {
      await page.locator("tr[data-call]").first().click();
      await page.locator("aside.drawer h2").waitFor();
    }
    await page.evaluate(() => {
      window.seen = new Set();
      document.activeElement.blur();
    });
    for (let i = 0; i < 200; i++) {
      await page.keyboard.press("Tab");
      if (await page.evaluate(() => window.seen.has(document.activeElement) || !window.seen.add(document.activeElement))) break;
    }
    const [stops, missed] = await page.evaluate(() => {
      const controls = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")];
      const reachable = controls.filter((e) => e.tabIndex >= 0 && !e.disabled && e.checkVisibility({ visibilityProperty: true }));
      return [window.seen.size, reachable.filter((e) => !window.seen.has(e)).map((e) => e.outerHTML.slice(0, 150))];
    });
    assert.deepEqual(missed, [], "controls that Tab does not reach");
    assert.ok(stops > 8 && stops < 200, `${stops} stops`);
  });
}
