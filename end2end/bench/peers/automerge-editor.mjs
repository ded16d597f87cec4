// One who edits a document of an automerge-repo server.
import { ImmutableString } from "@automerge/automerge";
import { Repo } from "@automerge/automerge-repo";
import { WebSocketClientAdapter } from "@automerge/automerge-repo-network-websocket";

/** A client that keeps nothing, and its socket. */
export function open(address) {
  const adapter = new WebSocketClientAdapter(address);
  const repo = new Repo({ network: [adapter], sharePolicy: async () => true });
  const stream = () => adapter.socket._socket;
  return { repo, bytes: () => ({ up: stream().bytesWritten, down: stream().bytesRead }) };
}

/** Joins, and tells every value of others that was decoded. */
export async function join({ address, url }, { heard, sending }) {
  const { repo, bytes } = open(address);
  const handle = await repo.find(url);
  await handle.whenReady();
  let isOwn = false;
  handle.on("change", ({ patches }) => {
    if (isOwn) return;
    for (const it of patches) if (it.action === "put") heard(String(it.value));
  });
  return {
    edit(field, value) {
      isOwn = true;
      sending(value);
      handle.change((it) => {
        it[field] = new ImmutableString(value);
      });
      isOwn = false;
    },
    bytes,
    close: () => repo.shutdown(),
  };
}
