// One million spans: how soon they are seen, and how smoothly one moves over them, here and in speedscope's own built
// app. Prints one JSON object a line; `cargo xtask bench flame` makes a table of them.
//
// node benches/flame/run.mjs '{"dist": "dist", "made": "target/bench/flame", "speedscope": "…/dist/release", "spans": 1000000}'
import { createWriteStream } from "node:fs";
import { mkdir, rename, stat } from "node:fs/promises";
import { once } from "node:events";
import path from "node:path";
import { served } from "../served.mjs";

const { dist, made, speedscope, spans } = JSON.parse(process.argv[2]);
const INSIDE = 19;
const FRAMES = 240;

/** Requests that overlap, each with calls one after the other and tools in them: name, parent, start, length (µs). */
function* requests() {
  for (let request = 0; request * (INSIDE + 1) < spans; request++) {
    const begin = request * 40_000;
    const all = [{ name: `request ${request % 40}`, parent: -1, start: begin, length: 900_000 }];
    for (let i = 0; i < INSIDE; i++) {
      const [turn, tool] = [Math.floor(i / 4), i % 4];
      const [start, length] = [begin + turn * 180_000 + tool * 40_000, tool ? 30_000 : 170_000];
      all.push({ name: tool ? `tool ${i}` : "chat gpt-4o-mini", parent: tool ? i - tool + 1 : 0, start, length, call: !tool });
    }
    yield [request, all];
  }
}

async function write(file, parts) {
  if (await stat(file).catch(() => null)) return file;
  const out = createWriteStream(`${file}.part`);
  for (const part of parts) if (!out.write(part)) await once(out, "drain");
  out.end();
  await once(out, "finish");
  await rename(`${file}.part`, file);
  return file;
}

const EPOCH = 1_795_000_000_000_000n;

function* otlp() {
  const text = (key, stringValue) => ({ key, value: { stringValue } });
  const whole = (key, value) => ({ key, value: { intValue: String(value) } });
  for (const [request, all] of requests()) {
    const id = (i) => (BigInt(request) * 64n + BigInt(i) + 1n).toString(16).padStart(16, "0");
    const told = all.map(({ name, parent, start, length, call }, i) => ({
      traceId: (request + 1).toString(16).padStart(32, "0"),
      spanId: id(i),
      ...(parent >= 0 && { parentSpanId: id(parent) }),
      name,
      startTimeUnixNano: `${EPOCH + BigInt(start)}000`,
      endTimeUnixNano: `${EPOCH + BigInt(start + length)}000`,
      ...(call && {
        attributes: [
          text("gen_ai.operation.name", "chat"),
          text("gen_ai.request.model", "gpt-4o-mini"),
          whole("gen_ai.usage.input_tokens", 1000 + (request % 500)),
          whole("gen_ai.usage.output_tokens", 50),
        ],
      }),
    }));
    yield `${JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: told }] }] })}\n`;
  }
}

function* chrome() {
  yield '{"traceEvents":[';
  let comma = "";
  for (const [request, all] of requests()) {
    for (const { name, start, length } of all) {
      // Requests that overlap run in threads of their own.
      yield `${comma}{"name":"${name}","ph":"X","pid":1,"tid":${request % 23},"ts":${start},"dur":${length}}`;
      comma = ",\n";
    }
  }
  yield "]}";
}

/** Moves over the largest canvas, one event a frame; answers the times between frames, ms. */
const moved = (page) =>
  page.evaluate(async (frames) => {
    const all = [...document.querySelectorAll("canvas")];
    const canvas = all.reduce((a, b) => (a.clientHeight * a.clientWidth >= b.clientHeight * b.clientWidth ? a : b));
    const box = canvas.getBoundingClientRect();
    const wheel = (i, options) =>
      canvas.dispatchEvent(
        new WheelEvent("wheel", { bubbles: true, cancelable: true, clientX: box.left + box.width * (0.3 + 0.4 * ((i % 60) / 60)), clientY: box.top + 120, ...options }),
      );
    const times = [];
    let last = await new Promise(requestAnimationFrame);
    for (let i = 0; i < frames; i++) {
      const phase = Math.floor(i / 40) % 4;
      // Speedscope zooms with a control key, as a pinch does; ours takes that as well.
      if (phase === 0) wheel(i, { deltaY: -12, ctrlKey: true });
      else if (phase === 2) wheel(i, { deltaY: 12, ctrlKey: true });
      else wheel(i, { deltaX: phase === 1 ? 25 : -25 });
      const now = await new Promise(requestAnimationFrame);
      times.push(now - last);
      last = now;
    }
    return times;
  }, FRAMES);

const quantile = (times, q) => times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * q))];
const frames = (times) => ({ p50: quantile(times, 0.5), p95: quantile(times, 0.95), max: Math.max(...times) });
const say = (record) => console.log(JSON.stringify(record));

await mkdir(made, { recursive: true });
const [ours, theirs] = [await write(path.join(made, `${spans}.otlp.jsonl`), otlp()), await write(path.join(made, `${spans}.trace.json`), chrome())];
const folders = { ours: dist, made, ...(speedscope && { speedscope }) };
// Speedscope draws by WebGL, which without a graphics card has to be asked for.
const { browser, origin, close } = await served(folders, { graphics: ["--enable-unsafe-swiftshader"] });
try {
  say({ kind: "browser", version: browser.version() });
  await inTokenflame();
  if (speedscope) {
    // Without it the rest still counts.
    await inSpeedscope().catch((error) => console.error(`speedscope was not measured: ${error.message}`));
  }
} finally {
  await close();
}

async function inTokenflame() {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(300_000);
  await page.goto(`${origin}/ours/index.html`);
  const chooser = page.locator("#choose-files");
  await chooser.waitFor({ state: "attached" });
  let began = performance.now();
  await chooser.setInputFiles(ours);
  await page.getByRole("region", { name: "Import report" }).waitFor();
  await page.locator("[data-reading]").waitFor({ state: "detached" });
  const read = performance.now() - began;
  const shown = () => page.waitForFunction(() => document.querySelector("#flame-told")?.textContent.includes(" to "));
  began = performance.now();
  await page.locator(".tabs").getByRole("link", { name: "Flame" }).click();
  await shown();
  const first = performance.now() - began;
  // The figures beside it are of all spans, too.
  await page.locator(".flame-side .kv").waitFor();
  const figures = performance.now() - began;
  await page.waitForTimeout(1000);
  const inOrder = frames(await moved(page));
  await page.keyboard.press("0");
  await page.keyboard.press("2");
  await page.locator(".flame-names").waitFor();
  await page.waitForTimeout(1000);
  const merged = frames(await moved(page));
  const memory = (await page.locator(".foot").textContent()).match(/([\d.]+)\u202f(MB|GB)/);
  say({ kind: "flame", who: "Tokenflame", spans, bytes: (await stat(ours)).size, read, first, figures, inOrder, merged, memory: memory?.[0] ?? "unknown" });
  await page.close();
}

async function inSpeedscope() {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(120_000);
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const began = performance.now();
  await page.goto(`${origin}/speedscope/index.html#profileURL=${encodeURIComponent(`${origin}/made/${path.basename(theirs)}`)}`);
  await page.waitForFunction(() => document.querySelectorAll("canvas").length > 0 && /Time Order/.test(document.body.textContent), null, { timeout: 120_000 });
  const read = performance.now() - began;
  await page.waitForTimeout(3000);
  const inOrder = frames(await moved(page));
  const { metrics } = await session.send("Performance.getMetrics");
  const heap = metrics.find((metric) => metric.name === "JSHeapUsedSize")?.value ?? 0;
  say({ kind: "flame", who: "speedscope", spans, bytes: (await stat(theirs)).size, read, inOrder, memory: `${(heap / 1e6).toFixed(0)}\u202fMB` });
}
