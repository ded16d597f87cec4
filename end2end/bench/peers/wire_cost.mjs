// One edit of one field on the wire: bytes up from who makes it, bytes down to each who reads it, WebSocket framing included.
import { pause, temporaryFolder } from "../support.mjs";
import { Script } from "./processes.mjs";
import { join as joinAutomerge } from "./automerge-editor.mjs";
import { join as joinHocuspocus } from "./hocuspocus-editor.mjs";
import { join as joinHuike } from "./huike-editor.mjs";
import { filledServer, recordOf, textOf } from "./records.mjs";

const EDITS = 40;
const READERS = 2;
const EDITED = 18;
/** Longer than anything takes from one to the other: no edit shares a message with another (automerge-repo waits
 * 100 ms for more before it sends). */
const EVERY_MS = 250;
const SETTLE_MS = 1_000;

export async function wire_cost(options, { line }) {
  const ours = await ofOurs(options);
  const hocuspocus = await ofHocuspocus();
  const automerge = await ofAutomerge();
  for (const way of ["up", "down"]) {
    line(`field_edit_bytes_${way}`, ours[way], 180, "bytes", {
      n: EDITS,
      change: ours.change,
      around_it: ours[way] - ours.change,
      hocuspocus: hocuspocus[way],
      automerge_repo: automerge[way],
    });
  }
  line("field_edit_bytes_back", ours.back, null, "bytes", {
    n: EDITS,
    counted: "what the maker receives: ours says durable",
    hocuspocus: hocuspocus.back,
    automerge_repo: automerge.back,
  });
}

async function ofOurs(options) {
  const { server, account } = await filledServer(options);
  try {
    const record = { ...recordOf(EDITED), text: textOf(EDITED) };
    const sizes = [];
    const place = { address: account.address, cookie: account.cookie, record };
    const seen = await measure((watch) => joinHuike(place, { ...watch, made: (body) => sizes.push(body.length) }));
    return { ...seen, change: sizes.reduce((sum, it) => sum + it, 0) / sizes.length };
  } finally {
    await server.stop();
  }
}

async function ofHocuspocus() {
  const server = new Script("hocuspocus-server.mjs", {});
  try {
    const address = `ws://127.0.0.1:${await server.next("port")}`;
    return await measure((watch) => joinHocuspocus({ address, name: "customer" }, watch));
  } finally {
    await server.stop();
  }
}

async function ofAutomerge() {
  const server = new Script("automerge-server.mjs", { folder: temporaryFolder(), records: 1 });
  try {
    const { port, urls } = await server.next("ready");
    return await measure((watch) => joinAutomerge({ address: `ws://127.0.0.1:${port}`, url: urls[0] }, watch));
  } finally {
    await server.stop();
  }
}

/** Joins a maker and readers; averages what crosses their sockets while the maker edits. */
async function measure(join) {
  let heard = 0;
  const watch = { sending: () => {}, heard: () => (heard += 1) };
  const maker = await join(watch);
  const readers = [];
  for (let it = 0; it < READERS; it += 1) readers.push(await join(watch));
  await pause(SETTLE_MS);
  heard = 0;
  const all = [maker, ...readers];
  const before = all.map((it) => it.bytes());
  for (let edit = 0; edit < EDITS; edit += 1) {
    maker.edit("region", `edit 00-${String(edit).padStart(4, "0")}`);
    await pause(EVERY_MS);
  }
  await pause(SETTLE_MS);
  const spent = all.map((it, at) => ({ up: it.bytes().up - before[at].up, down: it.bytes().down - before[at].down }));
  for (const it of all) it.close();
  if (heard !== EDITS * READERS) throw new Error(`${heard} readings of ${EDITS} edits`);
  const down = spent.slice(1).reduce((sum, it) => sum + it.down, 0) / READERS;
  return { up: spent[0].up / EDITS, down: down / EDITS, back: spent[0].down / EDITS };
}
