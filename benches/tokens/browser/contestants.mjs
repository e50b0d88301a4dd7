// Those that take part in the browser, each behind the same face: `load(encoding)` answers
// `{ count, encode, init }`, with `init` the time in ms from everything being fetched to the first count.

/** One of our own builds of `benches/tokens`: a module with a single contestant. */
function wasm(file) {
  return async (encoding) => {
    const module = await instance(file);
    const asset = await vocabulary(encoding);
    return timed(() => {
      const loaded = new module.Loaded(encoding, asset);
      return { count: (text) => loaded.count(text), encode: (text) => loaded.encode(text) };
    });
  };
}

const instances = {};

/** The module `file`, started once for this worker; `memory` is its linear memory. */
export async function instance(file) {
  instances[file] ??= import(/* not to be bundled */ `${location.origin}/wasm/${file}.js`).then(async (module) => {
    const { memory } = await module.default();
    return { ...module, memory };
  });
  return instances[file];
}

export async function vocabulary(encoding) {
  return new Uint8Array(await (await fetched(`/vocab/${encoding}.bin`)).arrayBuffer());
}

export async function fetched(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} answers ${response.status}`);
  return response;
}

/** Builds the tokenizer and lets it count once: some make part of what they need when it is first used. */
function timed(build) {
  const begin = performance.now();
  const tokenizer = build();
  tokenizer.count("a word");
  return { ...tokenizer, init: performance.now() - begin };
}

export const contestants = {
  ours: { load: wasm("ours") },
  "tiktoken 4": { load: wasm("tiktoken") },
  "tiktoken-rs": { load: wasm("tiktoken-rs") },
  "gpt-tokenizer": {
    async load(encoding) {
      const { countTokens, encode } = await {
        o200k_base: () => import("gpt-tokenizer/encoding/o200k_base"),
        cl100k_base: () => import("gpt-tokenizer/encoding/cl100k_base"),
      }[encoding]();
      return timed(() => ({ count: (text) => countTokens(text), encode: (text) => encode(text) }));
    },
  },
  "ai-tokenizer": {
    async load(encoding) {
      const { Tokenizer } = await import("ai-tokenizer");
      const data = await {
        o200k_base: () => import("ai-tokenizer/encoding/o200k_base"),
        cl100k_base: () => import("ai-tokenizer/encoding/cl100k_base"),
      }[encoding]();
      return timed(() => {
        const tokenizer = new Tokenizer(data);
        return { count: (text) => tokenizer.count(text), encode: (text) => tokenizer.encode(text, [], []) };
      });
    },
  },
  "npm tiktoken": {
    slow: true,
    async load(encoding) {
      const { init, Tiktoken } = await import("tiktoken/lite/init");
      const { default: url } = await import("tiktoken/lite/tiktoken_bg.wasm");
      const { default: data } = await {
        o200k_base: () => import("tiktoken/encoders/o200k_base.json"),
        cl100k_base: () => import("tiktoken/encoders/cl100k_base.json"),
      }[encoding]();
      const module = await WebAssembly.compileStreaming(fetched(new URL(url, import.meta.url)));
      await init((imports) => WebAssembly.instantiate(module, imports));
      return timed(() => {
        const tokenizer = new Tiktoken(data.bpe_ranks, data.special_tokens, data.pat_str);
        const encode = (text) => tokenizer.encode_ordinary(text);
        return { count: (text) => encode(text).length, encode };
      });
    },
  },
  "js-tiktoken": {
    slow: true,
    async load(encoding) {
      const { Tiktoken } = await import("js-tiktoken/lite");
      const { default: data } = await {
        o200k_base: () => import("js-tiktoken/ranks/o200k_base"),
        cl100k_base: () => import("js-tiktoken/ranks/cl100k_base"),
      }[encoding]();
      return timed(() => {
        const tokenizer = new Tiktoken(data);
        const encode = (text) => tokenizer.encode(text, [], []);
        return { count: (text) => encode(text).length, encode };
      });
    },
  },
};
