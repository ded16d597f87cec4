// The data that the figures are about: customers, deals, and a board with cards. Made once through the door that
// screens use, then copied for every part.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { copyOf, launch, onlyTab, progress, Server, SITE, synced, temporaryFolder, until } from "./support.mjs";
import { edit, part } from "./wire.mjs";

export const LOGIN = "bench@example.cn";
export const PASSWORD = "correct horse battery";

/** Customers with this status; the bulk edits are about them. */
export const DORMANT_SHARE = 10;

/** Two devices: a copied profile would be the same device twice. */
export const PROFILES = ["first-profile", "second-profile"];

const BATCH = 500;
const FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕".split("");
const GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国志文海玉兰".split("");
const CITIES = ["杭州", "上海", "深圳", "广州", "苏州", "成都", "武汉", "青岛", "宁波", "西安"];
const BRANDS = ["云仓", "北辰", "远航", "中科", "德信", "嘉禾", "腾龙", "瑞丰", "安泰", "宏图", "锦绣", "博雅"];
const TRADES = ["贸易", "物流", "科技", "机械", "食品", "纺织", "电子", "建材"];
const STATUSES = ["potential", "in_contact", "active", "lost"];
const LEVELS = ["b", "c", "d"];
const PRODUCTS = ["年度采购", "设备升级", "样品订单", "补货", "仓储服务", "系统维护"];
const DAY_MS = 86_400_000;

/** The same numbers every time. */
function chance(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A record id as a device makes it: 48 bits of time, then the number of the record. */
function recordId(kind, number) {
  const id = new Uint8Array(16);
  const view = new DataView(id.buffer);
  view.setUint32(0, 0x0197_0000 + (number >> 16));
  view.setUint16(4, number & 0xffff);
  view.setUint16(6, 0x7000 + kind);
  view.setUint32(8, 0x8000_0000 + Math.imul(number, 2_654_435_761) % 0x3fff_ffff);
  view.setUint32(12, number);
  return id;
}

/** The text form of an id. */
export function idText(id) {
  const hex = Array.from(id, (it) => it.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

export const customerId = (number) => recordId(1, number);
export const dealId = (number) => recordId(3, number);

const pick = (from, below) => from[below(from.length)];

/** The values of a customer. */
export function customer(number) {
  const below = chance(number + 1);
  const person = pick(FAMILY, below) + pick(GIVEN, below) + (below(3) ? pick(GIVEN, below) : "");
  const company = `${pick(CITIES, below)}${pick(BRANDS, below)}${pick(TRADES, below)}有限公司`;
  return {
    name: person,
    company,
    phone: `1${pick("3578".split(""), below)}${String(below(1e9)).padStart(9, "0")}`,
    email: below(2) ? `c${number}@example.cn` : undefined,
    region: pick(CITIES, below),
    source: pick(["web_form", "event", "phone", "referral"], below),
    status: number % DORMANT_SHARE === 0 ? "dormant" : pick(STATUSES, below),
    level: pick(LEVELS, below),
  };
}

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const rank = (number) => `c${DIGITS[Math.floor(number / 3_844) % 62]}${DIGITS[Math.floor(number / 62) % 62]}${DIGITS[number % 62]}V`;

/** The values of a deal. The first ones are open. */
export function deal(number, size, board) {
  const below = chance(number + 50_001);
  const at = below(size.customers);
  const since = Date.now() - below(40) * DAY_MS;
  const day = (ago) => new Date(Date.now() - ago * DAY_MS).toISOString().slice(0, 10);
  const isOpen = number < size.cards;
  return {
    title: `${customer(at).company.slice(0, 6)}${pick(PRODUCTS, below)}`,
    customer: idText(customerId(at)),
    amount: `CNY ${(8 + below(2_000)) * 100_000}`,
    place: `${board.pipeline}/${board.stages[number % board.stages.length]}/${rank(number)}/${since}`,
    outcome: isOpen ? "open" : below(3) ? "won" : "lost:price",
    close_on: day(isOpen ? -below(60) : below(200)),
    closed_on: isOpen ? undefined : day(below(200)),
  };
}

/** A filled data folder and a profile that has all of it; made if it is not there. */
export async function filled(size) {
  const folder = size.data || temporaryFolder();
  const note = join(folder, "filled.json");
  if (!existsSync(note)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(note, JSON.stringify(await fill(join(folder, "server"), size)));
  }
  const info = JSON.parse(readFileSync(note, "utf8"));
  // A browser goes on with the program that it has, so another build needs browsers that never saw the older one.
  const site = createHash("sha256").update(readFileSync(join(SITE, "site.json"))).digest("hex");
  if (info.site !== site) {
    for (const profile of PROFILES) {
      rmSync(join(folder, profile), { recursive: true, force: true });
      await receive(folder, profile, info);
    }
    info.site = site;
    writeFileSync(note, JSON.stringify(info));
  }
  return {
    ...info,
    folder,
    server: () => new Server(copyOf(join(folder, "server")), info.port),
    profile: (which = PROFILES[0]) => copyOf(join(folder, which)),
  };
}

async function fill(folder, size) {
  const started = Date.now();
  const server = new Server(folder);
  await server.start();
  const context = await launch(temporaryFolder());
  try {
    const page = await onlyTab(context);
    await setUp(page, server);
    await post(page, numbers(size.customers).map((it) => part(1, customerId(it), customer(it))));
    progress(`${size.customers} customers after ${Date.now() - started} ms`);
    const board = await standardBoard(page, server);
    await post(page, numbers(size.deals).map((it) => part(3, dealId(it), deal(it, size, board))));
    await synced(page);
    progress(`${size.deals} deals after ${Date.now() - started} ms`);
    return { port: server.port, board, size };
  } finally {
    await context.close();
    await server.stop();
  }
}

const numbers = (count) => Array.from({ length: count }, (_, index) => index);

/** Makes the workspace and its first account. */
export async function setUp(page, server) {
  await page.goto(`${server.address}/setup?code=${server.code}`);
  await page.locator("#workspace").fill("云仓贸易");
  await page.locator("#name").fill("王伟");
  await page.locator("#login").fill(LOGIN);
  await page.locator("#password").fill(PASSWORD);
  await page.locator("button[type=submit]").click();
  await page.waitForURL("**/app/**");
  await synced(page);
}

/** Signs in on the public page. */
export async function signIn(page, server) {
  await page.goto(`${server.address}/sign-in`);
  await page.locator("#login").fill(LOGIN);
  await page.locator("#password").fill(PASSWORD);
  await page.locator("button[type=submit]").click();
  await page.waitForURL("**/app/**");
}

/** Makes the standard pipeline. */
export async function standardBoard(page, server) {
  await page.goto(`${server.address}/app/deals`);
  await page.getByRole("button", { name: "创建标准流程" }).click();
  await page.waitForURL(/\/app\/deals\/[0-9a-f-]{36}/);
  await page.locator(".board-column").first().waitFor();
  const pipeline = /deals\/([0-9a-f-]{36})/.exec(page.url())[1];
  const stages = await page.locator(".board-column").evaluateAll((all) => all.map((it) => it.dataset.column));
  return { pipeline, stages };
}

/** Hands records to the data core as a screen does, and waits until the server has them. */
async function post(page, parts) {
  for (let from = 0; from < parts.length; from += BATCH) {
    await hand(page, edit(parts.slice(from, from + BATCH)));
  }
  await synced(page);
}

/** Hands one edit to the data core and waits until it is on the device's disk. */
async function hand(page, bytes) {
  const failed = await page.evaluate(async (all) => {
    const { tabs } = await import("/tabs.js");
    const bytes = Uint8Array.from(all);
    const id = all.slice(1, 17).join();
    return new Promise((done) => {
      const worker = tabs.worker();
      worker.addEventListener("message", function hear({ data }) {
        const isAnswer = data instanceof Uint8Array && (data[0] === 3 || data[0] === 4);
        if (!isAnswer || data.slice(1, 17).join() !== id) return;
        worker.removeEventListener("message", hear);
        done(data[0] === 4 ? data.join() : null);
      });
      worker.postMessage(bytes);
    });
  }, Array.from(bytes));
  if (failed) throw new Error(`the data core refused an edit: ${failed}`);
}

/** A device that signs in and receives everything. */
async function receive(folder, profile, info) {
  const server = new Server(join(folder, "server"), info.port);
  await server.start();
  const started = Date.now();
  const context = await launch(join(folder, profile));
  try {
    const page = await onlyTab(context);
    await signIn(page, server);
    await page.goto(`${server.address}/app/customers`);
    await synced(page);
    await until(page, (all) => document.querySelector(".page-count")?.textContent.replace(/\D/g, "") === String(all), info.size.customers);
    progress(`a new device had everything after ${Date.now() - started} ms`);
    await until(page, async () => Boolean((await navigator.serviceWorker.ready).active));
    await page.goto(`${server.address}/app/customers`);
    await isSettled(page);
  } finally {
    await context.close();
    await server.stop();
  }
}

/** Less than this is a first screen without rows: what a device keeps that had received nothing yet. */
const SNAPSHOT_BYTES = 1_000;

/** Waits until everything is written into packed rows and a first screen is kept for the next start. */
export async function isSettled(page) {
  await until(page, isStored, SNAPSHOT_BYTES);
}

async function isStored(snapshotBytes) {
  const { suffix } = (await import("/tabs.js")).tabs;
  const ask = (name, store, question) =>
    new Promise((done, failed) => {
      const opening = indexedDB.open(name);
      opening.onerror = () => failed(opening.error);
      // Not made yet, and not made by looking.
      opening.onupgradeneeded = () => opening.transaction.abort();
      opening.onsuccess = () => {
        const asked = question(opening.result.transaction(store).objectStore(store));
        asked.onsuccess = () => {
          opening.result.close();
          done(asked.result);
        };
      };
    }).catch(() => undefined);
  const waiting = await ask(`huike-${suffix}`, "log", (it) => it.count());
  const page = location.pathname.split("/")[2];
  const screens = await ask(`huike-screen-${suffix}`, "snapshot", (it) => it.getAll());
  const first = screens?.find((it) => it.screen.split("/")[0] === page)?.bytes;
  return waiting === 0 && first?.byteLength >= snapshotBytes;
}
