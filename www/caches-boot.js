// Replays traffic through caches. The engine's worker starts this as a worker of its own, from a blob for the same
// reason as its own (see worker-boot.js), and asks it one thing after another: { traffic } is taken over, { question } is
// answered with the lab's reply. The addresses fetched are told as { asked } in between, and how far a replay is as
// { progress: [done, of, bytes of memory] }.
import init, { Lab } from "./caches.js";

new PerformanceObserver((list) => postMessage({ asked: list.getEntries().map(({ name }) => name) }))
  .observe({ type: "resource", buffered: true });

let wasm, lab;
const ready = init({ module_or_path: new URL("caches_bg.wasm", import.meta.url) }).then((exports) => (wasm = exports));
// A rejected promise alone does not become the "error" event of the Worker.
ready.catch(reportError);
self.onunhandledrejection = (event) => {
  // Told to whoever started this worker, who says it to people.
  event.preventDefault();
  reportError(event.reason);
};

// Several times a second is all that anybody can see.
const EVERY = 150;
let told = 0;
const tell = (done, of) => {
  if (performance.now() - told > EVERY) say(done, of);
};
const say = (done, of) => {
  told = performance.now();
  postMessage({ progress: [done, of, wasm.memory.buffer.byteLength] });
};

let turn = ready;
self.onmessage = ({ data }) => (turn = turn.then(() => answer(data)));

function answer({ traffic, question }) {
  try {
    if (traffic) {
      lab?.free();
      lab = new Lab(new Uint8Array(traffic));
      postMessage({});
    } else {
      told = performance.now();
      const reply = lab.answer(question, tell);
      say(0, 0);
      postMessage(reply);
    }
  } catch (why) {
    // Anything but a sentence is a fault, and the end of this worker.
    if (typeof why !== "string") throw why;
    postMessage(why);
  }
}
