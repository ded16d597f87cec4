// A Hocuspocus server as it comes: documents in memory, nothing kept.
import { Server } from "@hocuspocus/server";
import { say, task } from "./processes.mjs";

task();
const server = new Server({ port: 0, address: "127.0.0.1", quiet: true });
await server.listen();
await say({ port: server.address.port });
