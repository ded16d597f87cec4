// The board: a card is dragged with the mouse; from letting go to the frame that shows it in its new column.
import { watch } from "./probe.mjs";
import { profiled } from "./profile.mjs";
import { launch, onlyTab, quantile, synced } from "./support.mjs";

const DROPS = 60;
const COLUMNS = 4;
const QUIET_MS = 200;
const PATIENCE_MS = 5_000;

export async function board(data, options, { of }) {
  const server = data.server();
  await server.start();
  const context = await launch(data.profile());
  const cards = data.size.cards;
  await watch(context, { watched: [{ name: "board", state: "board", cards }] });
  try {
    const page = await onlyTab(context);
    await page.goto(`${server.address}/app/deals/${data.board.pipeline}`);
    await page.evaluate(() => self.bench.allMarks);
    await synced(page);
    const count = await page.locator("article[data-card]").count();
    if (count !== cards) throw new Error(`${count} cards on the board instead of ${cards}`);
    await page.evaluate(watchDrops);
    // Those that a screen shows at once.
    const stages = data.board.stages.slice(0, COLUMNS);
    await drop(page, 0, stages);
    const samples = [];
    await profiled(options.profile, page, "board", async () => {
      for (let round = 1; round <= Math.min(DROPS, options.samples); round += 1) {
        samples.push(await drop(page, round, stages));
      }
    });
    const bare = await page.evaluate(moveBare, [stages, samples.length]);
    const script = samples.map((it) => it.script).sort((a, b) => a - b);
    of("board_drop", samples.map((it) => it.painted), 0.95, 50, {
      cards,
      limit_counted: "the same element moved between the same columns by a bare script, to its frame",
      limit_p50: quantile(bare, 0.5),
      limit_p95: quantile(bare, 0.95),
      script_p95: script[Math.ceil(0.95 * script.length) - 1],
    });
  } finally {
    await context.close();
    await server.stop();
  }
}

/** In the page: what the browser itself takes to show a card in another column, with nothing around it. */
async function moveBare([stages, count]) {
  const list = (stage) => document.querySelector(`[data-column="${stage}"] [data-cards]`);
  const times = [];
  for (let round = 0; round < count; round += 1) {
    const [from, to] = [list(stages[round % stages.length]), list(stages[(round + 1) % stages.length])];
    await new Promise((done) => setTimeout(done, 100));
    const card = from.children[1];
    const next = card.nextSibling;
    const started = performance.now();
    to.insertBefore(card, to.children[2]);
    times.push((await self.bench.painted()) - started);
    from.insertBefore(card, next);
  }
  return times;
}

/** In the page: the time of the next drop of a card. */
function watchDrops() {
  self.bench.nextDrop = (card, column, patienceMs) =>
    new Promise((done) => {
      addEventListener("pointerup", (event) => {
        let script = 0;
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
          script = performance.now() - event.timeStamp;
        };
        port2.postMessage(null);
        const isThere = () => document.querySelector(`[data-column="${column}"] [data-cards] [data-card="${card}"]`) !== null;
        // What stands in the document when a frame begins is what that frame paints.
        const frame = () =>
          requestAnimationFrame(() => {
            const isPainted = isThere();
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => {
              const painted = performance.now() - event.timeStamp;
              if (isPainted || painted > patienceMs) done({ painted, script, isThere: isPainted });
              else frame();
            };
            port2.postMessage(null);
          });
        frame();
      }, { capture: true, once: true });
    });
}

/** Carries the second visible card of one column into another. */
async function drop(page, round, stages) {
  const from = stages[round % stages.length];
  const to = stages[(round + 1 + (round % (stages.length - 1))) % stages.length];
  const card = page.locator(`[data-column="${from}"] article[data-card]`).nth(1);
  const id = await card.getAttribute("data-card");
  const box = await card.boundingBox();
  const target = await page.locator(`[data-column="${to}"] article[data-card]`).nth(2).boundingBox();
  await page.mouse.move(box.x + 40, box.y + 12);
  await page.mouse.down();
  await page.mouse.move(box.x + 60, box.y + 30, { steps: 3 });
  await page.mouse.move(target.x + 60, target.y + 10, { steps: 10 });
  await page.evaluate(([card, column, ms]) => {
    self.bench.drop = self.bench.nextDrop(card, column, ms);
  }, [id, to, PATIENCE_MS]);
  await page.locator(`[data-column="${to}"].over`).waitFor();
  await page.mouse.up();
  const sample = await page.evaluate(() => self.bench.drop);
  if (!sample.isThere) throw new Error("a dropped card did not arrive");
  await page.waitForTimeout(QUIET_MS);
  return sample;
}
