// Runs one Hugging Face tokenizer. The engine's worker starts this as a worker of the tokenizer's own,
// from a blob for the same reason as its own (see worker-boot.js), and asks it one thing after another:
// { file } is answered with what the tokenizer is, { text } with [id, end, id, end, ...], and either
// with a string where it cannot be done. The addresses fetched are told as { asked } in between.
import init, { Tokenizer } from "./huggingface.js";

new PerformanceObserver((list) => postMessage({ asked: list.getEntries().map(({ name }) => name) }))
  .observe({ type: "resource", buffered: true });

const ready = init({ module_or_path: new URL("huggingface_bg.wasm", import.meta.url) });
// A rejected promise alone does not become the "error" event of the Worker.
ready.catch(reportError);
self.onunhandledrejection = (event) => {
  // Told to whoever started this worker, who says it to people.
  event.preventDefault();
  reportError(event.reason);
};

let tokenizer;
// One after the other: a file takes time to read.
let turn = ready;
self.onmessage = ({ data }) => (turn = turn.then(() => answer(data)));

async function answer({ file, text }) {
  try {
    if (file) {
      tokenizer = new Tokenizer(new Uint8Array(await file.arrayBuffer()));
      const { kind, vocabulary, hasPattern } = tokenizer;
      postMessage({ kind, vocabulary, hasPattern });
    } else {
      const tokens = tokenizer.encode(text);
      postMessage(tokens, [tokens.buffer]);
    }
  } catch (why) {
    // Anything but a sentence is a fault, and the end of this worker.
    if (typeof why !== "string" && !(why instanceof DOMException)) throw why;
    postMessage(`${why}`);
  }
}
