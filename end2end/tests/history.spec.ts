// What happened to a record: who wrote what, the way back, and the record as it was.
import { type Locator, type Page, expect, test } from "@playwright/test";
import { seriousFindings } from "../support/axe";
import {
  closeAll,
  createCustomer,
  customerRow,
  editField,
  invite,
  open,
  openCustomer,
  setUp,
  synced,
} from "../support/people";
import { Server } from "../support/server";

test.describe.configure({ mode: "serial" });

const server = new Server();
let wang: Page;
let li: Page;

test.beforeAll(async ({ browser }) => {
  await server.start();
  wang = await (await browser.newContext({ bypassCSP: true, reducedMotion: "reduce" })).newPage();
  await setUp(wang, server);
  li = await invite(browser, server, wang.context(), "李娜", "li@example.cn");
  await open(wang, "/app/customers");
  await open(li, "/app/customers");
  await createCustomer(wang, "北辰物流", "13800138000");
  await expect(customerRow(li, "北辰物流")).toBeVisible();
  await openCustomer(wang, "北辰物流");
  await openCustomer(li, "北辰物流");
});
test.afterAll(async ({ browser }) => {
  await closeAll(browser);
  await server.remove();
});

function panel(page: Page): Locator {
  return page.getByRole("complementary", { name: "历史" });
}

function line(page: Page, words: string | RegExp): Locator {
  return page.locator(".history-line").filter({ hasText: words });
}

async function openHistory(page: Page): Promise<void> {
  await page.locator(".record-head").getByRole("button", { name: "操作" }).click();
  await page.getByRole("menuitem", { name: "历史" }).click();
}

/** What axe finds in the panel, light and dark. */
async function look(within: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await wang.emulateMedia({ colorScheme });
    expect.soft(await seriousFindings(wang, within), colorScheme).toEqual([]);
  }
  await wang.emulateMedia({ colorScheme: "light" });
}

test("every change is told with who and when, and an old value comes back by one press", async () => {
  await editField(li, "电话", "13900139000");
  await synced(li);
  await expect(wang.getByRole("button", { name: "电话: 139 0013 9000" })).toBeVisible();
  await editField(wang, "地区", "上海");
  await synced(wang);

  await openHistory(wang);
  await expect(panel(wang)).toBeFocused();
  const turns = panel(wang).locator(".history-turn");
  await expect(turns).toHaveCount(3);
  await expect(turns.nth(0)).toContainText("王伟");
  await expect(turns.nth(0)).toContainText("上海");
  await expect(turns.nth(1)).toContainText("李娜");
  await expect(turns.nth(1)).toContainText("138 0013 8000 → 139 0013 9000");
  await expect(turns.nth(2)).toContainText("创建了记录");
  await look(".history-panel");

  await line(wang, "138 0013 8000 → 139 0013 9000").getByRole("button", { name: /^电话：恢复为 ?138 0013 8000$/ }).click();
  await expect(wang.getByRole("button", { name: "电话: 138 0013 8000" })).toBeVisible();
  await expect(line(wang, "139 0013 9000 → 138 0013 8000")).toBeVisible();
  await wang.locator(".toast").getByRole("button", { name: "撤销" }).click();
  await expect(wang.getByRole("button", { name: "电话: 139 0013 9000" })).toBeVisible();
  await wang.keyboard.press("Escape");
});

test("one field is looked at alone", async () => {
  await wang.locator(".field-row").filter({ hasText: "地区" }).getByRole("button", { name: "地区的历史" }).click();
  await expect(panel(wang).getByRole("combobox", { name: "字段" })).toHaveValue("region");
  await expect(panel(wang).locator(".history-turn")).toHaveCount(1);
  await expect(panel(wang).locator(".history-turn")).toContainText("上海");
  await panel(wang).getByRole("combobox", { name: "字段" }).selectOption("remark");
  await expect(panel(wang).getByText("没有修改")).toBeVisible();
  await panel(wang).getByRole("button", { name: "关闭" }).click();
  await expect(panel(wang)).toBeHidden();
});

test("the record is shown as it was, and given back field by field or at once", async () => {
  await wang.getByRole("button", { name: /^显示空字段/ }).click();
  await editField(wang, "微信", "beichen");
  await synced(wang);
  await openHistory(wang);
  // As it was when it was made.
  const turns = panel(wang).locator(".history-turn");
  await expect(turns.first()).toContainText("beichen");
  await turns.last().getByRole("button", { name: /^查看/ }).click();
  const then = wang.locator(".then-view");
  await expect(then).toBeVisible();
  await expect(then.locator(".then-band")).toContainText("时的样子");
  await expect(wang.locator(".record-columns")).toBeHidden();
  const phone = then.locator(".field-row").filter({ hasText: "电话" });
  await expect(phone).toContainText("138 0013 8000");
  await expect(phone).toContainText("现在：139 0013 9000");
  await expect(then.locator(".field-row").filter({ hasText: "名称" })).not.toHaveClass(/other/);
  await look(".then-view");

  await phone.getByRole("button", { name: /^电话：恢复为/ }).click();
  await expect(phone).not.toHaveClass(/other/);
  await expect(then.locator(".field-row.other")).toHaveCount(2);
  await then.getByRole("button", { name: "恢复这 2 个字段" }).click();
  await expect(then).toBeHidden();
  await expect(wang.getByRole("button", { name: "电话: 138 0013 8000" })).toBeVisible();
  await expect(wang.getByRole("button", { name: "地区: —" })).toBeVisible();
  await wang.locator(".toast").last().getByRole("button", { name: "撤销" }).click();
  await expect(wang.getByRole("button", { name: "地区: 上海" })).toBeVisible();
  await panel(wang).getByRole("button", { name: "关闭" }).click();
});

test("a moment can be typed, but not one that is still to come or before the record", async () => {
  await openHistory(wang);
  const moment = panel(wang).getByLabel("查看当时");
  await moment.fill("2099-01-01T00:00");
  await panel(wang).getByRole("button", { name: "显示" }).click();
  await expect(panel(wang).getByText("这个时间还没到")).toBeVisible();
  await moment.fill("2020-01-01T00:00");
  await panel(wang).getByRole("button", { name: "显示" }).click();
  await expect(wang.getByText("当时还没有这条记录")).toBeVisible();
  await wang.getByRole("button", { name: "回到现在" }).click();
  await expect(wang.locator(".record-columns")).toBeVisible();
  await panel(wang).getByRole("button", { name: "关闭" }).click();
});

test("who has it is said, and where it is while it waits", async () => {
  // The colleague's device says how far it is when it greets.
  await li.reload();
  await synced(li);
  await wang.locator(".sync-state").click();
  const standing = panel(wang).locator(".history-standing");
  await expect(standing).toContainText("起已在服务器");
  await expect(standing).toContainText("李娜 的设备已有");

  await server.stop();
  await editField(wang, "邮箱", "a@example.cn");
  await expect(wang.locator(".sync-state")).toContainText("仅在这台设备");
  await expect(standing).toContainText("已保存在这台设备，等待同步");
  // What the device knows is told without the network.
  await expect(line(wang, "a@example.cn")).toContainText("仅在这台设备");
  await panel(wang).getByRole("button", { name: "关闭" }).click();
  await wang.reload();
  await openCustomer(wang, "北辰物流");
  await openHistory(wang);
  await expect(panel(wang).getByText("更早的历史需要网络")).toBeVisible();
  await expect(line(wang, "北辰物流")).toContainText("王伟");
  await server.start();
  await synced(wang);
  await expect(panel(wang).locator(".history-turn").first()).toContainText("a@example.cn");
  await expect(panel(wang).getByText("更早的历史需要网络")).toBeHidden();
});

test("on a phone the history is a sheet, and a chosen moment closes it", async () => {
  await wang.setViewportSize({ width: 390, height: 844 });
  await open(wang, "/app/customers");
  await customerRow(wang, "北辰物流").getByText("北辰物流").click();
  await openHistory(wang);
  const sheet = wang.getByRole("dialog", { name: "历史" });
  await expect(sheet.locator(".history-turn").first()).toBeVisible();
  await look("dialog[open]");
  const overflow = () => wang.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  expect(await overflow()).toBe(false);
  await sheet.getByRole("button", { name: /^查看/ }).last().click();
  await expect(sheet).toBeHidden();
  await expect(wang.locator(".then-band")).toBeVisible();
  await look(".then-view");
  expect(await overflow()).toBe(false);
  await wang.getByRole("button", { name: "回到现在" }).click();
  await expect(wang.locator(".then-view")).toBeHidden();
});
