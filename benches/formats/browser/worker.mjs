// A worker that reads one file in one way.

// As `src/worker/read.rs` does.
const SLICE = 2 * 1024 * 1024;
const IN_FLIGHT = 3;

const ways = {
  /** Our engine, with the file as the worker of the page reads it: the next slice comes while one is parsed. */
  async ours(file) {
    const { Reader, memory } = await engine();
    const before = memory.buffer.byteLength;
    const begin = performance.now();
    const reader = new Reader(file.size);
    await slices(file, (bytes) => reader.push(bytes));
    const found = reader.finish();
    const ms = performance.now() - begin;
    const { calls, spans, texts, strings } = found;
    return { ms, calls, spans, texts, strings, memory: memory.buffer.byteLength - before };
  },

  /** Our engine, with the file in the worker's memory before. */
  async alone(file) {
    const { Reader } = await engine();
    const bytes = new Uint8Array(await file.arrayBuffer());
    const begin = performance.now();
    const reader = new Reader(file.size);
    for (let from = 0; from < bytes.length; from += SLICE) reader.push(bytes.subarray(from, from + SLICE));
    reader.finish();
    return { ms: performance.now() - begin };
  },

  /** `JSON.parse` of each line; what it gives is dropped. */
  async json(file) {
    const begin = performance.now();
    const decoder = new TextDecoder();
    let rest = "";
    await slices(file, (bytes) => {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
      rest = lines.pop();
      for (const line of lines) if (line) JSON.parse(line);
    });
    if (rest) JSON.parse(rest);
    return { ms: performance.now() - begin };
  },
};

async function engine() {
  const module = await import("/wasm/formats.js");
  const { memory } = await module.default();
  return { ...module, memory };
}

async function slices(file, take) {
  const asked = [];
  const ask = (from) => asked.push(file.slice(from, from + SLICE).arrayBuffer());
  for (let ahead = 0; ahead < IN_FLIGHT; ahead++) ask(ahead * SLICE);
  for (let from = 0; from < file.size; from += SLICE) {
    const bytes = new Uint8Array(await asked.shift());
    ask(from + IN_FLIGHT * SLICE);
    take(bytes);
  }
}

onmessage = async ({ data: { kind, file } }) => {
  try {
    postMessage({ answer: await ways[kind](file) });
  } catch (error) {
    postMessage({ error: String(error?.stack ?? error) });
  }
};
