// What may happen to machines: a killed server, a killed tab, cleared storage, two tabs.
import { type Page, expect, test } from "@playwright/test";
import { closeAll, createCustomer, customerRow, open, setUp, synced } from "../support/people";
import { Server } from "../support/server";

test.describe.configure({ mode: "serial" });

let server: Server;
let page: Page;

test.beforeAll(async ({ browser }) => {
  server = await new Server().start();
  page = await (await browser.newContext()).newPage();
  await setUp(page, server);
  await open(page, "/app/customers");
});
test.afterAll(async ({ browser }) => {
  await closeAll(browser);
  await server.remove();
});

test("edits made around a kill of the server are all there afterwards", async () => {
  for (let number = 1; number <= 6; number += 1) {
    await createCustomer(page, `客户${number}号`);
    if (number === 3) await server.kill();
    if (number === 5) await server.start();
  }
  await synced(page);
  for (let number = 1; number <= 6; number += 1) {
    await expect(customerRow(page, `客户${number}号`)).toBeVisible();
  }
});

test("a second tab takes over when the leading one is closed, and both had agreed", async () => {
  const second = await page.context().newPage();
  await second.goto(`${server.address}/app/customers`);
  await expect(customerRow(second, "客户6号")).toBeVisible();
  await createCustomer(second, "第二个标签页");
  await expect(customerRow(page, "第二个标签页")).toBeVisible();
  await page.close();
  await createCustomer(second, "接管之后");
  await expect(customerRow(second, "接管之后")).toBeVisible();
  await synced(second);
  page = second;
});

test("cleared storage comes back from the server with a notice", async () => {
  const session = await page.context().newCDPSession(page);
  await session.send("Storage.clearDataForOrigin", {
    origin: server.address,
    storageTypes: "indexeddb",
  });
  await page.reload();
  await expect(customerRow(page, "接管之后")).toBeVisible({ timeout: 40_000 });
  const notice = page.locator(".notice").filter({ hasText: "浏览器清理了" });
  await expect(notice).toBeVisible();

  // It stays until it was read, also over a reload; and then it is gone for good.
  await page.reload();
  await notice.getByRole("button", { name: "关闭" }).click();
  await expect(notice).toHaveCount(0);
  await page.reload();
  await expect(page.locator(".sync-pill.synced")).toBeVisible();
  await expect(notice).toHaveCount(0);
});
