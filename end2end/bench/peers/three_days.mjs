// A device comes back after three days: what it did itself goes up, what the others did comes down.
import { Registers } from "./change.mjs";
import { Device } from "./device.mjs";
import { filledServer, recordOf, textOf } from "./records.mjs";

const OWN_EDITS = 500;
const OTHER_EDITS = 20_000;
const OTHER_RECORDS = 5_000;
const FIELDS = ["address", "job_title", "wechat", "industry"];

export async function three_days(options, { line }) {
  const { server, account } = await filledServer(options);
  const edited = Math.min(OTHER_RECORDS, options.records);
  try {
    const away = new Device(account);
    await away.join();
    const cursor = away.cursor;
    away.close();
    const own = [];
    for (let number = 0; number < Math.min(OWN_EDITS, edited); number += 1) {
      const registers = new Registers(away.actor, await account.document(textOf(number)));
      own.push(registers.edit(recordOf(number), { remark: `回访 ${number}` }));
    }
    await othersWork(account, edited);

    const started = performance.now();
    await away.connect();
    away.cursor = cursor;
    const { fetch } = await away.greet();
    const states = fetch ? await away.fetchStates() : { records: 0, wire: 0, up: 0, encoding: "none" };
    const { head } = await away.greet();
    away.push(own);
    await away.accepted(own.length);
    await away.until(head);
    const ms = performance.now() - started;
    const socket = away.bytes();
    away.close();

    const context = { own_edits: own.length, other_edits: OTHER_EDITS, other_records: edited, ms };
    line("three_days_bytes_up", socket.up + states.up, 100_000, "bytes", {
      ...context,
      changes: own.reduce((sum, it) => sum + it.body.length, 0),
    });
    line("three_days_bytes_down", socket.down + states.wire, 2_000_000, "bytes", {
      ...context,
      states: states.wire,
      states_records: states.records,
      encoding: states.encoding,
    });
  } finally {
    await server.stop();
  }
}

/** Twenty thousand edits by somebody else, spread over the records. */
async function othersWork(account, edited) {
  const other = new Device(account);
  await other.join();
  let pushed = 0;
  for (let number = 0; number < edited; number += 1) {
    const registers = new Registers(other.actor, await account.document(textOf(number)));
    const count = Math.floor(OTHER_EDITS / edited) + (number < OTHER_EDITS % edited ? 1 : 0);
    const changes = Array.from({ length: count }, (_, at) => {
      const field = FIELDS[at % FIELDS.length];
      return registers.edit(recordOf(number), { [field]: `${field} ${number}-${at}` });
    });
    other.push(changes);
    pushed += changes.length;
    await other.accepted(pushed - 2_000);
  }
  await other.accepted(pushed);
  other.close();
}
