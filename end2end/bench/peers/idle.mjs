// The server's memory with its data and many devices that are connected and do nothing.
import { pause } from "../support.mjs";
import { Device } from "./device.mjs";
import { residentBytes } from "./processes.mjs";
import { filledServer } from "./records.mjs";

const SOCKETS = 500;
const SETTLE_MS = 3_000;
const MB = 1_000_000;

export async function idle(options, { line }) {
  const { server, account } = await filledServer(options);
  const memory = () => residentBytes(server.process.pid) / MB;
  const devices = [];
  try {
    const alone = memory();
    for (let it = 0; it < SOCKETS; it += 1) {
      const device = new Device(account);
      await device.join();
      devices.push(device);
    }
    await pause(SETTLE_MS);
    const connected = memory();
    await new Device(account).fetchStates();
    await pause(SETTLE_MS);
    line("server_memory_500_idle", connected, 150, "MB", {
      counted: "resident memory",
      sockets: SOCKETS,
      records: options.records,
      without_sockets: alone,
      after_first_contact: memory(),
    });
  } finally {
    for (const it of devices) it.close();
    await server.stop();
  }
}
