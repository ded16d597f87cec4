// One's own account and the team: the password, invitations made and taken back.
import { type Page, expect, test } from "@playwright/test";
import { PASSWORD, closeAll, open, setUp, signIn, synced } from "../support/people";
import { Server } from "../support/server";

test.describe.configure({ mode: "serial" });

const server = new Server();
const CHANGED = "another horse battery";
let page: Page;

test.beforeAll(async ({ browser }) => {
  await server.start();
  page = await (await browser.newContext()).newPage();
  await setUp(page, server);
});
test.afterAll(async ({ browser }) => {
  await closeAll(browser);
  await server.remove();
});

test("the password is changed with the old one; other devices are signed out", async ({ browser }) => {
  const other = await (await browser.newContext()).newPage();
  await signIn(other, server, "wang@example.cn", PASSWORD);
  await synced(other);
  await open(page, "/app/settings/account");
  await page.getByLabel("当前密码").fill("not the password");
  await page.getByLabel("新密码").fill(CHANGED);
  await page.getByRole("button", { name: "更改密码" }).click();
  await expect(page.getByText("当前密码不对")).toBeVisible();
  await page.getByLabel("当前密码").fill(PASSWORD);
  await page.getByRole("button", { name: "更改密码" }).click();
  await expect(page.getByText("密码已更改")).toBeVisible();
  await synced(page);

  await other.reload();
  await expect(other.getByText("登录已过期")).toBeVisible();
  await other.getByRole("link", { name: "登录" }).first().click();
  await other.locator("#login").fill("wang@example.cn");
  await other.locator("#password").fill(PASSWORD);
  await other.locator("button[type=submit]").click();
  await expect(other.getByText("邮箱、手机号或密码不对")).toBeVisible();
  await signIn(other, server, "wang@example.cn", CHANGED);
  await synced(other);
  await other.context().close();
});

test("an invitation is made, shown once, and taken back", async ({ browser }) => {
  await open(page, "/app/settings/members");
  await page.getByLabel("给谁（选填）").fill("新来的小赵");
  await page.getByRole("button", { name: "生成邀请链接" }).click();
  const link = await page.locator(".secret").textContent();
  const line = page.getByRole("listitem").filter({ hasText: "新来的小赵" });
  await expect(line).toContainText("销售");

  const invited = await (await browser.newContext()).newPage();
  const address = new URL(new URL(String(link)).pathname, server.address).href;
  await invited.goto(address);
  await expect(invited.locator("#password")).toBeVisible();

  await line.getByRole("button", { name: "收回" }).click();
  await expect(line).toHaveCount(0);
  await expect(page.locator(".secret")).toHaveCount(0);
  await invited.goto(address);
  await expect(invited.getByText("这个链接已经用过、过期或被收回")).toBeVisible();
  await invited.context().close();
});
