// Starts the engine in a module worker. The page starts that from a blob that imports this file, for
// only then the page's policy holds in the worker too (see index.html).
// The page posts one MessagePort; what it sends on the port meanwhile waits there until
// start(port, folder, prices) sets the handler, so no early message is lost.
import init, { start } from "./worker.js";

const here = (name) => new URL(name, import.meta.url);

async function prices() {
  const response = await fetch(here("prices.tsv"));
  if (!response.ok) throw new Error(`the price table could not be fetched (${response.status})`);
  return response.text();
}

const ready = Promise.all([prices(), init({ module_or_path: here("worker_bg.wasm") })]);
// Becomes the "error" event of the Worker in the page, which a rejected promise alone does not.
ready.catch(reportError);
self.onunhandledrejection = ({ reason }) => reportError(reason);
self.onmessage = ({ ports: [port] }) => ready.then(([table]) => start(port, here(".").href, table), () => {});
