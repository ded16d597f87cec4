// A new device of a large company: signs in, and has everything. And its next start, without a server.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { customer, customerId, deal, dealId, LOGIN, PASSWORD, setUp, signIn, standardBoard } from "./data.mjs";
import { Registers } from "./peers/change.mjs";
import { Account, Device } from "./peers/device.mjs";
import { watch } from "./probe.mjs";
import { copyOf, launch, onlyTab, pause, progress, Server, synced, temporaryFolder, until } from "./support.mjs";

const CUSTOMER = 1;
const DEAL = 3;
/** Changes that wait for their verdicts while more are made. */
const AHEAD = 2_000;
const BATCH = 250;
/** A connection takes so many changes without being slowed down. */
const CHANGES_A_CONNECTION = 18_000;
const MB = 1_000_000;
/** How long a device may take until it has everything. */
const PATIENCE_MS = 240_000;

export async function arrival(options, { line }) {
  const size = { customers: options.company, deals: options.company / 2, cards: options.cards };
  const { folder } = await company(options.data, size);
  const server = new Server(copyOf(folder));
  await server.start();
  // What a running server has ready for new devices.
  await pause(options.settle * 1_000);
  const context = await launch(temporaryFolder());
  try {
    await watch(context, { watched: [{ name: "list", state: "list" }, { name: "complete", state: "listComplete", ...size }] });
    const page = await onlyTab(context);
    page.setDefaultTimeout(PATIENCE_MS);
    // The program is on the device, as an app that was installed or a page that was visited.
    await signIn(page, server);
    await page.goto(`${server.address}/app/customers`);
    const marks = await page.evaluate(() => self.bench.allMarks);
    await synced(page);
    const all = await page.evaluate(() => performance.now());
    const worker = page.workers().find((it) => it.url().endsWith("/worker-start.js"));
    const fetched = await worker.evaluate(() =>
      performance
        .getEntriesByType("resource")
        .filter((it) => it.name.includes("/api/v1/sync"))
        .map((it) => ({ name: it.name, bytes: it.encodedBodySize, plain: it.decodedBodySize, start: it.startTime, end: it.responseEnd })),
    );
    if (process.env.THREADS) progress((await import("node:child_process")).execSync("python3 /tmp/threads.py").toString());
    const bytes = fetched.reduce((sum, it) => sum + it.bytes, 0);
    const plain = fetched.reduce((sum, it) => sum + it.plain, 0);
    const context_ = { customers: size.customers, deals: size.deals };
    line("arrival_bytes", bytes / MB, 8, "MB", { ...context_, unpacked: plain / MB, requests: fetched.length });
    line("arrival_first_screen", marks.list, 1_500, "ms", context_);
    line("arrival_complete", Math.max(marks.complete, all), 10_000, "ms", { ...context_, list_complete: marks.complete, synced: all });
  } finally {
    await context.close();
    await server.stop();
  }
}

/** A data folder with so many records, made if it is not there. */
async function company(parent, size) {
  const home = parent || temporaryFolder();
  const folder = join(home, `company-${size.customers}`);
  const note = `${folder}.json`;
  if (existsSync(note)) return { folder, ...JSON.parse(readFileSync(note, "utf8")) };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  const started = Date.now();
  const server = new Server(folder);
  await server.start();
  try {
    const context = await launch(temporaryFolder());
    const page = await onlyTab(context);
    await setUp(page, server);
    const board = await standardBoard(page, server);
    await synced(page);
    await context.close();
    const account = await Account.enter(server.address, "/sign-in", { login: LOGIN, password: PASSWORD });
    await fill(account, size.customers, (it) => [{ kind: CUSTOMER, id: customerId(it) }, customer(it)]);
    progress(`${size.customers} customers after ${Date.now() - started} ms`);
    await fill(account, size.deals, (it) => [{ kind: DEAL, id: dealId(it) }, deal(it, size, board)]);
    progress(`${size.deals} deals after ${Date.now() - started} ms`);
    writeFileSync(note, JSON.stringify({ board, size }));
    return { folder, board, size };
  } finally {
    await server.stop();
  }
}

async function fill(account, count, make) {
  for (let from = 0; from < count; from += CHANGES_A_CONNECTION) {
    const to = Math.min(count, from + CHANGES_A_CONNECTION);
    const device = new Device(account);
    await device.join();
    for (let at = from; at < to; at += BATCH) {
      const numbers = Array.from({ length: Math.min(BATCH, to - at) }, (_, index) => at + index);
      device.push(numbers.map((number) => new Registers(device.actor).edit(...make(number))));
      await device.accepted(at - from - AHEAD);
    }
    await device.accepted(to - from);
    device.close();
  }
}
