// The page: gives the chosen file to workers, one at a time, each new, as a person who opens a file has it.

function ask(kind, file) {
  const worker = new Worker("worker.mjs", { type: "module" });
  const { promise, resolve, reject } = Promise.withResolvers();
  worker.onmessage = ({ data }) => (data.error ? reject(new Error(`${kind}: ${data.error}`)) : resolve(data.answer));
  worker.onerror = (event) => reject(new Error(`${kind}: ${event.message}`));
  worker.postMessage({ kind, file });
  return promise.finally(() => worker.terminate());
}

/** Each round reads the file in each way once, each round beginning with another. */
async function passes({ name, rounds }) {
  const [file] = document.querySelector("input").files;
  const times = { ours: [], alone: [], json: [] };
  const kinds = Object.keys(times);
  let found;
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < kinds.length; turn++) {
      const kind = kinds[(round + turn) % kinds.length];
      const { ms, ...rest } = await ask(kind, file);
      times[kind].push(ms);
      if (kind === "ours") found = rest;
    }
  }
  return [{ kind: "passes", file: name, bytes: file.size, ...found, ...times }];
}

globalThis.measure = (kind, options) => ({ passes })[kind](options);
