// Typing: from the key to the frame that shows it, in a field that is edited in place and in a note; and from
// the key that ends an edit to the moment when the device's disk has it.
import { customer, customerId, idText } from "./data.mjs";
import { watch } from "./probe.mjs";
import { launch, onlyTab, synced } from "./support.mjs";

/** Between two keys, as of somebody who types fast. */
const KEY_MS = 70;

export async function typing(data, options, { of }) {
  const server = data.server();
  await server.start();
  const context = await launch(data.profile());
  await watch(context);
  try {
    const page = await onlyTab(context);
    const number = 4_321 % data.size.customers;
    await page.goto(`${server.address}/app/customers/${idText(customerId(number))}`);
    await synced(page);
    await page.getByRole("heading", { name: new RegExp(customer(number).name) }).waitFor();
    await page.evaluate(countKeys);

    await typeIntoField(page, options.samples);
    const field = await page.evaluate(() => self.bench.takeKeys());
    of("key_to_paint_field", field.painted, 0.95, 50, { event_timing_max: Math.max(0, ...field.events) });

    await typeIntoNote(page, options.samples);
    const note = await page.evaluate(() => self.bench.takeKeys());
    of("key_to_paint_note", note.painted, 0.95, 50, { event_timing_max: Math.max(0, ...note.events) });

    const kept = await editField(page, options.samples);
    const commits = await page.evaluate(strictCommits, options.samples);
    of("durable", kept.map((it) => it.committed), 0.95, 20, {
      counted: "from the key to the complete event of the strict IndexedDB transaction, in the worker",
      page_knows_p50: middle(kept.map((it) => it.known), 0.5),
      page_knows_p95: middle(kept.map((it) => it.known), 0.95),
      limit_p50: middle(commits, 0.5),
      limit_p95: middle(commits, 0.95),
    });
  } finally {
    await context.close();
    await server.stop();
  }
}

/** In the page: what the browser and its disk take for one small strict transaction, with nothing around it. */
async function strictCommits(count) {
  const name = "bench-commits";
  const answer = (request) => new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  const opening = indexedDB.open(name);
  opening.onupgradeneeded = () => opening.result.createObjectStore("all");
  const db = await answer(opening);
  const times = [];
  for (let round = 0; round < count; round += 1) {
    await new Promise((done) => setTimeout(done, 100));
    const from = performance.now();
    await new Promise((done, failed) => {
      const transaction = db.transaction("all", "readwrite", { durability: "strict" });
      transaction.objectStore("all").put(new Uint8Array(400), round);
      transaction.oncomplete = done;
      transaction.onerror = () => failed(transaction.error);
    });
    times.push(performance.now() - from);
  }
  db.close();
  await answer(indexedDB.deleteDatabase(name));
  return times;
}

function middle(samples, share) {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1];
}

/** In the page: a time for every key that changes a control. */
function countKeys() {
  let keys = [];
  let events = [];
  let pressed = 0;
  addEventListener("keydown", (event) => {
    pressed = event.timeStamp;
  }, { capture: true });
  addEventListener("input", () => {
    const from = pressed;
    self.bench.painted().then((time) => keys.push(time - from));
  }, { capture: true });
  new PerformanceObserver((list) => {
    for (const it of list.getEntries()) if (it.name === "keydown") events.push(it.duration);
  }).observe({ type: "event", durationThreshold: 16, buffered: false });
  self.bench.takeKeys = async () => {
    await self.bench.painted();
    const taken = { painted: keys, events };
    keys = [];
    events = [];
    return taken;
  };
}

const WORDS = "the quick brown fox jumps over the lazy dog and calls customer ";

async function typeIntoField(page, samples) {
  let left = samples;
  while (left > 0) {
    await page.getByRole("button", { name: /^公司: / }).first().click();
    const input = page.getByRole("textbox", { name: /^公司/ }).first();
    await input.waitFor();
    await page.keyboard.press("Control+a");
    const text = WORDS.slice(0, Math.min(left, WORDS.length));
    await page.keyboard.type(text, { delay: KEY_MS });
    await page.keyboard.press("Escape");
    left -= text.length;
  }
}

async function typeIntoNote(page, samples) {
  const note = page.getByRole("textbox", { name: "共享笔记" }).first();
  await note.click();
  await page.keyboard.type(WORDS.repeat(Math.ceil(samples / WORDS.length)).slice(0, samples), { delay: KEY_MS });
}

/** In the worker: when each transaction that put an edit into the outbox was durable, in milliseconds since 1970. */
function watchCommits() {
  self.commits = [];
  const heard = new WeakSet();
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (...values) {
    const { transaction } = this;
    if (this.name === "outbox" && !heard.has(transaction)) {
      heard.add(transaction);
      transaction.addEventListener("complete", () => self.commits.push(performance.timeOrigin + performance.now()));
    }
    return put.apply(this, values);
  };
}

/** Edits a field again and again; answers when each edit was durable, and when the page knew. */
async function editField(page, samples) {
  const worker = page.workers().find((it) => it.url().endsWith("/worker-start.js"));
  await worker.evaluate(watchCommits);
  await page.evaluate(() => {
    let entered = 0;
    addEventListener("keydown", (event) => {
      if (event.key === "Enter") entered = event.timeStamp;
    }, { capture: true });
    // The answer to the edit that was posted last.
    self.bench.lastKept = async () => {
      const [id] = [...self.bench.posted].at(-1);
      while (!self.bench.stored.has(id)) await new Promise((done) => setTimeout(done, 1));
      return { id, entered: performance.timeOrigin + entered, known: self.bench.stored.get(id) - entered };
    };
  });
  const kept = [];
  for (let round = 0; round < samples; round += 1) {
    await page.getByRole("button", { name: /^公司: / }).first().click();
    const input = page.getByRole("textbox", { name: /^公司/ }).first();
    await input.fill(`公司 ${round}`);
    await input.press("Enter");
    const { entered, ...last } = await page.evaluate(() => self.bench.lastKept());
    const commits = await worker.evaluate(() => self.commits.splice(0));
    if (commits.length !== 1) throw new Error(`one edit made ${commits.length} transactions with edits`);
    kept.push({ ...last, committed: commits[0] - entered });
  }
  const ids = new Set(kept.map((it) => it.id));
  if (ids.size !== samples) throw new Error(`${samples} edits made ${ids.size} intents`);
  return kept;
}
