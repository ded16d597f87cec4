// A device that speaks the sync protocol, with nothing of a browser: what a replica does on the wire.
import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
import http from "node:http";
import WebSocket from "ws";
import { fresh } from "./change.mjs";
import { hello, ping, push, read, readStates } from "./messages.mjs";

/** Changes in one push, and their bytes. */
const PUSH_CHANGES_MAX = 256;
const PUSH_BYTES_MAX = 512 * 1024;
/** The server takes a device that is silent for three of these for gone. */
const HEARTBEAT_MS = 15_000;
const DECODERS = {
  gzip: gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
  identity: (it) => it,
};
const ENCODINGS = "gzip, deflate, br";
const agent = new http.Agent({ keepAlive: true });

/** A signed-in session. */
export class Account {
  constructor(address, cookie) {
    this.address = address;
    this.cookie = cookie;
  }

  /** Sends a form that begins a session. */
  static async enter(address, path, fields) {
    const answer = await fetch(`${address}${path}`, {
      method: "POST",
      headers: { origin: address },
      body: new URLSearchParams(fields),
      redirect: "manual",
    });
    const cookies = answer.headers.getSetCookie().map((it) => it.split(";")[0]);
    const cookie = cookies.find((it) => it.startsWith("huike="));
    if (!cookie) throw new Error(`${path} answered ${answer.status} without a session`);
    return new Account(address, cookie);
  }

  /** A body as it was sent, and what it says once unpacked. */
  async get(path, agent) {
    const url = new URL(path, this.address);
    const answer = await new Promise((done, failed) => {
      const headers = { cookie: this.cookie, "accept-encoding": ENCODINGS };
      http.get(url, { agent, headers }, done).on("error", failed);
    });
    const chunks = [];
    for await (const it of answer) chunks.push(it);
    if (answer.statusCode !== 200) throw new Error(`${path} answered ${answer.statusCode}`);
    const sent = Buffer.concat(chunks);
    const encoding = answer.headers["content-encoding"] ?? "identity";
    return { sent, encoding, plain: DECODERS[encoding](sent) };
  }

  /** The saved Automerge document of a customer. */
  async document(idText) {
    return (await this.get(`/api/v1/records/customer/${idText}/document`, agent)).plain;
  }
}

/** One socket, its log and its cursor. */
export class Device {
  constructor(account) {
    this.account = account;
    this.id = fresh();
    this.actor = fresh();
    this.log = null;
    this.cursor = 0;
    this.acceptedCount = 0;
    this.waiting = [];
    this.hear = () => {};
  }

  /** Opens the socket; nothing is said yet. */
  async connect() {
    this.closing = false;
    const url = `${this.account.address.replace("http", "ws")}/api/v1/sync`;
    const headers = { cookie: this.account.cookie, origin: this.account.address };
    const socket = new WebSocket(url, { headers, perMessageDeflate: false });
    this.socket = socket;
    await new Promise((done, failed) => {
      socket.once("upgrade", (answer) => {
        this.stream = answer.socket;
        // What the handshake took does not count.
        this.before = { up: this.stream.bytesWritten, down: this.stream.bytesRead };
      });
      socket.once("open", done);
      socket.once("error", failed);
    });
    socket.on("message", (bytes) => this.#received(read(bytes)));
    const heart = setInterval(() => socket.send(ping()), HEARTBEAT_MS);
    socket.on("close", () => {
      clearInterval(heart);
      if (this.socket === socket) this.#fail(new Error("the server closed the connection"));
    });
    socket.on("error", (reason) => this.#fail(reason));
  }

  /** A new session of the program: another actor. */
  renew() {
    this.actor = fresh();
  }

  /** Bytes on the wire since the handshake, the WebSocket's own included. */
  bytes() {
    return { up: this.stream.bytesWritten - this.before.up, down: this.stream.bytesRead - this.before.down };
  }

  /** Says hello and hears the welcome. */
  async greet() {
    const welcome = this.#next("welcome");
    this.socket.send(hello({ device: this.id, actors: [this.actor], log: this.log, cursor: this.cursor }));
    return welcome;
  }

  /** Connects and stands at the head of the log, whatever records there are: for devices that only look on. */
  async join() {
    await this.connect();
    const { log, head, fetch } = await this.greet();
    if (!fetch) {
      this.log = log;
      return this.until(head);
    }
    Object.assign(this, { log, cursor: head });
    const again = await this.greet();
    if (again.fetch) throw new Error("the server does not take its own head for a cursor");
    return this.until(again.head);
  }

  /** Fetches all states behind the cursor; answers what came over the wire, and how many records. */
  async fetchStates(keep = () => {}) {
    const all = { wire: 0, body: 0, plain: 0, records: 0, pages: 0, encoding: "" };
    const single = new http.Agent({ keepAlive: true, maxSockets: 1 });
    let socket;
    single.on("free", (it) => (socket = it));
    for (let after = this.cursor; ; ) {
      const { sent, plain, encoding } = await this.account.get(`/api/v1/sync/states?after=${after}`, single);
      const page = readStates(plain);
      keep(page.states);
      all.body += sent.length;
      all.plain += plain.length;
      all.records += page.states.length;
      all.pages += 1;
      all.encoding = encoding;
      after = page.next;
      if (page.remaining > 0) continue;
      Object.assign(this, { log: page.log, cursor: page.next });
      break;
    }
    await new Promise(setImmediate);
    all.wire = socket.bytesRead;
    all.up = socket.bytesWritten;
    single.destroy();
    return all;
  }

  /** Pushes changes in frames of the allowed size, none waiting for the one before. */
  push(changes) {
    let frame = [];
    let size = 0;
    const flush = () => {
      if (frame.length > 0) this.socket.send(push(frame));
      [frame, size] = [[], 0];
    };
    for (const it of changes) {
      if (frame.length === PUSH_CHANGES_MAX || size + it.body.length > PUSH_BYTES_MAX) flush();
      frame.push(it);
      size += it.body.length;
    }
    flush();
  }

  /** Waits until so many changes in all were accepted. */
  accepted(count) {
    return this.#when(() => this.acceptedCount >= count);
  }

  /** Waits until a position was heard of. */
  until(position) {
    return this.#when(() => this.cursor >= position);
  }

  close() {
    this.closing = true;
    this.socket.close();
  }

  #received(message) {
    if (message.name === "closed") return this.#fail(new Error(`the server closed: ${message.refusal}`));
    if (message.name === "changes") this.cursor = Math.max(this.cursor, message.to);
    if (message.name === "answers") {
      for (const { refused, position } of message.answers) {
        if (refused) return this.#fail(new Error(`a change was refused: ${refused}`));
        this.acceptedCount += 1;
        this.cursor = Math.max(this.cursor, position);
      }
    }
    this.hear(message);
    this.waiting = this.waiting.filter((it) => !it.look(message));
  }

  /** The next message with this name. */
  #next(name) {
    return this.#wait((message, done) => message?.name === name && (done(message), true));
  }

  #when(question) {
    return this.#wait((_, done) => question() && (done(), true));
  }

  async #wait(look) {
    if (this.failed) throw this.failed;
    return new Promise((done, failed) => {
      if (!look(undefined, done)) this.waiting.push({ look: (message) => look(message, done), failed });
    });
  }

  #fail(reason) {
    if (this.closing) return;
    this.failed = reason;
    // A device that nobody waits for must not fall silent unnoticed.
    if (this.waiting.length === 0) throw reason;
    for (const it of this.waiting.splice(0)) it.failed(reason);
  }
}
