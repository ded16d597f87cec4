// The people of the figure `edit_to_peer`: one process in which so many clients edit one record, of one server or another.
import { pause } from "../support.mjs";
import { say, task } from "./processes.mjs";
import { join as joinHuike } from "./huike-editor.mjs";
import { join as joinHocuspocus } from "./hocuspocus-editor.mjs";

/** Before anything counts: both sides compile their code. */
const WARM_MS = 3_000;
/** How long the last edits may travel. */
const DRAIN_MS = 2_000;
const FIELDS = ["name", "company", "job_title", "wechat", "region", "address", "industry", "interests"];

const { peer, clients, seconds, everyMs, ...place } = task();
const joins = { huike: joinHuike, hocuspocus: joinHocuspocus };
const sentAt = new Map();
const lastAt = new Map();
const hearings = new Map();
const each = [];
let counts = false;

/** A client has decoded a value. */
function heard(value) {
  const from = sentAt.get(value);
  if (from === undefined) return;
  const took = performance.now() - from;
  each.push(took);
  hearings.set(value, (hearings.get(value) ?? 0) + 1);
  lastAt.set(value, took);
}

/** An edit goes out now. */
function sending(value) {
  if (counts) sentAt.set(value, performance.now());
}

const editors = [];
for (let number = 0; number < clients; number += 1) {
  editors.push(await joins[peer](place, { heard, sending }));
}
const timers = editors.map((editor, number) => {
  let made = 0;
  const edit = () => {
    made += 1;
    editor.edit(FIELDS[number % FIELDS.length], `edit ${String(number).padStart(2, "0")}-${String(made).padStart(4, "0")}`);
  };
  // Spread over the period, the same way for everybody.
  return setTimeout(() => {
    timers[number] = setInterval(edit, everyMs);
  }, (number * everyMs) / clients);
});
await pause(WARM_MS);
await say({ begin: true });
counts = true;
await pause(seconds * 500);
await say({ half: sentAt.size });
await pause(seconds * 500);
for (const it of timers) clearInterval(it);
await pause(DRAIN_MS);
const missed = [...sentAt.keys()].filter((it) => hearings.get(it) !== clients - 1).length;
await say({ end: { edits: sentAt.size, missed, each, last: [...lastAt.values()] } });
process.exit(0);
