// Searching: from the input event of each letter to the frame in which the list shows the result of what is typed.
import { watch } from "./probe.mjs";
import { profiled } from "./profile.mjs";
import { launch, onlyTab, quantile, synced, until } from "./support.mjs";

/** Between the result of one letter and the next letter. */
const QUIET_MS = 250;

/** Typed letter by letter: pinyin, initials, digits of a phone, Chinese. */
const QUERIES = {
  pinyin: ["wangwei", "zhangmin", "liuyang", "chenjing"],
  initials: ["hzyc", "szbc", "whtl", "gzrf"],
  phone: ["13812", "15560", "17793", "18204"],
  chinese: ["杭州云仓", "王伟", "上海北辰贸易", "深圳远航科技"],
};

export async function search(data, options, { of }) {
  const server = data.server();
  await server.start();
  const context = await launch(data.profile());
  await watch(context);
  try {
    const page = await onlyTab(context);
    await page.goto(`${server.address}/app/customers`);
    await synced(page);
    const all = (count) => document.querySelector(".page-count")?.textContent.replace(/\D/g, "") === String(count);
    await until(page, all, data.size.customers);
    await page.evaluate(watchSearch);
    const box = page.getByRole("searchbox").first();
    await box.click();
    // The first letters of a session compile the code that answers them.
    for (const letter of "zs") await type(page, letter);
    const samples = Object.fromEntries(Object.keys(QUERIES).map((it) => [it, []]));
    let taken = 0;
    const typeAll = async () => {
      for (const [kind, queries] of Object.entries(QUERIES)) {
        for (const query of queries) {
          await page.keyboard.press("Control+a");
          await page.keyboard.press("Delete");
          await until(page, all, data.size.customers);
          await page.waitForTimeout(QUIET_MS);
          for (const letter of query) {
            samples[kind].push(await type(page, letter));
            taken += 1;
          }
        }
      }
    };
    await profiled(options.profile, page, "search", async () => {
      while (taken < options.samples) await typeAll();
    });
    const bare = await page.evaluate(writeBare, samples.pinyin.length);
    const every = Object.values(samples).flat();
    const p95 = (of) => [...of].sort((a, b) => a - b)[Math.ceil(0.95 * of.length) - 1];
    const times = every.map((it) => it.painted);
    of("search_keystroke", times, 0.95, 30, {
      limit_counted: "the visible rows' texts exchanged by a bare script, to their frame",
      limit_p50: quantile(bare, 0.5),
      limit_p95: quantile(bare, 0.95),
      changed_shown: every.filter((it) => it.isChange).length,
      script_p95: p95(every.map((it) => it.script)),
      from_key_p95: p95(every.map((it) => it.fromKey)),
      ...Object.fromEntries(Object.entries(samples).map(([kind, it]) => [`${kind}_p95`, p95(it.map((one) => one.painted))])),
    });
  } finally {
    await context.close();
    await server.stop();
  }
}

/** In the page: what the browser itself takes to show other words in every visible row. */
async function writeBare(count) {
  const rows = [...document.querySelectorAll(".virtual-row:not([hidden])")];
  const isSeen = (row) => row.getBoundingClientRect().top < innerHeight;
  const texts = rows.filter(isSeen).map((row) => {
    const walker = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) found.push(walker.currentNode);
    return found;
  });
  const words = texts.map((row) => row.map((it) => it.data));
  const times = [];
  for (let round = 1; round <= count; round += 1) {
    await new Promise((done) => setTimeout(done, 100));
    const started = performance.now();
    texts.forEach((row, at) => {
      const other = words[(at + round) % words.length];
      row.forEach((it, part) => {
        it.data = other[part] ?? "";
      });
    });
    times.push((await self.bench.painted()) - started);
  }
  return times;
}

/** In the page: the time of the next letter. */
function watchSearch() {
  // Count and first rows: what the eye takes as the result.
  const shown = () => {
    const rows = [...document.querySelectorAll("[role=grid] .virtual-row:not([hidden])")].slice(0, 3);
    return [document.querySelector(".page-count")?.textContent, ...rows.map((it) => it.textContent)].join("|");
  };
  self.bench.nextLetter = (quietMs) =>
    new Promise((done) => {
      let pressed = 0;
      addEventListener("keydown", (event) => {
        pressed = event.timeStamp;
      }, { capture: true, once: true });
      addEventListener("input", (event) => {
        const before = shown();
        // When the turn of the event, with everything it set off, gives the thread back.
        let script = 0;
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
          script = performance.now() - event.timeStamp;
        };
        port2.postMessage(null);
        self.bench.settled(shown, quietMs).then(({ time, now }) => {
          done({ painted: time - event.timeStamp, fromKey: time - (pressed || event.timeStamp), script, isChange: now !== before });
        });
      }, { capture: true, once: true });
    });
}

async function type(page, letter) {
  await page.evaluate((quietMs) => {
    self.bench.letter = self.bench.nextLetter(quietMs);
  }, QUIET_MS);
  // Chinese comes from an input method, without a key.
  await (/[a-z0-9]/.test(letter) ? page.keyboard.press(letter) : page.keyboard.insertText(letter));
  return page.evaluate(() => self.bench.letter);
}
