// An automerge-repo server: a document for each record, kept in files, served over a WebSocket.
import { Repo } from "@automerge/automerge-repo";
import { ImmutableString } from "@automerge/automerge";
import { WebSocketServerAdapter } from "@automerge/automerge-repo-network-websocket";
import { NodeFSStorageAdapter } from "@automerge/automerge-repo-storage-nodefs";
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { customer } from "../data.mjs";
import { say, task } from "./processes.mjs";

const { folder, records } = task();
/** Documents that one repository makes: with more it slows down, and filling is not what is measured. */
const MADE_BY_ONE = 250;
const storage = new NodeFSStorageAdapter(folder);

const texts = (values) =>
  Object.fromEntries(Object.entries(values).filter((it) => it[1] !== undefined).map(([key, it]) => [key, new ImmutableString(it)]));

const urls = [];
while (urls.length < records) {
  const maker = new Repo({ storage });
  const numbers = Array.from({ length: Math.min(MADE_BY_ONE, records - urls.length) }, (_, at) => urls.length + at);
  const made = numbers.map((it) => maker.create(texts(customer(it))).url);
  await maker.flush();
  await maker.shutdown();
  urls.push(...made);
}

const http = createServer();
const sockets = new WebSocketServer({ server: http });
new Repo({
  network: [new WebSocketServerAdapter(sockets)],
  storage,
  // Nothing is offered on its own; what is asked for by its id is given.
  sharePolicy: async () => false,
});
await new Promise((done) => http.listen(0, "127.0.0.1", done));
await say({ ready: { port: http.address().port, urls } });
