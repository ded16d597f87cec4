// A thousand edits made without a server: from the server's return until the device that made them is synced
// and another shows them all.
import { customerId, DORMANT_SHARE, PROFILES } from "./data.mjs";
import { watch } from "./probe.mjs";
import { launch, onlyTab, progress, synced, until } from "./support.mjs";
import { edit, part } from "./wire.mjs";

const EDITS = 1_000;
const CUSTOMER = 1;

export async function homecoming(data, options, { line }) {
  const edited = Math.min(EDITS, Math.ceil(data.size.customers / DORMANT_SHARE));
  const server = data.server();
  await server.start();
  const contexts = await Promise.all(PROFILES.map((it) => launch(data.profile(it))));
  try {
    const pages = [];
    for (const context of contexts) {
      await watch(context);
      pages.push(await onlyTab(context));
    }
    const ways = {
      single: { level: "a", make: makeSingly, counted: "edits of one field of one record each" },
      bulk: { level: "b", make: makeInBulk, counted: "records of one bulk edit in the list" },
    };
    for (const [name, way] of Object.entries(ways)) {
      const times = await comeHome(pages, server, way, edited);
      line(`offline_edits_${name}`, Math.max(times.synced, times.shown), 2_000, "ms", {
        n: edited,
        counted: `${way.counted}; from the moment the server listens until the maker is synced and the other shows all`,
        maker_synced: times.synced,
        other_shows_all: times.shown,
        other_shows_first: times.first,
        kept_offline: times.kept,
      });
    }
  } finally {
    for (const context of contexts) await context.close();
    await server.stop();
  }
}

async function comeHome([maker, other], server, { level, make }, edited) {
  await maker.goto(`${server.address}/app/customers?status=dormant`);
  await other.goto(`${server.address}/app/customers?status=dormant&level=${level}`);
  for (const page of [maker, other]) await synced(page);
  await until(maker, shows, edited);
  await server.stop();
  for (const page of [maker, other]) await page.locator(".sync-pill.offline").first().waitFor();
  const before = await count(other);

  const started = Date.now();
  await make(maker, level, edited);
  await until(maker, (all) => document.querySelector(".sync-pill")?.textContent.replace(/\D/g, "") === String(all), edited);
  const kept = Date.now() - started;
  progress(`${edited} edits were kept offline in ${kept} ms`);

  await maker.evaluate(whenSynced);
  await other.evaluate(whenShown, { before, all: edited });
  const ready = await server.start();
  // The network is back: devices ask at once instead of at their next try.
  for (const page of [maker, other]) await page.evaluate(() => dispatchEvent(new Event("online")));
  const [synced_, { first, all }] = await Promise.all([maker, other].map((page) => page.evaluate(() => self.bench.home)));
  return { synced: synced_ - ready, first: first - ready, shown: all - ready, kept };
}

const shows = (all) => document.querySelector(".page-count")?.textContent.replace(/\D/g, "") === String(all);
const count = (page) => page.evaluate(() => Number(document.querySelector(".page-count").textContent.replace(/\D/g, "")));

/** A thousand edits through the door of screens, none waiting for the one before. */
async function makeSingly(page, level, edited) {
  const messages = Array.from({ length: edited }, (_, index) =>
    Array.from(edit([part(CUSTOMER, customerId(index * DORMANT_SHARE), { level })])),
  );
  await page.evaluate(async (messages) => {
    const { tabs } = await import("/tabs.js");
    for (const it of messages) tabs.worker().postMessage(Uint8Array.from(it));
  }, messages);
}

/** All rows of the list at once, with the bar over it. */
async function makeInBulk(page, level) {
  await page.locator(".table-head input[type=checkbox]").check();
  await page.locator(".bulk-bar").getByRole("button", { name: "等级" }).click();
  await page.getByRole("menuitem", { name: new RegExp(`^${level}`, "i") }).click();
}

/** In the page: when the pill first says that everything is on the server. */
function whenSynced() {
  self.bench.home = new Promise((done) => {
    const look = () => {
      if (!document.querySelector(".sync-pill.synced")) return;
      observer.disconnect();
      self.bench.painted().then((time) => done(self.bench.absolute(time)));
    };
    const observer = new MutationObserver(look);
    observer.observe(document.body, { subtree: true, attributes: true, childList: true });
  });
}

/** In the page: when the list first counts more than before, and when it counts all. */
function whenShown({ before, all }) {
  self.bench.home = new Promise((done) => {
    let first = 0;
    const look = async () => {
      const now = Number(document.querySelector(".page-count").textContent.replace(/\D/g, ""));
      if (now > before && first === 0) first = self.bench.absolute();
      if (now !== all) return;
      observer.disconnect();
      self.bench.painted().then((time) => done({ first, all: self.bench.absolute(time) }));
    };
    const observer = new MutationObserver(look);
    observer.observe(document.body, { subtree: true, characterData: true, childList: true });
  });
}
