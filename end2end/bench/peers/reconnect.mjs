// A device comes back with nothing new on either side: bytes and round trips from the open WebSocket until it knows that it
// has everything, and what that costs the server.
import { pause } from "../support.mjs";
import { Device } from "./device.mjs";
import { cpuSeconds } from "./processes.mjs";
import { filledServer } from "./records.mjs";

/** Greetings in all, and on each connection: fewer than its burst of frames. */
const GREETINGS = 3_000;
const GREETINGS_A_CONNECTION = 1_000;
const RECONNECTS = 1_000;
const SETTLE_MS = 1_000;

export async function reconnect(options, { line }) {
  const { server, account } = await filledServer(options);
  const pid = server.process.pid;
  try {
    const device = new Device(account);
    await device.join();
    device.close();
    await pause(SETTLE_MS);

    // Once, looked at closely.
    await device.connect();
    const names = [];
    device.hear = ({ name }) => names.push(name);
    const welcome = await device.greet();
    if (welcome.fetch || welcome.head !== device.cursor) throw new Error("there was something new");
    const trips = names.length;
    const known = device.bytes();
    await pause(SETTLE_MS);
    const settled = device.bytes();
    const later = names.slice(trips).join(" ");
    device.hear = () => {};
    device.close();

    const hello = await greetings(device, pid, () => {});
    // With an actor that the server never saw, as after a start of the program.
    const fresh = await greetings(device, pid, (it) => it.renew());
    const before = cpuSeconds(pid);
    for (let it = 0; it < RECONNECTS; it += 1) {
      await device.connect();
      await device.greet();
      device.close();
    }
    await pause(SETTLE_MS);
    const whole = ((cpuSeconds(pid) - before) / RECONNECTS) * 1e6;

    const context = { records: options.records };
    line("reconnect_round_trips", trips, 1, "round trips", { ...context, counted: "after the WebSocket's handshake" });
    line("reconnect_bytes", known.up + known.down, 150, "bytes", {
      ...context,
      up: known.up,
      down: known.down,
      members: welcome.members.length,
      later_up: settled.up - known.up,
      later_down: settled.down - known.down,
      later_messages: later,
    });
    line("reconnect_server_cpu", hello, 50, "us", {
      ...context,
      n: GREETINGS,
      counted: `from hello to welcome: ${GREETINGS_A_CONNECTION} greetings on each connection`,
      with_new_actor: fresh,
      with_handshake: whole,
      with_handshake_n: RECONNECTS,
    });
  } finally {
    await server.stop();
  }
}

/** Microseconds of the server's processor for one greeting. */
async function greetings(device, pid, prepare) {
  let spent = 0;
  for (let done = 0; done < GREETINGS; done += GREETINGS_A_CONNECTION) {
    await device.connect();
    await device.greet();
    const before = cpuSeconds(pid);
    for (let it = 0; it < GREETINGS_A_CONNECTION; it += 1) {
      prepare(device);
      await device.greet();
    }
    spent += cpuSeconds(pid) - before;
    device.close();
  }
  return (spent / GREETINGS) * 1e6;
}
