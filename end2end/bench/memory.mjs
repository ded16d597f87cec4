// Memory: the heaps and the WebAssembly memories of page and worker; and what the process of both and of the
// service worker keeps for itself alone, with the browser's own code and everything it has drawn.
import { readFileSync } from "node:fs";
import { launch, onlyTab, synced } from "./support.mjs";

const MB = 1_000_000;

export async function memory(data, options, { line }) {
  const server = data.server();
  await server.start();
  const context = await launch(data.profile());
  try {
    const page = await onlyTab(context);
    const before = await renderers(context);
    const blank = Math.max(...before.map((it) => it.bytes));
    for (const path of ["/app/customers", `/app/deals/${data.board.pipeline}`]) {
      await page.goto(`${server.address}${path}`);
      await synced(page);
    }
    await page.locator("article[data-card]").nth(data.size.cards - 1).waitFor();
    const own = async () => Math.max(...(await renderers(context)).map((it) => it.bytes));
    const peak = await own();
    const { heap, workerHeap, modules } = await heaps(context, page);
    const process = await own();
    const value = heap + workerHeap + modules.page + modules.worker;
    line("memory", value / MB, 120, "MB", {
      counted: "JavaScript heaps and WebAssembly memories of page and worker, board open, after garbage collection",
      page_heap: heap / MB,
      worker_heap: workerHeap / MB,
      page_wasm: modules.page / MB,
      worker_wasm: modules.worker / MB,
    });
    line("memory_process", process / MB, null, "MB", {
      counted: "private memory of the renderer with page, worker and service worker",
      before_collection: peak / MB,
      about_blank: blank / MB,
      all_renderers: (await renderers(context)).reduce((sum, it) => sum + it.bytes, 0) / MB,
    });
  } finally {
    await context.close();
    await server.stop();
  }
}

/** What page and worker hold, after a collection: heaps and WebAssembly memories. */
export async function heaps(context, page) {
  const modules = {
    page: await page.evaluate(async () => (await (await import("/pkg/page.js")).default()).memory.buffer.byteLength),
    worker: await workerMemory(page),
  };
  const session = await context.newCDPSession(page);
  await session.send("HeapProfiler.enable");
  await session.send("HeapProfiler.collectGarbage");
  await session.send("Performance.enable");
  const { metrics } = await session.send("Performance.getMetrics");
  const heap = metrics.find((it) => it.name === "JSHeapUsedSize").value;
  const workerHeap = await heapOfWorker(session);
  return { heap, workerHeap, modules };
}

/** The bytes that the worker's JavaScript uses, after a collection. */
async function heapOfWorker(session) {
  const attached = new Promise((done) => {
    session.on("Target.attachedToTarget", ({ sessionId, targetInfo }) => {
      if (targetInfo.url.endsWith("/worker-start.js")) done(sessionId);
    });
  });
  await session.send("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  const sessionId = await attached;
  const ask = (id, method) => {
    const answer = new Promise((done) => {
      session.on("Target.receivedMessageFromTarget", (said) => {
        const message = JSON.parse(said.message);
        if (said.sessionId === sessionId && message.id === id) done(message.result);
      });
    });
    session.send("Target.sendMessageToTarget", { sessionId, message: JSON.stringify({ id, method }) });
    return answer;
  };
  await ask(1, "HeapProfiler.collectGarbage");
  return (await ask(2, "Runtime.getHeapUsage")).usedSize;
}

async function workerMemory(page) {
  const worker = page.workers().find((it) => it.url().endsWith("/worker-start.js"));
  return worker.evaluate(async () => (await (await import("/pkg/data.js")).default()).memory.buffer.byteLength);
}

/** The renderers of this browser and the bytes that each has for itself alone. */
async function renderers(context) {
  const session = await context.browser()?.newBrowserCDPSession();
  const { processInfo } = await (session ?? (await anySession(context))).send("SystemInfo.getProcessInfo");
  await session?.detach();
  return processInfo.filter((it) => it.type === "renderer").map((it) => ({ id: it.id, bytes: privateBytes(it.id) }));
}

const anySession = (context) => context.newCDPSession(context.pages()[0]);

function privateBytes(id) {
  const text = readFileSync(`/proc/${id}/smaps_rollup`, "utf8");
  const kilobytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)[1]);
  return (kilobytes("Private_Dirty") + kilobytes("Private_Clean")) * 1024;
}
