// A real list of customers: chosen, mapped, tried, imported, and taken back as a whole.
import { type Page, expect, test } from "@playwright/test";
import { closeAll, open, setUp, synced } from "../support/people";
import { Server } from "../support/server";

const LIST = "../server/tests/fixtures/zh/customers.csv";

let server: Server;
let page: Page;

test.beforeAll(async ({ browser }) => {
  server = await new Server().start();
  page = await (await browser.newContext()).newPage();
  await setUp(page, server);
});
test.afterAll(async ({ browser }) => {
  await closeAll(browser);
  await server.remove();
});

async function choose(name: string, bytes: Buffer | string): Promise<void> {
  await open(page, "/app/import");
  const buffer = Buffer.from(bytes);
  await page.locator("input[type=file]").setInputFiles({ name, mimeType: "text/csv", buffer });
}

async function expectCustomers(count: number): Promise<void> {
  await open(page, "/app/customers");
  await expect(page.locator(".page-count")).toHaveText(`${count} 位客户`, { timeout: 40_000 });
}

test("a broken file says what is wrong with it and changes nothing", async () => {
  await choose("没有收尾.csv", '姓名,备注\n王伟,"没有结束的引号\n李娜,好\n');
  await expect(page.getByText("有一个引号没有结束")).toBeVisible();
  await choose("表格.csv", Buffer.from([0x50, 0x4b, 0x03, 0x04, 0x14, 0x00, 0x06, 0x00, 0x08, 0x00]));
  await expect(page.getByText("这是 Excel 文件")).toBeVisible();
  await choose("空.csv", "");
  await expect(page.getByText("文件是空的")).toBeVisible();
  await expectCustomers(0);
});

test("a row that cannot be read is shown with its number and its problem before anything is written", async () => {
  await choose("有错.csv", "姓名,邮箱\n王伟,wang@example.cn\n李娜,这不是邮箱\n");
  await page.getByRole("button", { name: "试运行" }).click();
  await expect(page.locator(".import-verdict")).toContainText("1 行可以导入");
  await expect(page.locator(".import-verdict")).toContainText("1 行有问题");
  await expect(page.locator("tr.bad")).toContainText("这不是邮箱");
  await expect(page.locator("tr.bad")).toContainText("不是邮箱地址");
  await expectCustomers(0);
});

test("two hundred customers come in at once, and one press takes them all back", async () => {
  await open(page, "/app/import");
  await page.locator("input[type=file]").setInputFiles(LIST);

  // Each column has found its field, and shows what stands in the file.
  await expect(page.getByText("共 200 行")).toBeVisible();
  await expect(page.getByLabel("编码")).toHaveValue(/utf-8/i);
  const field = (of: string) => page.getByRole("combobox", { name: `“${of}”对应的字段` });
  await expect(field("姓名")).toHaveValue("name");
  await expect(field("手机")).toHaveValue("phone");
  await expect(page.locator(".samples", { hasText: "陈凯" })).toBeVisible();

  await page.getByRole("button", { name: "试运行" }).click();
  await expect(page.locator(".import-verdict")).toContainText("200 行可以导入");
  await expect(page.getByRole("cell", { name: "陈凯" })).toBeVisible();
  await page.getByRole("button", { name: "导入 200 行" }).click();
  await expect(page.getByText("已导入 200 条记录")).toBeVisible({ timeout: 40_000 });

  await page.getByRole("main").getByRole("button", { name: "客户", exact: true }).click();
  await expect(page.locator(".page-count")).toHaveText("200 位客户", { timeout: 40_000 });
  await page.getByRole("searchbox").first().fill("陈凯");
  await expect(page.getByRole("grid", { name: "客户" }).getByRole("row", { name: /陈凯/ }).first()).toBeVisible();
  await synced(page);

  await open(page, "/app/import");
  const past = page.getByRole("row", { name: /customers\.csv/ });
  await past.getByRole("button", { name: "撤销这次导入" }).click();
  await expect(page.getByText("已移除 200 条记录")).toBeVisible({ timeout: 40_000 });
  await expect(past).toContainText("已撤销");
  await expectCustomers(0);
});
