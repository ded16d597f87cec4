// Who may do what: departments and roles in the settings, and an edit that was made offline under a right that is gone.
import { type Page, expect, test } from "@playwright/test";
import {
  closeAll,
  createCustomer,
  customerRow,
  editField,
  invite,
  open,
  openCustomer,
  startWith,
  synced,
} from "../support/people";
import { Server } from "../support/server";

test.describe.configure({ mode: "serial" });

const server = new Server();
let wang: Page;
let li: Page;

test.beforeAll(async ({ browser }) => {
  wang = await startWith(browser, server, "/app/customers");
  li = await invite(browser, server, wang.context(), "李娜", "li@example.cn");
  await createCustomer(wang, "北辰物流", "13800138000");
  await open(li, "/app/customers");
  await expect(customerRow(li, "北辰物流")).toBeVisible();
});
test.afterAll(async ({ browser }) => {
  await closeAll(browser);
  await server.remove();
});

function row(page: Page, words: string) {
  return page.getByRole("listitem").filter({ hasText: words });
}

test("departments are a tree, and each member has a place in it", async () => {
  await open(wang, "/app/settings/members");
  await wang.getByLabel("名称").fill("销售部");
  await wang.getByRole("button", { name: "新建部门" }).click();
  await expect(row(wang, "销售部")).toBeVisible();
  await wang.getByLabel("名称").fill("华南");
  await wang.getByLabel("上级部门").selectOption({ label: "销售部" });
  await wang.getByRole("button", { name: "新建部门" }).click();
  await expect(row(wang, "销售部 / 华南")).toBeVisible();
  await wang.getByLabel("名称").fill("华南");
  await wang.getByLabel("上级部门").selectOption({ label: "销售部" });
  await wang.getByRole("button", { name: "新建部门" }).click();
  await expect(wang.getByText("同一上级下不能重名")).toBeVisible();

  await row(wang, "李娜").getByRole("button", { name: "更改角色和部门" }).click();
  const form = row(wang, "李娜");
  await form.getByLabel("角色").selectOption({ label: "工程师" });
  await form.getByLabel("部门").selectOption({ label: "销售部 / 华南" });
  await form.getByRole("button", { name: "保存" }).click();
  await expect(row(wang, "李娜")).toContainText("工程师 · 销售部 / 华南");
});

test("the colleague hears of the new role at once, and can no longer change a customer", async () => {
  await openCustomer(li, "北辰物流");
  await expect(li.getByRole("button", { name: "电话: 138 0013 8000" })).toBeDisabled();
  await open(li, "/app/settings/members");
  await expect(row(li, "李娜")).toContainText("工程师 · 销售部 / 华南");
  await expect(li.getByRole("button", { name: "更改角色和部门" })).toHaveCount(0);
  await expect(li.getByRole("button", { name: "新建部门" })).toHaveCount(0);
});

test("an edit made offline under a right that is gone lies in the tray, and the record is as it was", async () => {
  await row(wang, "李娜").getByRole("button", { name: "更改角色和部门" }).click();
  await row(wang, "李娜").getByLabel("角色").selectOption({ label: "销售" });
  await row(wang, "李娜").getByRole("button", { name: "保存" }).click();
  await expect(row(wang, "李娜")).toContainText("销售 · 销售部 / 华南");
  await open(li, "/app/customers");
  await openCustomer(li, "北辰物流");
  await expect(li.getByRole("button", { name: "电话: 138 0013 8000" })).toBeEnabled();
  await li.context().setOffline(true);
  await editField(li, "电话", "13900139000");
  const answer = await wang.context().request.put(`${server.address}/api/v1/roles/salesperson`, {
    data: { rights: { customer: { edit: "own" } } },
    headers: { Origin: server.address },
  });
  expect(answer.status()).toBe(204);
  await li.context().setOffline(false);
  await expect(li.locator(".sync-pill").first()).toContainText("需要处理", { timeout: 40_000 });
  await li.locator(".sync-pill").first().click();
  const refused = li.locator(".outbox-row.refused");
  await expect(refused).toContainText("电话: 139 0013 9000");
  await refused.getByRole("button", { name: "移除" }).click();
  await synced(li);
  await open(wang, "/app/customers");
  await openCustomer(wang, "北辰物流");
  await expect(wang.getByRole("button", { name: "电话: 138 0013 8000" })).toBeVisible();
});
