// The two messages that a script sends in a screen's place, in the encoding of `shared::local` (postcard).

const EDIT = 1;
const encoder = new TextEncoder();

function varint(value) {
  const bytes = [];
  let rest = BigInt(value);
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return bytes;
}

function text(value) {
  const bytes = encoder.encode(value);
  return [...varint(bytes.length), ...bytes];
}

function scalar(value) {
  if (value === null) return [0];
  if (typeof value === "boolean") return [1, Number(value)];
  if (typeof value === "number") {
    const number = BigInt(value);
    return [2, ...varint(number < 0n ? -number * 2n - 1n : number * 2n)];
  }
  return [3, ...text(value)];
}

/** The part of an edit that concerns one record. Absent values are not written. */
export function part(kind, id, values) {
  const entries = Object.entries(values).filter((it) => it[1] !== undefined);
  const pairs = entries.flatMap(([key, value]) => [...text(key), ...scalar(value)]);
  return [kind, ...id, ...varint(entries.length), ...pairs];
}

/** `Request::Edit` with a fresh intent. */
export function edit(parts) {
  const intent = crypto.getRandomValues(new Uint8Array(16));
  return Uint8Array.from([EDIT, ...intent, ...varint(parts.length), ...parts.flat()]);
}
