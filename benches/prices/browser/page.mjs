// The page: prices the calls in a new worker, as often as it is told.

globalThis.measure = (kind, { rounds }) => {
  const worker = new Worker("worker.mjs", { type: "module" });
  const { promise, resolve, reject } = Promise.withResolvers();
  worker.onmessage = ({ data }) => resolve([{ kind, ...data }]);
  worker.onerror = (event) => reject(new Error(event.message));
  worker.postMessage(rounds);
  return promise.finally(() => worker.terminate());
};
