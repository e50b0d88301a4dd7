// Asks a page for measurements in headless Chromium and prints them, one JSON object a line; the tasks under
// `cargo xtask bench` make tables of them. Each folder is served under its name; the page is /js/index.html,
// and its `measure(kind, options)` answers a list. Where a case names a file, the page's input has it.
//
// node benches/chromium.mjs '{"folders": {"js": "..."}, "cases": [["passes", {...}], ...]}'
import { served } from "./served.mjs";

const { folders, cases } = JSON.parse(process.argv[2]);
// With these two the clock of a page is precise.
const headers = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };
const { browser, origin, close } = await served(folders, { headers });
try {
  console.log(JSON.stringify({ kind: "browser", version: browser.version() }));
  const page = await browser.newPage();
  page.on("pageerror", (error) => console.error(error));
  await page.goto(`${origin}/js/index.html`);
  await page.waitForFunction(() => globalThis.measure);
  for (const [kind, options] of cases) {
    const { name, text, encoding, operation, file } = options;
    console.error(["Chromium:", kind, name, text, encoding, operation].filter(Boolean).join(" "));
    // A handle of the file on disk, as one that a person chooses.
    if (file) await page.setInputFiles("input", file);
    const found = await page.evaluate(([kind, options]) => measure(kind, options), [kind, options]);
    for (const one of found) console.log(JSON.stringify(one));
  }
} finally {
  await close();
}
