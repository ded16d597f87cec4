// A day without a server: the program opens, everything works, and nothing is lost when it returns.
import { type Page, expect, test } from "@playwright/test";
import { closeAll, createCustomer, customerRow, editField, open, setUp, synced } from "../support/people";
import { Server } from "../support/server";

test.describe.configure({ mode: "serial" });

let server: Server;
let page: Page;

test.beforeAll(async ({ browser }) => {
  server = await new Server().start();
  page = await (await browser.newContext()).newPage();
  await setUp(page, server);
  await open(page, "/app/customers");
  await createCustomer(page, "云仓贸易行");
  await synced(page);
});
test.afterAll(async ({ browser }) => {
  await closeAll(browser);
  await server.remove();
});

test("the program is installed for offline use after one visit", async () => {
  await expect
    .poll(() => page.evaluate(async () => Boolean((await navigator.serviceWorker.ready).active)))
    .toBeTruthy();
  await page.reload();
  await expect.poll(() => page.evaluate(() => Boolean(navigator.serviceWorker.controller))).toBeTruthy();
});

test("with the server stopped it opens, reads, creates and edits", async () => {
  await server.stop();
  await page.goto(`${server.address}/app/customers`);
  await expect(customerRow(page, "云仓贸易行")).toBeVisible();
  await expect(page.locator(".sync-pill.offline").first()).toBeVisible({ timeout: 60_000 });
  await createCustomer(page, "离线新客户", "13500135000");
  await expect(customerRow(page, "离线新客户")).toBeVisible();
  await customerRow(page, "云仓贸易行").getByText("云仓贸易行").click();
  await editField(page, "名称", "云仓国际贸易");
  await expect(page.locator(".sync-pill").first()).toContainText("2");
  await page.reload();
  await expect(page.getByRole("heading", { name: "名称: 云仓国际贸易" })).toBeVisible();
  await expect(page.locator(".sync-pill").first()).toContainText("2");
});

test("when the server returns, what waited goes out by itself", async () => {
  await server.start();
  await synced(page);
  const all = await page.context().newPage();
  await all.goto(`${server.address}/app/customers`);
  await expect(customerRow(all, "离线新客户")).toBeVisible();
  await expect(customerRow(all, "云仓国际贸易")).toBeVisible();
  await all.close();
});
