// A new device receives everything, over ours and over automerge-repo with a document for each record: bytes on the wire,
// and the time until all of it is decoded. Both servers have just started, with their data on the disk.
import { customer } from "../data.mjs";
import { pause, temporaryFolder } from "../support.mjs";
import { open } from "./automerge-editor.mjs";
import { Device } from "./device.mjs";
import { Script } from "./processes.mjs";
import { filledServer } from "./records.mjs";

/** Documents that are asked for at the same time: what automerge-repo is quickest with. */
const ASKED_AT_ONCE = 200;
/** When a document that counts as unavailable is asked for again, and how often that may happen in all. */
const ASK_AGAIN_MS = 1_000;
const ASKED_AGAIN_MAX = 1_000;

export async function first_contact(options, { line }) {
  const ours = await ofOurs(options);
  const theirs = await ofAutomerge(options);
  const context = { records: options.records };
  line("first_contact_bytes_ratio", ours.bytes / theirs.bytes, 0.2, "ratio", {
    ...context,
    bytes: ours.bytes,
    automerge_repo_bytes: theirs.bytes,
    of_them_up: ours.up,
    automerge_repo_up: theirs.up,
    pages: ours.pages,
    encoding: ours.encoding,
    unpacked: ours.plain,
  });
  line("first_contact_seconds_ratio", ours.ms / theirs.ms, 0.05, "ratio", {
    ...context,
    counted: "from before the connection until every record is decoded to fields",
    ms: ours.ms,
    automerge_repo_ms: theirs.ms,
    automerge_repo_asked_again: theirs.again,
  });
}

async function ofOurs(options) {
  const { server, account } = await filledServer(options);
  try {
    const started = performance.now();
    const device = new Device(account);
    await device.connect();
    const { fetch } = await device.greet();
    if (!fetch) throw new Error("so few records come as changes: take more than 2,000");
    let fields = 0;
    const all = await device.fetchStates((states) => {
      for (const { state } of states) fields += state.fields.size;
    });
    await device.greet();
    const ms = performance.now() - started;
    check(all.records, fields, options.records);
    const socket = device.bytes();
    device.close();
    return { ...all, ms, up: all.up + socket.up, bytes: all.wire + all.up + socket.up + socket.down };
  } finally {
    await server.stop();
  }
}

async function ofAutomerge({ records }) {
  const folder = temporaryFolder();
  const filling = new Script("automerge-server.mjs", { folder, records });
  const { urls } = await filling.next("ready");
  await filling.stop();
  const server = new Script("automerge-server.mjs", { folder, records: 0 });
  try {
    const { port } = await server.next("ready");
    const started = performance.now();
    const { repo, bytes } = open(`ws://127.0.0.1:${port}`);
    let fields = 0;
    const rest = [...urls];
    let again = 0;
    const ask = async () => {
      for (let url = rest.pop(); url; url = rest.pop()) {
        try {
          const handle = await repo.find(url);
          fields += Object.keys(handle.doc()).length;
        } catch (reason) {
          // A server that is busy is taken for one that does not have the document.
          again += 1;
          if (again > ASKED_AGAIN_MAX) throw reason;
          await pause(ASK_AGAIN_MS);
          rest.push(url);
        }
      }
    };
    await Promise.all(Array.from({ length: ASKED_AT_ONCE }, ask));
    const ms = performance.now() - started;
    check(urls.length, fields, records);
    const { up, down } = bytes();
    await repo.shutdown();
    return { ms, up, bytes: up + down, again };
  } finally {
    await server.stop();
  }
}

/** Both must have what was written. */
function check(seen, fields, records) {
  let written = 0;
  for (let number = 0; number < records; number += 1) {
    written += Object.values(customer(number)).filter((it) => it !== undefined).length;
  }
  if (seen !== records || fields !== written) throw new Error(`${seen} records with ${fields} fields instead of ${records} with ${written}`);
}
