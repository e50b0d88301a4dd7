// The page: replays in a new worker, as often as it is told.

globalThis.measure = (kind, { name, requests, rounds }) => {
  const worker = new Worker("worker.mjs", { type: "module" });
  const { promise, resolve, reject } = Promise.withResolvers();
  worker.onmessage = ({ data }) => resolve([{ kind, name, requests, ...data }]);
  worker.onerror = (event) => reject(new Error(event.message));
  worker.postMessage({ name, requests, rounds });
  return promise.finally(() => worker.terminate());
};
