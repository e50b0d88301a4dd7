// Prices the calls, so many times. The first is that of code which the browser has not optimised yet.
import init, { load, price } from "/wasm/prices.js";

const ready = Promise.all([fetch("/data/prices.tsv").then((table) => table.text()), init()]);
ready.catch(reportError);

onmessage = async ({ data: rounds }) => {
  const [table] = await ready;
  load(table);
  const ms = [];
  let total;
  for (let round = 0; round < rounds; round++) {
    const begun = performance.now();
    total = price();
    ms.push(performance.now() - begun);
  }
  postMessage({ total, ms });
};
