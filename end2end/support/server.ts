// The real server on a free port with a data folder of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The program. */
export const BIN = process.env.HUIKE_BIN ?? "../target/debug/huike";
const SITE = process.env.HUIKE_SITE ?? "../target/site";

/** How long a server may take to say that it is ready; filling the demo takes most of it. */
const READY_MS = 120_000;

export class Server {
  readonly folder: string;
  /** The folder of the built site; another one from the next start on. */
  site = SITE;
  address = "";
  code = "";
  output = "";
  private port = 0;
  private process: ChildProcess | undefined;

  /** `args` are read at each start. */
  constructor(readonly args: string[] = []) {
    this.folder = mkdtempSync(join(tmpdir(), "huike-"));
  }

  /** Starts it, on the same port as before if it ran before. */
  async start(): Promise<this> {
    const args = ["serve", "--port", String(this.port), "--data", this.folder, "--site", this.site];
    const child = spawn(BIN, [...args, ...this.args], { stdio: ["ignore", "pipe", "pipe"] });
    this.process = child;
    this.output = "";
    await new Promise<void>((ready, failed) => {
      const late = setTimeout(() => failed(new Error(`not ready: ${this.output}`)), READY_MS);
      const read = (bytes: Buffer) => {
        this.output += bytes.toString();
        const address = /is ready: (http:\/\/\S+)/.exec(this.output);
        if (address && this.output.includes("Ctrl+C")) {
          this.address = address[1].replace("127.0.0.1", "localhost");
          this.port = Number(new URL(this.address).port);
          this.code = /set-up code (\S+?)\)/.exec(this.output)?.[1] ?? "";
          clearTimeout(late);
          ready();
        }
      };
      child.stdout?.on("data", read);
      child.stderr?.on("data", read);
      child.on("exit", (code) => failed(new Error(`ended with ${code}: ${this.output}`)));
    });
    return this;
  }

  /** Ends it as the machine's power would. */
  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  /** Ends it as an operator would. */
  async stop(): Promise<void> {
    await this.end("SIGTERM");
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.process;
    this.process = undefined;
    if (!child || child.exitCode !== null) return;
    const gone = new Promise((done) => child.once("exit", done));
    child.kill(signal);
    await gone;
  }

  /** Ends it and removes its data. */
  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
