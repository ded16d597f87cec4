// One who edits a document of a Hocuspocus server: a map with a field for each field of the record.
import { HocuspocusProvider, HocuspocusProviderWebsocket } from "@hocuspocus/provider";
import WebSocket from "ws";
import * as Y from "yjs";

/** Joins, and tells every value of others that was decoded. */
export async function join({ address, name }, { heard, sending }) {
  const document = new Y.Doc();
  const fields = document.getMap("fields");
  let going;
  let provider;
  // Heard before the provider, which sends in the same event.
  document.on("update", (_, origin) => {
    if (origin !== provider) sending(going);
  });
  fields.observe((event, { local }) => {
    if (local) return;
    for (const key of event.keysChanged) heard(fields.get(key));
  });
  const socket = new HocuspocusProviderWebsocket({ url: address, WebSocketPolyfill: WebSocket });
  await new Promise((synced) => {
    provider = new HocuspocusProvider({ websocketProvider: socket, name, document, onSynced: synced });
    provider.attach();
  });
  const stream = socket.webSocket._socket;
  const before = { up: stream.bytesWritten, down: stream.bytesRead };
  return {
    edit(field, value) {
      going = value;
      fields.set(field, value);
    },
    bytes: () => ({ up: stream.bytesWritten - before.up, down: stream.bytesRead - before.down }),
    close: () => {
      provider.destroy();
      socket.destroy();
    },
  };
}
