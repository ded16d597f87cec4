// A server's data folder with customers and nothing else, written over the sync protocol.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { customer, customerId, idText, LOGIN, PASSWORD } from "../data.mjs";
import { copyOf, progress, Server, temporaryFolder } from "../support.mjs";
import { Registers } from "./change.mjs";
import { Account, Device } from "./device.mjs";

const CUSTOMER = 1;
/** Changes that wait for their verdicts while more are made. */
const AHEAD = 2_000;
const BATCH = 250;
/** A connection takes so many changes without being slowed down. */
const CHANGES_A_CONNECTION = 18_000;

/** Names the record of a customer. */
export const recordOf = (number) => ({ kind: CUSTOMER, id: customerId(number) });
export const textOf = (number) => idText(customerId(number));

/** A server on a copy of the filled folder, started, and a session. */
export async function filledServer({ data, records }) {
  const folder = await filledFolder(data || (scratch ??= temporaryFolder()), records);
  const server = new Server(copyOf(folder));
  await server.start();
  return { server, account: await Account.enter(server.address, "/sign-in", { login: LOGIN, password: PASSWORD }) };
}

let scratch;

async function filledFolder(parent, records) {
  const folder = join(parent, `customers-${records}`);
  const note = `${folder}.json`;
  if (existsSync(note) && JSON.parse(readFileSync(note, "utf8")).records === records) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(parent, { recursive: true });
  const started = Date.now();
  const server = new Server(folder);
  await server.start();
  try {
    const fields = { code: server.code, workspace: "云仓贸易", name: "王伟", login: LOGIN, password: PASSWORD };
    const account = await Account.enter(server.address, "/setup", fields);
    for (let from = 0; from < records; from += CHANGES_A_CONNECTION) {
      await fill(account, from, Math.min(records, from + CHANGES_A_CONNECTION));
    }
  } finally {
    await server.stop();
  }
  progress(`${records} customers after ${Date.now() - started} ms`);
  writeFileSync(note, JSON.stringify({ records }));
  return folder;
}

async function fill(account, from, to) {
  const device = new Device(account);
  await device.join();
  for (let at = from; at < to; at += BATCH) {
    const numbers = Array.from({ length: Math.min(BATCH, to - at) }, (_, index) => at + index);
    device.push(numbers.map((number) => new Registers(device.actor).edit(recordOf(number), customer(number))));
    await device.accepted(at - from - AHEAD);
  }
  await device.accepted(to - from);
  device.close();
}
