// Another program: a token is made in the settings, used, and worth nothing once it is revoked.
import { type Page, expect, test } from "@playwright/test";
import { closeAll, customerRow, open, startWith } from "../support/people";
import { Server } from "../support/server";

test.describe.configure({ mode: "serial" });

const server = new Server();
let page: Page;

test.beforeAll(async ({ browser }) => {
  page = await startWith(browser, server, "/app/settings/tokens");
});
test.afterAll(async ({ browser }) => {
  await closeAll(browser);
  await server.remove();
});

/** Adds a customer as a program would: without a browser's cookies. */
async function add(token: string, name: string): Promise<number> {
  const answer = await fetch(`${server.address}/api/v1/records/customer`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify({ fields: { name } }),
  });
  return answer.status;
}

test("a token is made, shown once, used and revoked", async () => {
  await expect(page.getByText("还没有令牌")).toBeVisible();
  await page.getByLabel("用途").fill("网站表单");
  await page.getByLabel("权限").selectOption({ label: "读写" });
  await page.getByRole("button", { name: "生成令牌" }).click();
  const token = String(await page.locator(".secret").textContent());
  expect(token).toMatch(/^huike_pat_[0-9a-f]{48}$/);
  const line = page.getByRole("listitem").filter({ hasText: "网站表单" });
  await expect(line).toContainText("读写");
  await expect(line).toContainText("从未使用");

  for (const width of [390, 820, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
    expect(overflow, `at ${width}`).toBe(false);
  }

  expect(await add(token, "程序加的客户")).toBe(201);
  await open(page, "/app/customers");
  await expect(customerRow(page, "程序加的客户")).toBeVisible();
  await open(page, "/app/settings/tokens");
  await expect(line).toContainText("上次使用");
  await expect(page.locator(".secret")).toHaveCount(0);

  await line.getByRole("button", { name: "撤销" }).click();
  await expect(line).toHaveCount(0);
  expect(await add(token, "再来一个")).toBe(401);
});
