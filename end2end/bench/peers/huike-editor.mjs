// One who edits a record over our sync protocol.
import { Registers } from "./change.mjs";
import { Account, Device } from "./device.mjs";

/** Joins, and tells every value of others that was decoded. */
export async function join({ address, cookie, record }, { heard, sending, made = () => {} }) {
  const account = new Account(address, cookie);
  const device = new Device(account);
  const named = { kind: record.kind, id: Uint8Array.from(record.id) };
  await device.join();
  // Nobody edits before all have joined.
  const registers = new Registers(device.actor, await account.document(record.text));
  device.hear = (message) => {
    if (message.name !== "changes") return;
    for (const { record: of, body } of message.entries) {
      if (Buffer.compare(of.id, named.id) !== 0) continue;
      for (const value of registers.apply(body).values()) heard(value);
    }
  };
  return {
    edit(field, value) {
      const change = registers.edit(named, { [field]: value });
      made(change.body);
      sending(value);
      device.push([change]);
    },
    bytes: () => device.bytes(),
    close: () => device.close(),
  };
}
