// A worker that holds one contestant and does what the page asks of it.
import { contestants, fetched, instance, vocabulary } from "./contestants.mjs";

// Texts go in pieces of at most so many bytes, which end with a line: about a message each.
const CHUNK = 16 * 1024;
const NEWLINE = 10;

let tokenizer;
let pieces;

const answers = {
  /** Makes the contestant ready. */
  async load({ name, encoding }) {
    const begin = performance.now();
    tokenizer = await contestants[name].load(encoding);
    return { init: tokenizer.init, all: performance.now() - begin };
  },

  /** Fetches the text and cuts its first `most` bytes to pieces, of which it takes about `part` bytes. */
  async text({ text, most, part }) {
    let room = part;
    const cut = (await cutText(text, most)).filter((piece) => (room -= piece.length) >= 0);
    const decoder = new TextDecoder("utf-8", { fatal: true });
    pieces = cut.map((piece) => decoder.decode(piece));
    return { bytes: total(cut.map((piece) => piece.length)) };
  },

  /** Goes through the text once. `tokens` has the number of each piece. */
  pass({ operation }) {
    const { count, encode } = tokenizer;
    const tokens = new Uint32Array(pieces.length);
    const begin = performance.now();
    if (operation === "count") for (let i = 0; i < pieces.length; i++) tokens[i] = count(pieces[i]);
    else for (let i = 0; i < pieces.length; i++) tokens[i] = encode(pieces[i]).length;
    return { ms: performance.now() - begin, tokens };
  },

  /** Counts pieces that come as UTF-8, with ours. */
  async share({ pieces }) {
    const { Loaded } = await instance("ours");
    tokenizer ??= new Loaded("o200k_base", await vocabulary("o200k_base"));
    return { tokens: total(pieces.map((piece) => tokenizer.count_bytes(piece))) };
  },

  /** The memory of a module that has counted a text in both encodings, in bytes. */
  async memory({ file, text, most }) {
    const { Loaded, memory } = await instance(file);
    const loaded = [];
    for (const encoding of ["o200k_base", "cl100k_base"]) loaded.push(new Loaded(encoding, await vocabulary(encoding)));
    const ready = memory.buffer.byteLength;
    const cut = await cutText(text, most);
    for (const one of loaded) for (const piece of cut) one.count_bytes(piece);
    return { ready, used: memory.buffer.byteLength };
  },
};

onmessage = async ({ data: { ask, ...rest } }) => {
  try {
    postMessage({ answer: await answers[ask](rest) });
  } catch (error) {
    postMessage({ error: String(error?.stack ?? error) });
  }
};

async function cutText(name, most) {
  const bytes = new Uint8Array(await (await fetched(`/texts/${name}.txt`)).arrayBuffer());
  // A run is one piece whatever its length: that is what makes it hard.
  return cut(bytes.subarray(0, boundary(bytes, most)), name.startsWith("run-") ? bytes.length : CHUNK);
}

/** Cuts after the last line end within each `size` bytes, as `src/main.rs` does. */
function cut(bytes, size) {
  const pieces = [];
  for (let start = 0; start < bytes.length; ) {
    let end = boundary(bytes, start + size);
    if (end < bytes.length) {
      const line = bytes.subarray(start, end).lastIndexOf(NEWLINE);
      if (line >= 0) end = start + line + 1;
    }
    pieces.push(bytes.subarray(start, end));
    start = end;
  }
  return pieces;
}

/** The last start of a character at or before `at`. */
function boundary(bytes, at) {
  if (at >= bytes.length) return bytes.length;
  while ((bytes[at] & 0xc0) === 0x80) at--;
  return at;
}

function total(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0);
}
