// The built page with a trace of many requests: the sweep and all layers on the screen of caches, how long its page
// thread is kept busy by them, and whether a sweep can be ended. Prints one JSON object a line; `cargo xtask bench
// caches` makes a table of them.
//
// node benches/caches/run.mjs '{"dist": "dist", "trace": "target/bench/caches/100000.jsonl"}'
import { stat } from "node:fs/promises";
import { served } from "../served.mjs";

const { dist, trace } = JSON.parse(process.argv[2]);
const { browser, origin, close } = await served({ dist });
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(600_000);
  page.on("pageerror", (error) => console.error(error));
  await page.addInitScript(() => {
    // Tasks of the page thread over 50 ms, which is from where on the browser tells of them.
    globalThis.tasks = [];
    new PerformanceObserver((list) => globalThis.tasks.push(...list.getEntries().map((task) => task.duration))).observe({ type: "longtask" });
    // What the screen says of a replay.
    globalThis.said = new Set();
    new MutationObserver(() => {
      const text = document.querySelector("main")?.innerText.match(/Replaying: [\d,.\s\u202f]+ of [\d,.\u202f]+/);
      if (text) globalThis.said.add(text[0]);
    }).observe(document, { subtree: true, childList: true, characterData: true });
  });
  await page.goto(`${origin}/dist/index.html`);
  const chooser = page.locator("#choose-files");
  await chooser.waitFor({ state: "attached" });
  let begun = performance.now();
  await chooser.setInputFiles(trace);
  await page.getByRole("region", { name: "Import report" }).waitFor();
  await page.locator("[data-reading]").waitFor({ state: "detached" });
  const read = performance.now() - begun;
  // Counting tokens goes on behind, and is not what is measured here.
  await page.waitForTimeout(2_000);

  const settled = async () => {
    await page.locator(".caches[aria-busy=false]").waitFor();
    await page.locator(".caches .stale").first().waitFor({ state: "detached" });
  };
  const measured = async (what, act) => {
    await page.evaluate(() => (globalThis.tasks.length = 0, globalThis.said.clear()));
    begun = performance.now();
    await act();
    const ms = performance.now() - begun;
    // What the browser has not told yet.
    await page.waitForTimeout(500);
    const [tasks, said] = await page.evaluate(() => [globalThis.tasks, [...globalThis.said]]);
    console.log(JSON.stringify({ kind: "page", what, ms, longest: Math.max(0, ...tasks), tasks: tasks.length, said: said.length }));
  };
  const button = (group, name) => page.getByRole("group", { name: group }).getByRole("button", { name, exact: true });
  await measured("sweep", async () => {
    await page.locator(".tabs").getByRole("link", { name: "Caches" }).click();
    await page.locator('[data-fig="cache-hits"]').waitFor();
    await settled();
  });
  await measured("stacked", async () => {
    await button("Cache", "Stacked").click();
    await page.locator('[data-fig="cache-left"], [data-fig="cache-hits"]').first().waitFor();
    await settled();
  });
  await button("Cache", "Similarity").click();
  await settled();
  await measured("ended", async () => {
    await page.getByLabel("Measure").selectOption({ label: "Jaccard over 3 letters" });
    await page.getByText(/Replaying: /).waitFor();
    begun = performance.now();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("alert").getByText("The replay was stopped.").waitFor();
  });
  const memory = (await page.locator(".foot").textContent()).match(/([\d.]+)\u202f(MB|GB)/);
  console.log(JSON.stringify({ kind: "read", ms: read, bytes: (await stat(trace)).size, memory: memory?.[0] ?? "unknown", version: browser.version() }));
} finally {
  await close();
}
