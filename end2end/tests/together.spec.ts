// Two people on one base: live edits, offline edits that merge, clashes that leave a trace.
import { type Page, expect, test } from "@playwright/test";
import {
  closeAll,
  createCustomer,
  customerRow,
  editField,
  invite,
  open,
  setUp,
  synced,
} from "../support/people";
import { Server } from "../support/server";

test.describe.configure({ mode: "serial" });

let server: Server;
let wang: Page;
let li: Page;

test.beforeAll(async ({ browser }) => {
  server = await new Server().start();
  wang = await (await browser.newContext()).newPage();
  await setUp(wang, server);
  li = await invite(browser, server, wang.context(), "李娜", "li@example.cn");
  await open(wang, "/app/customers");
  await open(li, "/app/customers");
});
test.afterAll(async ({ browser }) => {
  await closeAll(browser);
  await server.remove();
});

async function offline(page: Page): Promise<void> {
  await page.context().setOffline(true);
  await expect(page.locator(".sync-pill.offline").first()).toBeVisible({ timeout: 60_000 });
}

async function online(page: Page): Promise<void> {
  await page.context().setOffline(false);
  await synced(page);
}

test("what one makes appears at the other without reload", async () => {
  await createCustomer(wang, "北辰物流", "13800138000");
  await expect(customerRow(li, "北辰物流")).toBeVisible();
});

test("different fields edited apart are both there afterwards", async () => {
  await customerRow(wang, "北辰物流").getByText("北辰物流").click();
  await customerRow(li, "北辰物流").getByText("北辰物流").click();
  await offline(li);
  await editField(li, "电话", "13900139000");
  await editField(wang, "名称", "北辰供应链");
  await online(li);
  for (const page of [wang, li]) {
    await expect(page.getByRole("button", { name: "电话: 139 0013 9000" })).toBeVisible();
    await expect(page.getByRole("heading", { name: "名称: 北辰供应链" })).toBeVisible();
  }
});

test("a clash in one field shows the winner and keeps the other value", async () => {
  await offline(li);
  await editField(li, "电话", "13700137000");
  await editField(wang, "电话", "13600136000");
  await synced(wang);
  await online(li);
  for (const page of [wang, li]) {
    await expect(page.locator(".clash-box summary")).toBeVisible();
  }
  await li.locator(".clash-box summary").click();
  const values = li.locator(".clash-value");
  await expect(values).toHaveCount(2);
  await expect(values.filter({ hasText: "137 0013 7000" })).toContainText("李娜");
  await expect(values.filter({ hasText: "136 0013 6000" })).toContainText("王伟");
  await values.filter({ hasText: "136 0013 6000" }).getByRole("button").click();
  for (const page of [wang, li]) {
    await expect(page.locator(".clash-box")).toHaveCount(0);
    await expect(page.getByRole("button", { name: "电话: 136 0013 6000" })).toBeVisible();
  }
});

test("one note written by two at once keeps every character", async () => {
  await offline(li);
  await wang.getByRole("textbox", { name: "共享笔记" }).first().fill("王伟写的一行。");
  await li.getByRole("textbox", { name: "共享笔记" }).first().fill("李娜写的一行。");
  await expect(li.locator(".sync-pill").first()).toContainText(/\d/);
  await online(li);
  for (const page of [wang, li]) {
    const note = page.getByRole("textbox", { name: "共享笔记" }).first();
    await expect(note).toHaveValue(/王伟写的一行。/);
    await expect(note).toHaveValue(/李娜写的一行。/);
  }
});
