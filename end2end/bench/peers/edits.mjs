// Many people edit one record: how long an edit takes to the others, and what it costs the server. Ours keeps every edit
// on the disk before anybody hears of it; Hocuspocus as it comes keeps them in memory.
import { quantile } from "../support.mjs";
import { cpuSeconds, Script } from "./processes.mjs";
import { filledServer, recordOf, textOf } from "./records.mjs";

const CLIENTS = 16;
/** Two edits a second each. */
const EVERY_MS = 500;
const EDITED = 17;

export async function edits(options, { line }) {
  const shared = { clients: CLIENTS, everyMs: EVERY_MS, seconds: options.seconds };
  const ours = await runOurs(options, shared);
  const theirs = await runTheirs(shared);
  const context = { clients: CLIENTS, edits: ours.edits, hocuspocus_edits: theirs.edits };
  for (const share of [0.5, 0.95, 0.99]) {
    const [mine, peer] = [quantile(ours.each, share), quantile(theirs.each, share)];
    const [myLast, peerLast] = [quantile(ours.last, share), quantile(theirs.last, share)];
    const goal = share === 0.95 ? 1 : null;
    line(`edit_to_peer_ratio_p${share * 100}`, mine / peer, goal, "ratio", {
      ...context,
      n: ours.each.length,
      ms: mine,
      hocuspocus_ms: peer,
      last_ms: myLast,
      hocuspocus_last_ms: peerLast,
      ours: "on the disk before it is passed on",
      hocuspocus: "in memory",
    });
  }
  const [mine, peer] = [ours, theirs].map((it) => (it.cpu / it.edits) * 1e6);
  line("server_cpu_per_edit_ratio", mine / peer, 0.3, "ratio", {
    ...context,
    us: mine,
    hocuspocus_us: peer,
    us_by_half: ours.halves,
    hocuspocus_us_by_half: theirs.halves,
  });
}

async function runOurs(options, shared) {
  const { server, account } = await filledServer(options);
  const record = { ...recordOf(EDITED), text: textOf(EDITED) };
  record.id = Array.from(record.id);
  try {
    const place = { address: account.address, cookie: account.cookie, record };
    return await run({ peer: "huike", ...shared, ...place }, server.process.pid);
  } finally {
    await server.stop();
  }
}

async function runTheirs(shared) {
  const server = new Script("hocuspocus-server.mjs", {});
  try {
    const address = `ws://127.0.0.1:${await server.next("port")}`;
    return await run({ peer: "hocuspocus", ...shared, address, name: "customer" }, server.pid);
  } finally {
    await server.stop();
  }
}

/** The clients in their process; what they saw, and the processor time of the server from begin to end. */
async function run(task, pid) {
  const clients = new Script("editors.mjs", task);
  await clients.next("begin");
  const before = cpuSeconds(pid);
  const firstEdits = await clients.next("half");
  const first = cpuSeconds(pid) - before;
  const seen = await clients.next("end");
  const cpu = cpuSeconds(pid) - before;
  if (seen.missed > 0) throw new Error(`${seen.missed} of ${seen.edits} edits did not reach everybody at ${task.peer}`);
  // A server whose work grows with the history of the record shows it here.
  const halves = [first / firstEdits, (cpu - first) / (seen.edits - firstEdits)].map((it) => Math.round(it * 1e6));
  return { ...seen, cpu, halves };
}
