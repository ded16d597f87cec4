// The same program in a hand: a phone of 390 px, a tablet of 820 px, two languages, two themes.
import { type BrowserContext, type Locator, type Page, expect, test } from "@playwright/test";
import {
  PASSWORD,
  closeAll,
  createCustomer,
  customerRow,
  open,
  setUp,
  signIn,
  synced,
} from "../support/people";
import { Server } from "../support/server";

let server: Server;
let context: BrowserContext;
let page: Page;

test.beforeAll(async ({ browser }) => {
  server = await new Server().start();
  const desk = await (await browser.newContext()).newPage();
  await setUp(desk, server);
  await open(desk, "/app/customers");
  await createCustomer(desk, "云仓贸易行");
  await open(desk, "/app/deals");
  await desk.getByRole("button", { name: "创建标准流程" }).click();
  await expect(column(desk, "签约")).toBeVisible();
  await synced(desk);
  await desk.context().close();

  context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
    deviceScaleFactor: 2,
  });
  page = await context.newPage();
  await signIn(page, server, "wang@example.cn", PASSWORD);
  await page.waitForURL("**/app/today");
  await expect(bar().getByRole("link", { name: "客户" })).toBeVisible();
});
test.afterAll(async ({ browser }) => {
  await closeAll(browser);
  await server.remove();
});

function bar(): Locator {
  return page.getByRole("navigation", { name: "主导航" }).filter({ visible: true });
}

function column(on: Page, stage: string): Locator {
  return on.getByRole("region", { name: stage, exact: true });
}

/** How far to the left of the screen something begins. */
async function left(of: Locator): Promise<number> {
  return (await of.boundingBox())?.x ?? Number.NaN;
}

async function expectNoSideways(): Promise<void> {
  const surplus = await page.evaluate(() => {
    const root = document.documentElement;
    return root.scrollWidth - root.clientWidth;
  });
  expect(surplus).toBe(0);
}

test("a bar at the bottom leads everywhere with the thumb", async () => {
  await expect(page.locator(".bottom-bar")).toBeVisible();
  await expect(page.locator(".rail")).toBeHidden();
  const box = await page.locator(".bottom-bar").boundingBox();
  expect((box?.y ?? 0) + (box?.height ?? 0)).toBe(844);
  for (const part of await page.locator(".bottom-link").all()) {
    expect((await part.boundingBox())?.height).toBeGreaterThanOrEqual(44);
  }
  await bar().getByRole("link", { name: "客户" }).tap();
  await expect(page).toHaveURL(/\/app\/customers/);
  await expectNoSideways();
  await bar().getByRole("link", { name: "今天" }).tap();
  await expect(page).toHaveURL(/\/app\/today/);
  await expectNoSideways();
  await bar().getByRole("button", { name: "更多" }).tap();
  const more = page.getByRole("dialog", { name: "更多" });
  await more.getByRole("menuitem", { name: "任务" }).tap();
  await expect(page).toHaveURL(/\/app\/tasks/);
  await expect(more).toBeHidden();
  await expectNoSideways();
});

test("a record takes the whole screen and leads back to its list", async () => {
  await bar().getByRole("link", { name: "客户" }).tap();
  await customerRow(page, "云仓贸易行").getByText("云仓贸易行").tap();
  await expect(page.getByRole("heading", { name: /云仓贸易行/ })).toBeVisible();
  await expect(page.getByRole("grid", { name: "客户" })).toBeHidden();
  expect((await page.locator(".side-panel").boundingBox())?.width).toBe(390);
  await expectNoSideways();
  await page.locator(".record-head").getByRole("button", { name: "返回" }).tap();
  await expect(customerRow(page, "云仓贸易行")).toBeVisible();
});

test("the board shows one stage a screen; tabs and swipes lead to the next", async () => {
  await bar().getByRole("link", { name: "商机" }).tap();
  await expect(column(page, "初步接触")).toBeInViewport({ ratio: 0.9 });
  await expect(column(page, "需求确认")).not.toBeInViewport({ ratio: 0.2 });
  await expectNoSideways();
  const tab = (name: string) => page.getByRole("tablist", { name: "阶段" }).getByRole("tab", { name });
  await expect(tab("初步接触")).toHaveAttribute("aria-selected", "true");

  await tab("方案报价").tap();
  await expect(column(page, "方案报价")).toBeInViewport({ ratio: 0.9 });
  await expect(tab("方案报价")).toHaveAttribute("aria-selected", "true");

  const cdp = await context.newCDPSession(page);
  const at = (x: number) => ({ touchPoints: [{ x, y: 500 }] });
  await cdp.send("Input.dispatchTouchEvent", { type: "touchStart", ...at(60) });
  for (let x = 90; x <= 330; x += 30) {
    await cdp.send("Input.dispatchTouchEvent", { type: "touchMove", ...at(x) });
  }
  await cdp.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await expect(tab("需求确认")).toHaveAttribute("aria-selected", "true");
  await expect(column(page, "需求确认")).toBeInViewport({ ratio: 0.9 });
  // It came to rest on a stage, not between two.
  const board = page.locator(".board");
  await expect.poll(async () => Math.abs((await left(column(page, "需求确认"))) - (await left(board)))).toBeLessThan(24);
});

test("language and theme change without a reload", async () => {
  await open(page, "/app/settings/look");
  await page.evaluate(() => Object.assign(window, { stillTheSamePage: true }));
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);

  await page.getByRole("radio", { name: "浅色" }).tap();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
  const light = await ground();
  await page.getByRole("radio", { name: "深色" }).tap();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await expect.poll(ground).not.toBe(light);

  await page.getByRole("radio", { name: "English" }).tap();
  await expect(page.getByRole("heading", { name: "Settings" })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await expect(page.locator(".bottom-bar")).toContainText("Customers");
  await expectNoSideways();
  await page.getByRole("radio", { name: "中文" }).tap();
  await expect(page.getByRole("heading", { name: "设置" })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");

  expect(await page.evaluate(() => "stillTheSamePage" in window)).toBe(true);
});

test("at 820 px the list stays beside the record", async () => {
  await page.setViewportSize({ width: 820, height: 1180 });
  await open(page, "/app/customers");
  await customerRow(page, "云仓贸易行").getByText("云仓贸易行").tap();
  await expect(page.getByRole("heading", { name: /云仓贸易行/ })).toBeVisible();
  await expect(customerRow(page, "云仓贸易行")).toBeVisible();
  const list = await page.locator(".split-list").boundingBox();
  const panel = await page.locator(".side-panel").boundingBox();
  expect(panel?.x).toBeGreaterThanOrEqual((list?.x ?? 0) + (list?.width ?? 0));
  expect(panel?.width).toBeGreaterThan(list?.width ?? 0);
  await expect(page.locator(".bottom-bar")).toHaveCount(0);
  await expectNoSideways();
});
