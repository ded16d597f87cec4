// The messages of docs/sync-protocol.md, version 2, in the order of `shared::sync::message`.
import { Reader, Writer } from "./postcard.mjs";

const VERSION = 2;
/** The version of greetings, and of pages of states where none is asked for. */
const FIRST = 1;
const REFUSALS = [
  "malformed", "too-large", "unknown-dependency", "broken-history", "foreign-actor", "unknown-field", "bad-value",
  "unknown-kind", "not-permitted", "signed-out", "client-too-old", "too-fast", "unavailable",
];
/** Refusals that name a field. */
const WITH_FIELD = ["unknown-field", "bad-value"];

const start = (variant, version = VERSION) => new Writer().byte(version).number(variant);

/** The first frame. `log` is null where nothing was received yet. */
export function hello({ device, actors, log, cursor }) {
  const frame = start(0, FIRST).byte(VERSION).raw(device).number(actors.length);
  for (const it of actors) frame.raw(it);
  if (log) frame.byte(1).raw(log);
  else frame.byte(0);
  return frame.number(cursor).frame();
}

/** Changes of records: `{ record, body }`; their names follow. */
export function push(changes) {
  const frame = start(5).number(changes.length);
  for (const { record, body } of changes) {
    frame.byte(record.kind).raw(record.id).byte(0).bytes(body);
  }
  return frame.frame();
}

/** The connection is alive. */
export const ping = () => start(4).frame();

/** What the server says: its name and what belongs to it. */
export function read(bytes) {
  const frame = new Reader(bytes);
  const version = frame.byte();
  if (version !== VERSION) throw new Error(`a frame of version ${version}`);
  const variant = frame.number();
  const message = READERS[variant];
  if (!message) throw new Error(`a message numbered ${variant}`);
  const said = message(frame);
  frame.end();
  return said;
}

const id = (frame) => frame.raw(16);
const record = (frame) => ({ kind: frame.byte(), id: id(frame) });
const member = (frame) => ({ id: id(frame), name: frame.text(), role: frame.number(), active: frame.byte() === 1 });
const present = (frame) => ({ member: id(frame), record: frame.option(record) });

function refusal(frame) {
  const code = REFUSALS[frame.number()] ?? "unknown";
  return WITH_FIELD.includes(code) ? `${code} ${frame.text()}` : code;
}

const entry = (frame) => ({
  position: frame.number(),
  record: record(frame),
  of: frame.option((it) => it.text()),
  member: id(frame),
  at: frame.signed(),
  body: frame.bytes(),
});

function answer(frame) {
  const said = { record: record(frame), hash: frame.raw(32) };
  if (frame.number() === 0) return { ...said, position: frame.number(), at: frame.signed() };
  return { ...said, refused: refusal(frame) };
}

const READERS = [
  (frame) => ({
    name: "welcome",
    protocol: frame.byte(),
    log: id(frame),
    head: frame.number(),
    fetch: frame.byte() === 1,
    now: frame.signed(),
    member: id(frame),
    members: frame.list(member),
  }),
  (frame) => ({ name: "changes", to: frame.number(), entries: frame.list(entry) }),
  (frame) => ({ name: "answers", answers: frame.list(answer) }),
  (frame) => ({ name: "members", members: frame.list(member) }),
  (frame) => ({ name: "presence", people: frame.list(present) }),
  (frame) => ({ name: "closed", refusal: refusal(frame) }),
  () => ({ name: "pong" }),
];

const SCALARS = [() => null, (frame) => frame.byte() === 1, (frame) => frame.signed(), (frame) => frame.text()];
const scalar = (frame) => SCALARS[frame.number()](frame);
const stamp = (frame) => ({ at: frame.signed(), by: id(frame) });
const cell = (frame) => ({
  counter: frame.number(),
  actor: frame.number(),
  value: scalar(frame),
  at: frame.signed(),
  by: frame.number(),
});

const registers = (frame) => ({
  heads: frame.list((it) => it.raw(32)),
  maxOp: frame.number(),
  actors: frame.list((it) => ({ actor: id(it), seq: it.number() })),
  members: frame.list(id),
  created: stamp(frame),
  updated: stamp(frame),
  fields: new Map(frame.list((it) => [it.text(), it.list(cell)])),
});

const note = (frame) => ({ saved: frame.bytes(), created: stamp(frame), updated: stamp(frame) });

/** A page of states, every field of every record decoded. */
export function readStates(bytes) {
  const frame = new Reader(bytes);
  const version = frame.byte();
  if (version !== FIRST) throw new Error(`a page of version ${version}`);
  const page = {
    log: id(frame),
    states: frame.list((it) => ({
      record: record(it),
      position: it.number(),
      state: it.number() === 0 ? registers(it) : note(it),
    })),
    next: frame.number(),
    remaining: frame.number(),
  };
  frame.end();
  return page;
}
