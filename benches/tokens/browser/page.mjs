// The page: starts workers and lets them run in turns, one at a time.
import { contestants } from "./contestants.mjs";

// A contestant that is slow on everything gets the beginning of a text only.
const SLOW_MOST = 1_000_000;
// What a worker is given of a long text at a time, about.
const SHARE = 64 * 1024;
const NEWLINE = 10;

/** A worker of its own for each contestant and case, so that none has another's garbage or a warm start. */
class Bench {
  #worker = new Worker("worker.js", { type: "module" });

  /** Answers `null` when the worker takes longer than `limit` ms; it has then been ended. */
  ask(ask, rest = {}, { limit = 0, transfer = [] } = {}) {
    return new Promise((resolve, reject) => {
      const timer = limit && setTimeout(() => (this.end(), resolve(null)), limit);
      this.#worker.onmessage = ({ data }) => {
        clearTimeout(timer);
        if (data.error) reject(new Error(`${ask}: ${data.error}`));
        else resolve(data.answer);
      };
      this.#worker.onerror = (event) => reject(new Error(`${ask}: ${event.message}`));
      this.#worker.postMessage({ ask, ...rest }, transfer);
    });
  }

  share(pieces) {
    return this.ask("share", { pieces }, { transfer: pieces.map(({ buffer }) => buffer) });
  }

  end() {
    this.#worker.terminate();
  }
}

/** Each round runs every contestant once, each round beginning with another. The first round is cold. */
async function passes({ names, text, encoding, operation, rounds, most, limit }) {
  const runners = [];
  for (const name of names ?? Object.keys(contestants)) {
    const bench = new Bench();
    const load = await bench.ask("load", { name, encoding });
    const { bytes } = await bench.ask("text", { text, most, part: contestants[name].slow ? SLOW_MOST : most });
    runners.push({ name, bench, load, bytes, ms: [], tokens: null, alive: true });
  }
  for (let round = 0; round <= rounds; round++) {
    for (let turn = 0; turn < runners.length; turn++) {
      const runner = runners[(round + turn) % runners.length];
      if (!runner.alive) continue;
      const answer = await runner.bench.ask("pass", { operation }, { limit });
      if (answer) {
        runner.ms.push(answer.ms);
        runner.tokens = answer.tokens;
      } else {
        runner.alive = false;
      }
    }
  }
  const reference = runners.find(({ name }) => name === "tiktoken-rs").tokens;
  return runners.map(({ name, bench, load, bytes, ms, tokens, alive }) => {
    bench.end();
    const of = { kind: "passes", text, bytes, encoding, operation, name, ms, load };
    if (!alive) return { ...of, limit };
    // Of the part of the text that it had.
    const expected = reference.slice(0, tokens.length);
    const pieces = tokens.filter((count, index) => count !== expected[index]).length;
    return { ...of, tokens: total(tokens), expected: total(expected), wrong_pieces: pieces };
  });
}

/** Ours on one worker and on two: the same pieces, given out in shares of equal number. */
async function workers({ texts, rounds, most }) {
  const pieces = [];
  for (const text of texts) {
    const bytes = new Uint8Array(await (await fetch(`/texts/${text}.txt`)).arrayBuffer());
    const last = bytes.subarray(0, most).lastIndexOf(NEWLINE) + 1;
    for (let start = 0; start < last; ) {
      const end = bytes.indexOf(NEWLINE, Math.min(start + SHARE, last - 1)) + 1;
      pieces.push(bytes.slice(start, end));
      start = end;
    }
  }
  const benches = [new Bench(), new Bench()];
  // Each has its vocabulary before the first round.
  for (const bench of benches) await bench.share([]);
  const run = async (count) => {
    const shares = benches.slice(0, count).map((_, index) => pieces.filter((_, at) => at % count === index));
    // What is sent is gone: it goes without a copy.
    const sent = shares.map((share) => share.map((piece) => piece.slice()));
    const begin = performance.now();
    const answers = await Promise.all(sent.map((share, index) => benches[index].share(share)));
    return { ms: performance.now() - begin, tokens: total(answers.map(({ tokens }) => tokens)) };
  };
  const times = { 1: [], 2: [] };
  let tokens;
  for (let round = 0; round <= rounds; round++) {
    for (const count of round % 2 ? [2, 1] : [1, 2]) {
      const { ms, tokens: counted } = await run(count);
      tokens ??= counted;
      if (counted !== tokens) throw new Error(`${count} workers counted ${counted} tokens, not ${tokens}`);
      // The first round is cold.
      if (round) times[count].push(ms);
    }
  }
  benches.forEach((bench) => bench.end());
  return [{ kind: "workers", bytes: total(pieces.map(({ length }) => length)), one: times[1], two: times[2] }];
}

async function memory({ text, most }) {
  const found = [];
  for (const [name, file] of [["ours", "ours"], ["tiktoken 4", "tiktoken"], ["tiktoken-rs", "tiktoken-rs"]]) {
    const bench = new Bench();
    found.push({ kind: "memory", name, ...(await bench.ask("memory", { file, text, most })) });
    bench.end();
  }
  return found;
}

function total(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0);
}

globalThis.measure = (kind, options) => ({ passes, workers, memory })[kind](options);
