// Starts the engine in a module worker. The page starts that from a blob that imports this file, for
// only then the page's policy holds in the worker too (see index.html).
// The page posts one MessagePort; what it sends on the port meanwhile waits there until
// start(port, folder) sets the handler, so no early message is lost.
import init, { start } from "./worker.js";

const ready = init({ module_or_path: new URL("worker_bg.wasm", import.meta.url) });
// Becomes the "error" event of the Worker in the page, which a rejected promise alone does not.
ready.catch(reportError);
self.onunhandledrejection = ({ reason }) => reportError(reason);
self.onmessage = ({ ports: [port] }) => ready.then(() => start(port, new URL(".", import.meta.url).href), () => {});
