// Opening from the icon with the server stopped: how long until the first list is painted and the board can be
// used, in a running browser and in a new browser process, beside what the machine needs at the least.
import { isSettled } from "./data.mjs";
import { watch } from "./probe.mjs";
import { launch, median, onlyTab, progress } from "./support.mjs";

/** Openings before the first one that counts. */
const WARM_UP = 2;

const GOALS = { running: { list: 500, board: 700 }, process: { list: 800, board: 1_000 } };
/** How far above the least time an opening may be. */
const RATIO_GOAL = 2;

/** The screens that are opened, and what is watched on them. */
export const screens = (data) => ({
  list: {
    path: "/app/customers",
    shown: "[role=grid]",
    kept: "customers",
    watched: [
      { name: "rows", state: "rows" },
      { name: "painted", state: "list" },
      { name: "complete", state: "listComplete", customers: data.size.customers },
    ],
  },
  board: {
    path: "/app/deals",
    shown: ".board",
    kept: "deals",
    watched: [
      { name: "rows", state: "rows" },
      { name: "firstCards", state: "cards" },
      { name: "painted", state: "board", cards: data.size.cards },
    ],
  },
});

export async function opening(data, options, { line }) {
  for (const [name, screen] of Object.entries(screens(data))) {
    const profile = data.profile();
    const address = `http://localhost:${data.port}`;
    const shown = await kept(profile, data, screen);
    for (const mode of ["running", "process"]) {
      const rounds = await measure(mode, profile, address, screen, shown, options.rounds);
      report(line, mode, name, rounds);
    }
  }
}

/** Loads the screen once with the server, so that the device keeps it, and takes what it shows as a sample. */
async function kept(profile, data, screen) {
  const server = data.server();
  await server.start();
  const context = await launch(profile);
  await watch(context, { watched: screen.watched });
  try {
    const page = await onlyTab(context);
    await page.goto(`${server.address}${screen.path}`);
    await page.evaluate(() => self.bench.allMarks);
    await isSettled(page);
    await page.waitForFunction((name) => Object.keys(localStorage).some((it) => it.endsWith(`.${name}`)), screen.kept);
    return await page.evaluate((selector) => document.querySelector(selector).outerHTML, screen.shown);
  } finally {
    await context.close();
    await server.stop();
  }
}

/** Opens the screen and the bare page in turns. */
export async function measure(mode, profile, address, screen, shown, rounds) {
  const opened = [];
  const least = [];
  let context = null;
  const tab = async (settings) => {
    if (mode === "running" && context) return context.newPage();
    const started = Date.now();
    context = await launch(profile);
    await watch(context, settings);
    const page = mode === "running" ? await context.newPage() : context.pages()[0];
    page.launchMs = Date.now() - started;
    return page;
  };
  const leave = async (page) => {
    if (mode === "running") return page.close();
    await context.close();
    context = null;
  };
  for (let round = -WARM_UP; round < rounds; round += 1) {
    const page = await tab({ watched: screen.watched });
    await page.goto(`${address}${screen.path}`, { waitUntil: "commit" });
    const times = await page.evaluate(async () => {
      const marks = await self.bench.allMarks;
      const first = performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
      return { ...marks, firstPaint: first };
    });
    times.launch = page.launchMs;
    await leave(page);
    const bare = await tab({ watched: [] });
    await bare.goto(`${address}/offline.html`);
    const parts = await bare.evaluate(leastTimes, shown);
    await leave(bare);
    progress(`${mode} ${screen.path} ${round}: ${JSON.stringify(times)} least ${JSON.stringify(parts)}`);
    if (round < 0) continue;
    opened.push(times);
    least.push(parts);
  }
  await context?.close();
  return { opened, least };
}

/** In a page that does nothing else: compile both modules, read the packed rows once, lay the same list out. */
async function leastTimes(shown) {
  const timed = async (work) => {
    const from = performance.now();
    await work();
    return performance.now() - from;
  };
  const bare = performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0;
  const compile = await timed(async () => {
    for (const module of ["page", "data"]) await WebAssembly.compileStreaming(fetch(`/pkg/${module}_bg.wasm`));
  });
  const names = (await indexedDB.databases()).map((it) => it.name);
  const name = names.find((it) => it.startsWith("huike-") && !it.startsWith("huike-screen") && !it.endsWith("-none"));
  const answer = (request) => new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  let bytes = 0;
  const read = await timed(async () => {
    const db = await answer(indexedDB.open(name));
    const chunks = await answer(db.transaction("rows").objectStore("rows").getAll());
    bytes = chunks.reduce((sum, it) => sum + (it.byteLength ?? it.length ?? 0), 0);
    db.close();
  });
  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = "/app.css";
  await new Promise((done, failed) => {
    sheet.onload = done;
    sheet.onerror = failed;
    document.head.append(sheet);
  });
  const layout = await timed(() => new Promise((done) => {
    const box = document.createElement("div");
    box.className = "app";
    box.innerHTML = shown;
    document.body.replaceChildren(box);
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = done;
      port2.postMessage(null);
    });
  }));
  return { bare, compile, read, bytes, layout, sum: compile + read + layout };
}

function report(line, mode, name, { opened, least }) {
  const of = (all, key) => median(all.map((it) => it[key]).filter((it) => it !== undefined));
  // Rows may stand there as the picture of the last visit first; a board must be the board itself. The rest of a long
  // board is drawn a few cards a frame, while it is in use already.
  const counted = name === "list" ? "rows" : "firstCards";
  const value = of(opened, counted);
  const limit = of(least, "sum");
  const where = mode === "running" ? "running_browser" : "new_process";
  const what = name === "list" ? "first_list" : "board_usable";
  const extra = {
    n: opened.length,
    min: Math.min(...opened.map((it) => it[counted])),
    max: Math.max(...opened.map((it) => it[counted])),
    first_paint: of(opened, "firstPaint"),
    ...(name === "list"
      ? { live_list: of(opened, "painted"), list_complete: of(opened, "complete") }
      : { picture: of(opened, "rows"), all_cards: of(opened, "painted") }),
    ...(mode === "process" ? { launch: of(opened, "launch") } : {}),
    limit,
    limit_compile: of(least, "compile"),
    limit_read: of(least, "read"),
    limit_read_bytes: of(least, "bytes"),
    limit_layout: of(least, "layout"),
    bare_page_painted: of(least, "bare"),
  };
  line(`open_${where}_${what}`, value, GOALS[mode][name], "ms", extra);
  line(`open_${where}_${what}_ratio`, value / limit, RATIO_GOAL, "times the limit", { opening: value, limit });
}
