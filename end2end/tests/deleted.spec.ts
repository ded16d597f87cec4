// What was deleted is not lost: its page says so, and a list of all that was deleted gives it back.
import { type Page, expect, test } from "@playwright/test";
import { closeAll, createCustomer, invite, open, startWith, synced } from "../support/people";
import { Server } from "../support/server";

const server = new Server();
let page: Page;

test.beforeAll(async ({ browser }) => {
  page = await startWith(browser, server, "/app/customers");
});
test.afterAll(async ({ browser }) => {
  await closeAll(browser);
  await server.remove();
});

/** Deletes the customer whose page is open, and gives its address. */
async function remove(): Promise<string> {
  const address = new URL(page.url()).pathname;
  await page.getByRole("button", { name: "操作" }).first().click();
  await page.getByRole("menuitem", { name: "删除" }).click();
  await expect(page.locator(".toast", { hasText: "已删除" })).toBeVisible();
  return address;
}

async function make(name: string): Promise<void> {
  await open(page, "/app/customers");
  await createCustomer(page, name);
  await expect(page.getByRole("heading", { name: `名称: ${name}` })).toBeVisible();
}

const deleted = (name: string) => page.getByRole("listitem").filter({ hasText: name });
const row = (name: string) => page.locator(".virtual-row:not([hidden])", { hasText: name });

test("what was deleted is listed and comes back", async () => {
  await make("北辰物流");
  await remove();
  await page.getByRole("button", { name: "视图" }).click();
  await page.getByRole("menuitem", { name: "最近删除" }).click();
  await expect(deleted("北辰物流")).toContainText("客户 · 最后改动：王伟");

  // It is the device's knowledge, not the page's.
  await synced(page);
  await open(page, "/app/deleted");
  await deleted("北辰物流").getByRole("button", { name: "恢复" }).click();
  await expect(deleted("北辰物流")).toHaveCount(0);
  await expect(page.getByText("没有删除的记录")).toBeVisible();
  await open(page, "/app/customers");
  await expect(row("北辰物流")).toBeVisible();
});

test("the page of a deleted record says so and gives it back", async () => {
  await make("云仓贸易行");
  await open(page, await remove());
  await expect(page.getByText("这条记录已删除")).toBeVisible();
  await expect(page.getByText("最后改动：王伟")).toBeVisible();
  await page.getByRole("button", { name: "恢复" }).click();
  await expect(page.getByRole("heading", { name: "名称: 云仓贸易行" })).toBeVisible();
});

test("who may not delete is not offered to restore", async ({ browser }) => {
  await make("只看一眼");
  const address = await remove();
  await synced(page);
  const viewer = await invite(browser, server, page.context(), "赵磊", "zhao@example.cn", "viewer");
  await open(viewer, address);
  await expect(viewer.getByText("这条记录已删除")).toBeVisible();
  await expect(viewer.getByRole("button", { name: "返回" })).toBeVisible();
  await expect(viewer.getByRole("button", { name: "恢复" })).toHaveCount(0);
  await open(viewer, "/app/deleted");
  await expect(viewer.getByRole("listitem").filter({ hasText: "只看一眼" })).toBeVisible();
  await expect(viewer.getByRole("button", { name: "恢复" })).toHaveCount(0);
});
