// Replays the same traffic, so many times. The first time is that of code which the browser has not optimised yet.
import init, { Traffic } from "/wasm/caches.js";

const ready = init();
ready.catch(reportError);

onmessage = async ({ data: { name, requests, rounds } }) => {
  const { memory } = await ready;
  const ms = [];
  let hits, before;
  for (let round = 0; round < rounds; round++) {
    const traffic = new Traffic(requests, name);
    before ??= memory.buffer.byteLength;
    const begun = performance.now();
    hits = traffic.replay(name);
    ms.push(performance.now() - begun);
  }
  postMessage({ ms, hits: Array.from(hits, Number), traffic: before, memory: memory.buffer.byteLength });
};
