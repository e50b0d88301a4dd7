// Bundles the page and the worker with the JavaScript contestants: node browser/bundle.mjs FOLDER
import { build } from "esbuild";

await build({
  entryPoints: ["browser/index.html", "browser/worker.mjs", "browser/page.mjs"],
  outdir: process.argv[2],
  bundle: true,
  splitting: true,
  format: "esm",
  charset: "utf8",
  loader: { ".html": "copy", ".wasm": "file" },
  logLevel: "warning",
});
