// What every figure needs: a server, a browser, quantiles, and one JSON line for each figure.
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "@playwright/test";

const BIN = process.env.HUIKE_BIN ?? "../target/release/huike";
export const SITE = process.env.HUIKE_SITE ?? "../target/site-release";
const CHROMIUM = process.env.HUIKE_CHROMIUM ?? "/usr/bin/chromium";

/** How long a server may take until it listens. */
const READY_MS = 120_000;
/** How long anything in a page may take. */
const PATIENCE_MS = 30_000;

const OPTIONS = {
  only: { type: "string", default: "" },
  data: { type: "string", default: "" },
  customers: { type: "string", default: "10000" },
  deals: { type: "string", default: "2000" },
  cards: { type: "string", default: "500" },
  rounds: { type: "string", default: "7" },
  samples: { type: "string", default: "200" },
  seconds: { type: "string", default: "20" },
  records: { type: "string", default: "10000" },
  company: { type: "string", default: "100000" },
  settle: { type: "string", default: "10" },
  profile: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
};
const USAGE = `--only a,b       only these parts
--data FOLDER    keep server data and browser profile here, and use what is there
--customers N    records to fill an empty folder with (default 10000)
--deals N        (default 2000)
--cards N        how many of the deals are open, that is on the board (default 500)
--rounds N       openings for each median (default 7)
--samples N      keystrokes, edits (default 200)
--seconds N      how long many people edit one record (default 20)
--records N      what is compared with other servers (default 10000)
--company N      customers, and half as many deals, that a new device receives (default 100000)
--settle N       seconds that the server runs before (default 10)
--profile        also list the functions that took longest, on standard error
`;

/** The options of the command line. */
export function options() {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) {
    process.stderr.write(USAGE);
    process.exit(0);
  }
  const number = (name) => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} takes a whole number`);
    return value;
  };
  return {
    profile: values.profile,
    only: values.only.split(",").filter(Boolean),
    data: values.data,
    customers: number("customers"),
    deals: number("deals"),
    cards: number("cards"),
    rounds: number("rounds"),
    samples: number("samples"),
    seconds: number("seconds"),
    records: number("records"),
    company: number("company"),
    settle: number("settle"),
  };
}

/** Says how far it is. */
export function progress(words) {
  process.stderr.write(`${words}\n`);
}

/** Waits. */
export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** The value below which a share of the samples lies (nearest rank). */
export function quantile(samples, share) {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

export const median = (samples) => quantile(samples, 0.5);

const round = (value) => (typeof value === "number" ? Math.round(value * 10) / 10 : value);
const roundRatio = (value) => Math.round(value * 1_000) / 1_000;

/** Writers of the JSON lines of one bench. */
export function lines(bench) {
  /** One figure: its goal is an upper bound, and missing it is no error. */
  const line = (figure, value, goal, unit, more = {}) => {
    if (!Number.isFinite(value)) throw new Error(`${figure} could not be measured`);
    const extra = Object.fromEntries(Object.entries(more).map(([key, it]) => [key, round(it)]));
    const load = round(loadavg()[0]);
    const met = goal === null ? undefined : value <= goal;
    const shown = unit === "ratio" ? roundRatio(value) : round(value);
    const all = { bench, figure, value: shown, goal: goal ?? undefined, unit, met, ...extra, load, cores: cpus().length };
    process.stdout.write(`${JSON.stringify(all)}\n`);
  };
  /** A figure that is a quantile of samples. */
  const of = (figure, samples, share, goal, more = {}) =>
    line(`${figure}_p${Math.round(share * 100)}`, quantile(samples, share), goal, "ms", {
      n: samples.length,
      ...spread(samples),
      ...more,
    });
  return { line, of };
}

/** Middle and edges of samples. */
export function spread(samples) {
  return { p50: median(samples), p95: quantile(samples, 0.95), max: Math.max(...samples) };
}

/** Runs the parts that were asked for; a part that fails does not keep the others from running. */
export async function runParts(parts, only) {
  const unknown = only.filter((it) => !(it in parts));
  if (unknown.length > 0) throw new Error(`no such part: ${unknown}; there are ${Object.keys(parts)}`);
  for (const [name, part] of Object.entries(parts)) {
    if (only.length > 0 && !only.includes(name)) continue;
    progress(`-- ${name}`);
    try {
      await part();
    } catch (reason) {
      process.exitCode = 1;
      progress(`${name} could not be measured: ${reason?.stack ?? reason}`);
    }
  }
}

/** The released server with a data folder. */
export class Server {
  constructor(folder, port = 0) {
    this.folder = folder;
    this.port = port;
  }

  /** Starts it and answers when it listens: the moment by the machine's clock. */
  async start() {
    const args = ["serve", "--port", String(this.port), "--data", this.folder, "--site", SITE, "--log", "warn"];
    const child = spawn(BIN, args, { stdio: ["ignore", "pipe", "pipe"] });
    this.process = child;
    this.output = "";
    return new Promise((ready, failed) => {
      const late = setTimeout(() => failed(new Error(`not ready: ${this.output}`)), READY_MS);
      const read = (bytes) => {
        this.output += bytes.toString();
        const address = /is ready: (http:\/\/\S+)/.exec(this.output);
        if (!address || !this.output.includes("Ctrl+C")) return;
        this.address = address[1].replace("127.0.0.1", "localhost");
        this.port = Number(new URL(this.address).port);
        this.code = /set-up code (\S+?)\)/.exec(this.output)?.[1] ?? "";
        clearTimeout(late);
        ready(performance.timeOrigin + performance.now());
      };
      child.stdout.on("data", read);
      child.stderr.on("data", read);
      child.on("error", failed);
      child.on("exit", (code) => failed(new Error(`ended with ${code}: ${this.output}`)));
    });
  }

  /** Ends it as an operator would. */
  async stop() {
    const child = this.process;
    this.process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((done) => child.once("exit", done));
    child.kill("SIGTERM");
    await gone;
  }
}

const scratch = [];

/** A folder that goes when the measuring ends. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), "huike-bench-"));
  scratch.push(folder);
  return folder;
}

/** A copy of a folder that goes when the measuring ends. */
export function copyOf(folder) {
  const copy = join(temporaryFolder(), "copy");
  cpSync(folder, copy, { recursive: true });
  return copy;
}

process.on("exit", () => {
  for (const folder of scratch) rmSync(folder, { recursive: true, force: true });
});

const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A browser process on a profile. */
export function launch(profile) {
  return chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    args: ARGS,
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
    viewport: { width: 1440, height: 900 },
    timeout: PATIENCE_MS,
  });
}

/** A fresh tab with nothing else open. */
export async function onlyTab(context) {
  const old = context.pages();
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  for (const it of old) await it.close();
  return page;
}

/** Everything is on the server, and everything of the server is here. */
export async function synced(page) {
  await page.locator(".sync-pill.synced").first().waitFor();
}

/** Waits until a question to the page, asked anew each time, is answered with yes. */
export async function until(page, question, argument) {
  const end = Date.now() + PATIENCE_MS;
  while (!(await page.evaluate(question, argument))) {
    if (Date.now() > end) throw new Error(`never true: ${question}`);
    await page.waitForTimeout(20);
  }
}
