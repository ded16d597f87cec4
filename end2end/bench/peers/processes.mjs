// Other processes: the servers of peers, the clients of a run, and what the kernel says of them.
import { execFileSync, fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** How long a process may be silent before it counts as stuck. */
const SILENCE_MS = 600_000;
const TICKS_A_SECOND = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** The processor time of a process so far, its own and the system's for it, in seconds. */
export function cpuSeconds(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name may hold spaces; the fields behind it do not.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

/** The memory that a process holds, in bytes. */
export function residentBytes(pid) {
  const text = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(text)[1]) * 1024;
}

/** A script of this folder in a process of its own, with its task as JSON; it answers with messages. */
export class Script {
  constructor(name, task) {
    const path = fileURLToPath(new URL(name, import.meta.url));
    this.process = fork(path, [JSON.stringify(task)], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    this.pid = this.process.pid;
    this.said = [];
    this.process.on("message", (it) => {
      this.said.push(it);
      this.hear?.();
    });
    this.process.on("exit", (code) => {
      this.ended = `${name} ended with ${code}`;
      this.hear?.();
    });
  }

  /** The next message, which has this key; others that come before are a mistake. */
  async next(key) {
    const late = Date.now() + SILENCE_MS;
    while (this.said.length === 0) {
      if (this.ended) throw new Error(`${this.ended} before it said ${key}`);
      if (Date.now() > late) throw new Error(`never said ${key}`);
      await new Promise((done) => {
        const timer = setTimeout(done, 1_000);
        this.hear = () => (clearTimeout(timer), done());
      });
    }
    const message = this.said.shift();
    if (!(key in message)) throw new Error(`said ${Object.keys(message)} instead of ${key}`);
    return message[key];
  }

  tell(message) {
    this.process.send(message);
  }

  async stop() {
    if (this.ended) return;
    const gone = new Promise((done) => this.process.once("exit", done));
    this.process.kill("SIGTERM");
    await gone;
  }
}

/** Inside a script: what it is to do. It ends with its starter. */
export function task() {
  process.on("disconnect", () => process.exit());
  return JSON.parse(process.argv[2]);
}

/** Inside a script: says something to its starter, and answers when it is on its way. */
export const say = (message) => new Promise((done) => process.send(message, done));
