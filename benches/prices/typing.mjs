// Typing in the workbench of the built page with a megabyte of text in it, and beside it in a bare text area of the
// same text, which is the browser's own part of it. Prints one JSON object a line; `cargo xtask bench prices` makes a
// table of them.
//
// node benches/prices/typing.mjs '{"dist": "dist", "rounds": 3}'
import { served } from "../served.mjs";

const { dist, rounds } = JSON.parse(process.argv[2]);
const TYPED = " there, how long is a piece of string? !!";
const ONE_LINE = "All work and no play makes Jack a dull boy. ".repeat(24_000).slice(0, 1_000_000);
const LINES = ONE_LINE.replaceAll(/(.{87}) /g, "$1\n");
/** What is typed into: another text than the large one, the large one in lines, the large one as one line. */
const CASES = [
  ["other", LINES],
  ["lines", LINES],
  ["line", ONE_LINE],
];

const { browser, origin, close } = await served({ dist });

/** How a text area of the workbench is set, so that the bare one breaks its lines at the same places. */
let look = "";

/** The workbench: the boxes to type into, and what is there when all is counted. */
async function ours(page) {
  await page.goto(`${origin}/dist/index.html#/workbench`);
  await page.getByRole("button", { name: "Parts", exact: true }).click();
  const [large, other] = ["Retrieved", "User"].map((name) => page.getByRole("textbox", { name, exact: true }));
  await large.focus();
  look = await large.evaluate((area) => {
    const style = getComputedStyle(area);
    const set = ["width", "height", "font", "padding", "border", "box-sizing", "contain", "overflow", "resize"];
    return set.map((name) => `${name}: ${style.getPropertyValue(name)}`).join("; ");
  });
  return { large, other, counted: page.locator('[data-fig="part_retrieved_context"]', { hasText: /^2\d\d,/ }) };
}

/** Two text areas alone. */
async function bare(page) {
  await page.goto(`${origin}/dist/index.html`);
  const area = (id) => `<textarea id="${id}" spellcheck="false" autocomplete="off"></textarea>`;
  await page.setContent(`<!doctype html><style>textarea { display: block; ${look} }</style>${area("large")}${area("other")}`);
  const [large, other] = ["#large", "#other"].map((id) => page.locator(id));
  return { large, other, counted: large };
}

/** Notes tasks over 50 ms, and of each key how long after it the next frame is through. */
const watch = () => {
  Object.assign(window, { long: [], keys: [], last: performance.now() });
  new PerformanceObserver((list) => {
    window.long.push(...list.getEntries().map((task) => task.duration));
    window.last = performance.now();
  }).observe({ type: "longtask" });
  const key = (event) => requestAnimationFrame(() => setTimeout(() => window.keys.push(performance.now() - event.timeStamp)));
  addEventListener("keydown", key, { capture: true });
};

const quiet = (page) => page.waitForFunction(() => performance.now() - window.last > 1000, null, { timeout: 60_000 });

async function typed(page, who, [name, text]) {
  const { large, other, counted } = await who(page);
  // Typed or pasted, so many lines take the browser minutes.
  await large.evaluate((area, text) => {
    area.value = text;
    area.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }, text);
  await counted.waitFor();
  await page.evaluate(watch);
  await (name === "other" ? other : large).focus();
  await page.keyboard.press("Control+End");
  // What all this sets off is over.
  await quiet(page);
  await page.evaluate(() => Object.assign(window, { long: [], keys: [] }));
  await page.keyboard.type(TYPED, { delay: 50 });
  await quiet(page);
  return page.evaluate(() => ({ long: window.long, keys: window.keys }));
}

try {
  for (let round = 0; round < rounds; round++) {
    for (const one of CASES) {
      for (const who of [ours, bare]) {
        const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
        page.setDefaultTimeout(60_000);
        console.error("Chromium: typing", one[0], who.name);
        console.log(JSON.stringify({ kind: "typed", who: who.name, case: one[0], ...(await typed(page, who, one)) }));
        await page.close();
      }
    }
  }
} finally {
  await close();
}
