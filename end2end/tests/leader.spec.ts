// The leading tab is stopped in the middle of its work, as a sleeping or overloaded machine does it.
import { type Browser, type Page, chromium, expect, test } from "@playwright/test";
import { PASSWORD, createCustomer, customerRow, open, setUp, signIn, synced } from "../support/people";
import { rendererOf } from "../support/processes";
import { Server } from "../support/server";

const server = new Server();
let own: Browser;
let first: Page;
let second: Page;

test.beforeAll(async ({ launchOptions }) => {
  await server.start();
  // Tabs of one site may share a process; here one must stop without the other.
  own = await chromium.launch({
    ...launchOptions,
    args: [...(launchOptions.args ?? []), "--disable-features=ProcessPerSiteUpToMainFrameThreshold"],
  });
  const context = await own.newContext({ locale: "zh-CN", viewport: { width: 1440, height: 900 } });
  first = await context.newPage();
  await setUp(first, server);
  await open(first, "/app/customers");
  await synced(first);
  second = await context.newPage();
  await second.goto(`${server.address}/app/customers`);
  await synced(second);
});
test.afterAll(async () => {
  await own.close();
  await server.remove();
});

/** Whether this tab holds the lock of the leader. */
function leads(page: Page): Promise<boolean> {
  return page.evaluate(async () => {
    const { held = [] } = await navigator.locks.query();
    const leader = held.find((it) => it.name?.startsWith("huike-leader-"))?.clientId;
    const { tabs } = await import(`${location.origin}/tabs.js`);
    const own = held.find((it) => it.name === `huike-page-${tabs.suffix}-${tabs.screen}`)?.clientId;
    return own !== undefined && own === leader;
  });
}

test("a frozen leader loses the lead within about a second and never writes again", async ({ browser }) => {
  expect(await leads(first)).toBe(true);
  // The follower keeps a loaded worker in reserve.
  await expect.poll(() => second.workers().length).toBe(1);
  await createCustomer(first, "冻结之前");
  await expect(customerRow(second, "冻结之前")).toBeVisible();

  await first.getByRole("button", { name: /^新建客户/ }).first().click();
  const dialog = first.getByRole("dialog", { name: "新建客户" });
  const name = dialog.getByRole("textbox", { name: /^名称/ });
  await name.fill("醒来那一刻");
  await name.focus();

  const renderer = await rendererOf(first, own);
  expect(await rendererOf(second, own)).not.toBe(renderer);
  process.kill(renderer, "SIGSTOP");
  let pressed: Promise<void>;
  try {
    const frozenAt = Date.now();
    // Waits in the browser until the tab wakes up, and arrives before it can learn that it was robbed.
    pressed = first.keyboard.press("Enter");
    await expect.poll(() => leads(second), { intervals: [20], timeout: 5_000 }).toBe(true);
    expect(Date.now() - frozenAt).toBeLessThan(2_000);
    await createCustomer(second, "冻结之中");
    await expect(customerRow(second, "冻结之中")).toBeVisible();
    // The service worker may live in the process that stands still; the page asks the server past it.
    expect(await second.evaluate(async () => (await fetch("/api/v1/version")).status)).toBe(200);
  } finally {
    process.kill(renderer, "SIGCONT");
  }
  await pressed;
  await expect(dialog).toBeHidden();
  await expect.poll(() => leads(first)).toBe(false);
  await createCustomer(first, "醒来之后");

  const all = ["冻结之前", "冻结之中", "醒来那一刻", "醒来之后"];
  const elsewhere = await (await browser.newContext()).newPage();
  await synced(second);
  await signIn(elsewhere, server, "wang@example.cn", PASSWORD);
  await open(elsewhere, "/app/customers");
  for (const page of [first, second, elsewhere]) {
    for (const customer of all) await expect(customerRow(page, customer)).toHaveCount(1);
  }
  expect(await leads(second)).toBe(true);
  await elsewhere.context().close();
});

test("an edit made while the leader hangs is kept and repeated", async () => {
  const renderer = await rendererOf(second, own);
  await expect.poll(() => first.workers().length).toBe(1);
  process.kill(renderer, "SIGSTOP");
  try {
    // At once: nobody leads yet, and the one who did does not listen.
    await createCustomer(first, "无人带领");
    await expect(customerRow(first, "无人带领")).toBeVisible();
    await expect.poll(() => leads(first)).toBe(true);
    await synced(first);
  } finally {
    process.kill(renderer, "SIGCONT");
  }
  await expect(customerRow(second, "无人带领")).toHaveCount(1);
  await first.reload();
  await expect(customerRow(first, "无人带领")).toHaveCount(1);
});
