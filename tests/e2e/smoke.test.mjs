import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { axe, dist, open, screenshot, test } from "./harness.mjs";

test("the page starts at a sub-path, under a policy that lets nothing out", { expected: [/Content Security Policy/] }, async (page) => {
  const response = await open(page);
  assert.equal(response.status(), 200);
  await screenshot(page, "smoke");

  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute("content");
  assert.match(policy, /^default-src 'none';/);
  // A request that the policy refuses never reaches the network, so the harness does not see it either.
  const refused = await page.evaluate(async () => {
    const violation = new Promise((seen) => addEventListener("securitypolicyviolation", seen, { once: true }));
    const answer = await fetch("https://example.org/").then(() => "answered", () => "refused");
    return [answer, (await violation).effectiveDirective];
  });
  assert.deepEqual(refused, ["refused", "connect-src"]);
});

test("the engine's worker is under the same policy", { expected: [/Content Security Policy/] }, async (page) => {
  await open(page);
  const worker = page.workers()[0] ?? (await page.waitForEvent("worker"));
  const directive = await worker.evaluate(async () => {
    const violation = new Promise((seen) => addEventListener("securitypolicyviolation", seen, { once: true }));
    await fetch("https://example.org/").catch(() => {});
    return (await violation).effectiveDirective;
  });
  assert.equal(directive, "connect-src");
});

test("every style sheet is used", async (page) => {
  await open(page);
  const linked = await page.locator("link[rel=stylesheet]").evaluateAll((links) => links.map(({ sheet }) => sheet?.href));
  const there = await readdir(path.join(dist, "styles"));
  assert.deepEqual(linked.map((href) => href?.split("/").at(-1)).sort(), there.sort());
});

for (const colorScheme of ["light", "dark"]) {
  test(`the first screen is accessible, ${colorScheme}`, async (page) => {
    await open(page, "", { colorScheme });
    assert.deepEqual(await axe(page), []);
  });
}
