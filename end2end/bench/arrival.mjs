// A new device of a large company: signs in, and has everything. And its next start, without a server.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { customer, customerId, deal, dealId, isSettled, LOGIN, PASSWORD, setUp, signIn, standardBoard } from "./data.mjs";
import { heaps } from "./memory.mjs";
import { measure, screens } from "./opening.mjs";
import { Registers } from "./peers/change.mjs";
import { Account, Device } from "./peers/device.mjs";
import { watch } from "./probe.mjs";
import { copyOf, launch, median, onlyTab, pause, progress, Server, synced, temporaryFolder } from "./support.mjs";

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
  const profile = temporaryFolder();
  let shown;
  try {
    shown = await arrive(profile, server, size, line);
  } finally {
    await server.stop();
  }
  await startAgain(profile, server, size, shown, options, line);
}

/** A new device gets everything, and is left when it has kept what the next start shows first. */
async function arrive(profile, server, size, line) {
  const list = screens({ size }).list;
  const context = await launch(profile);
  try {
    await watch(context, { watched: list.watched });
    const page = await onlyTab(context);
    page.setDefaultTimeout(PATIENCE_MS);
    await signIn(page, server);
    await page.goto(`${server.address}${list.path}`);
    const marks = await page.evaluate(() => self.bench.allMarks);
    await synced(page);
    const all = await page.evaluate(() => performance.now());
    const worker = page.workers().find((it) => it.url().endsWith("/worker-start.js"));
    const fetched = await worker.evaluate(() =>
      performance
        .getEntriesByType("resource")
        .filter((it) => it.name.includes("/api/v1/sync"))
        .map((it) => ({ sent: it.encodedBodySize, plain: it.decodedBodySize })),
    );
    const sum = (key) => fetched.reduce((sum, it) => sum + it[key], 0);
    const { customers, deals } = size;
    line("arrival_bytes", sum("sent") / MB, 8, "MB", { customers, deals, unpacked: sum("plain") / MB, requests: fetched.length });
    line("arrival_first_screen", marks.painted, 1_500, "ms", { customers, deals });
    const complete = Math.max(marks.complete, all);
    line("arrival_complete", complete, 10_000, "ms", { customers, deals, list_complete: marks.complete, synced: all });
    await page.evaluate(async () => (await navigator.serviceWorker.ready).active);
    await page.goto(`${server.address}${list.path}`);
    await isSettled(page);
    await page.waitForFunction((name) => Object.keys(localStorage).some((it) => it.endsWith(`.${name}`)), list.kept);
    return await page.evaluate((selector) => document.querySelector(selector).outerHTML, list.shown);
  } finally {
    await context.close();
  }
}

/** The same device is opened again without a server. */
async function startAgain(profile, server, size, shown, options, line) {
  const list = screens({ size }).list;
  const { opened, least } = await measure("running", profile, server.address, list, shown, options.rounds);
  const of = (all, key) => median(all.map((it) => it[key]));
  const [rows, limit] = [of(opened, "rows"), of(least, "sum")];
  const { customers, deals } = size;
  const context = { customers, deals, n: opened.length };
  line("warm_start_first_rows", rows, 800, "ms", { ...context, limit, live_list: of(opened, "painted") });
  line("warm_start_first_rows_ratio", rows / limit, 2, "times the limit", context);
  line("warm_start_searchable", of(opened, "complete"), 1_500, "ms", context);
  const browser = await launch(profile);
  try {
    await watch(browser, { watched: list.watched });
    const page = await onlyTab(browser);
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(`${server.address}${list.path}`);
    await page.evaluate(() => self.bench.allMarks);
    const { heap, workerHeap, modules } = await heaps(browser, page);
    const value = heap + workerHeap + modules.page + modules.worker;
    line("warm_start_memory", value / MB, 80, "MB", {
      ...context,
      page_heap: heap / MB,
      worker_heap: workerHeap / MB,
      page_wasm: modules.page / MB,
      worker_wasm: modules.worker / MB,
    });
  } finally {
    await browser.close();
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
