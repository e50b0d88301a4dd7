// What the tests of several journeys do with the page.
import { after } from "node:test";
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { dropFiles, fixtures, open } from "./harness.mjs";

const folder = await mkdtemp(path.join(tmpdir(), "tokenflame-"));
after(() => rm(folder, { recursive: true }));

/** Writes a file that lives as long as the tests; the answer is its path. `content` may also be an iterable. */
export async function written(name, content) {
  const file = path.join(folder, name);
  await writeFile(file, content);
  return file;
}

/** Records as JSONL. */
export const jsonl = (...records) => records.map((record) => `${JSON.stringify(record)}\n`).join("");

/** The figure named `name`: its raw value. */
export async function figure(page, name) {
  const value = await page.locator(`[data-fig="${name}"]`).first().getAttribute("data-value");
  return value === null ? null : Number(value);
}

export async function figures(page, wanted) {
  for (const [name, value] of Object.entries(wanted)) {
    const shown = await figure(page, name);
    if (value === null) assert.equal(shown, null, `${name} is not known`);
    else assert.ok(Math.abs(shown - value) < 1e-5 * Math.max(1, Math.abs(value)), `${name}: ${shown}, expected ${value}`);
  }
}

/** Files are read, whatever came of it. */
export async function read(page) {
  await page.getByRole("region", { name: "Import report" }).waitFor();
  await page.locator("[data-reading]").waitFor({ state: "detached" });
  await page.locator(".overview.stale").waitFor({ state: "detached" });
}

/** Drops files, by their paths among the fixtures or whole ones, on the page that is open. */
export async function drop(page, ...files) {
  await dropFiles(page, files.map((file) => path.resolve(fixtures, file)));
}

/** Opens the page and drops files with model calls on it. */
export async function dropped(page, ...files) {
  await open(page);
  await drop(page, ...files);
  await page.locator('[data-fig="requests"]').waitFor();
  await read(page);
}

/** Goes to a screen by its tab. */
export async function go(page, screen) {
  await page.locator(".tabs").getByRole("link", { name: screen }).click();
  await page.getByRole("heading", { level: 1, name: screen }).waitFor({ state: "attached" });
}
