// A value as a part of an address, and back: JSON, deflated by the browser, in the letters that an address may have.

/** Before the content, so that another way of packing can be told apart. */
const VERSION = "1";
/** What a link may unfold to, characters: anybody can write one. */
const MOST = 16e6;

const through = (blob, stream) => new Response(blob.stream().pipeThrough(stream));

export async function pack(value) {
  const packed = await through(new Blob([JSON.stringify(value)]), new CompressionStream("deflate-raw")).arrayBuffer();
  // Piece by piece: a call takes only so many arguments.
  let text = "";
  for (const byte of new Uint8Array(packed)) text += String.fromCharCode(byte);
  return VERSION + btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export async function unpack(link) {
  if (!link.startsWith(VERSION)) throw new Error("of another version");
  const text = atob(link.slice(1).replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  const reader = through(new Blob([bytes]), new DecompressionStream("deflate-raw")).body.getReader();
  const decoder = new TextDecoder();
  let json = "";
  for (let part; !(part = await reader.read()).done; ) {
    json += decoder.decode(part.value, { stream: true });
    if (json.length > MOST) throw new Error("too long");
  }
  return JSON.parse(json);
}
