// What somebody else does never gets into one's way, and what one has not sent stays one's own.
import { type CDPSession, type Page, expect, test } from "@playwright/test";
import { blockSockets } from "../support/device";
import {
  PASSWORD,
  closeAll,
  createCustomer,
  customerRow,
  editField,
  invite,
  open,
  openCustomer,
  signIn,
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
  await open(li, "/app/customers");
  await createCustomer(wang, "北辰物流", "13800138000");
  await expect(customerRow(li, "北辰物流")).toBeVisible();
  for (const page of [wang, li]) await openCustomer(page, "北辰物流");
});
test.afterAll(async ({ browser }) => {
  await closeAll(browser);
  await server.remove();
});

function value(page: Page, label: string, text: string) {
  return page.getByRole("button", { name: `${label}: ${text}` });
}

function note(page: Page) {
  return page.getByRole("textbox", { name: "共享笔记" }).first();
}

/** What an input method shows before one has chosen the characters. */
async function compose(cdp: CDPSession, text: string): Promise<void> {
  await cdp.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });
}

/** The characters are chosen. */
async function choose(cdp: CDPSession, text: string): Promise<void> {
  await cdp.send("Input.insertText", { text });
}

test("an edit from elsewhere does not disturb an input method in a field", async () => {
  const cdp = await wang.context().newCDPSession(wang);
  await value(wang, "地区", "").first().click();
  const input = wang.getByRole("textbox", { name: /^地区/ });
  await expect(input).toBeFocused();
  await compose(cdp, "shang'hai");
  await expect(input).toHaveValue("shang'hai");

  await editField(li, "地区", "北京");
  await editField(li, "电话", "13900139000");
  // It has arrived, for the field beside it follows.
  await expect(value(wang, "电话", "139 0013 9000")).toBeVisible();
  await expect(input).toBeFocused();
  await expect(input).toHaveValue("shang'hai");
  await choose(cdp, "上海");
  await expect(input).toHaveValue("上海");
  await input.press("Enter");
  for (const page of [wang, li]) await expect(value(page, "地区", "上海")).toBeVisible();
});

test("a note waits with the other's text until the characters are chosen", async () => {
  const cdp = await wang.context().newCDPSession(wang);
  await note(li).fill("周三。");
  await expect(note(wang)).toHaveValue("周三。");
  await note(wang).focus();
  await wang.keyboard.press("Control+End");
  await compose(cdp, "bao'jia");
  await expect(note(wang)).toHaveValue("周三。bao'jia");

  await note(li).focus();
  await li.keyboard.press("Control+Home");
  await li.keyboard.insertText("李娜：");
  await editField(li, "电话", "13700137000");
  await expect(value(wang, "电话", "137 0013 7000")).toBeVisible();
  await expect(note(wang)).toHaveValue("周三。bao'jia");
  await choose(cdp, "报价");
  for (const page of [wang, li]) await expect(note(page)).toHaveValue("李娜：周三。报价");
  // And the caret stands where one writes on.
  await wang.keyboard.insertText("单");
  for (const page of [wang, li]) await expect(note(page)).toHaveValue("李娜：周三。报价单");
});

test("the caret of a note stays with its words while the other writes before them", async () => {
  await note(wang).focus();
  const at = "李娜：周三".length;
  await note(wang).evaluate((it: HTMLTextAreaElement, at) => it.setSelectionRange(at, at), at);
  await note(li).focus();
  await li.keyboard.press("Control+Home");
  for (const letter of "紧急！") await li.keyboard.insertText(letter);
  await expect(note(wang)).toHaveValue("紧急！李娜：周三。报价单");
  const caret = await note(wang).evaluate((it: HTMLTextAreaElement) => [it.selectionStart, it.selectionEnd]);
  expect(caret).toEqual([at + 3, at + 3]);
  await wang.keyboard.insertText("下午");
  for (const page of [wang, li]) await expect(note(page)).toHaveValue("紧急！李娜：周三下午。报价单");
});

test("a list does not move under the pointer", async () => {
  for (const name of ["丙公司", "丁公司", "戊公司"]) await createCustomer(li, name);
  const row = customerRow(wang, "戊公司");
  await expect(row).toBeVisible();
  await row.hover();
  const before = await row.boundingBox();
  // Sorts before all the others.
  await createCustomer(li, "000 公司");
  const more = wang.getByRole("button", { name: "1 条新记录" });
  await expect(more).toBeVisible();
  expect(await row.boundingBox()).toEqual(before);
  await expect(customerRow(wang, "000 公司")).toHaveCount(0);
  await more.click();
  await expect(customerRow(wang, "000 公司")).toBeVisible();
});

test("undo leaves alone what somebody changed since", async () => {
  for (const page of [wang, li]) await openCustomer(page, "北辰物流");
  await editField(wang, "地区", "杭州");
  await expect(value(li, "地区", "杭州")).toBeVisible();
  await editField(li, "地区", "宁波");
  await expect(value(wang, "地区", "宁波")).toBeVisible();
  await wang.getByRole("grid", { name: "客户" }).focus();
  await wang.keyboard.press("Control+z");
  await expect(wang.getByText("1 条记录之后又被修改，保持不变")).toBeVisible();
  await synced(wang);
  for (const page of [wang, li]) await expect(value(page, "地区", "宁波")).toBeVisible();
});

test("waiting edits stay with their member when another signs in on the same device", async () => {
  const device = wang;
  await blockSockets(device);
  await createCustomer(device, "只有王伟知道");
  await expect(device.locator(".sync-pill").first()).toContainText("1");

  await device.getByRole("button", { name: "菜单", exact: true }).click();
  await device.getByRole("menuitem", { name: "退出登录" }).click();
  const question = device.getByRole("dialog", { name: "退出登录" });
  await expect(question).toContainText("还有 1 项修改没有同步");
  await question.getByRole("button", { name: "退出登录" }).click();
  await device.waitForURL("**/sign-in");

  await signIn(device, server, "li@example.cn", PASSWORD);
  await synced(device);
  await open(device, "/app/customers");
  await expect(customerRow(device, "北辰物流")).toBeVisible();
  await expect(customerRow(device, "只有王伟知道")).toHaveCount(0);
  await device.locator(".sync-pill").first().click();
  await expect(device.getByText("所有修改都在服务器上")).toBeVisible();
  await open(device, "/app/customers");
  // What she writes goes out, and what waits for him does not go with it.
  await createCustomer(device, "李娜的客户");
  await open(li, "/app/customers");
  await expect(customerRow(li, "李娜的客户")).toBeVisible();
  await expect(customerRow(li, "只有王伟知道")).toHaveCount(0);

  await device.getByRole("button", { name: "菜单", exact: true }).click();
  await device.getByRole("menuitem", { name: "退出登录" }).click();
  await device.getByRole("dialog", { name: "退出登录" }).getByRole("button", { name: "退出登录" }).click();
  await device.waitForURL("**/sign-in");
  await signIn(device, server, "wang@example.cn", PASSWORD);
  await synced(device);
  await open(device, "/app/customers");
  await expect(customerRow(device, "只有王伟知道")).toBeVisible();
  await expect(customerRow(li, "只有王伟知道")).toBeVisible();
});

for (const [app, agent] of [
  ["WeChat", "MicroMessenger/8.0.50"],
  ["DingTalk", "DingTalk/7.6.0"],
]) {
  test(`inside ${app} one is asked to open a real browser`, async ({ browser }) => {
    const userAgent = `Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120.0 Mobile ${agent}`;
    const page = await (await browser.newContext({ userAgent })).newPage();
    await page.goto(`${server.address}/sign-in`);
    await expect(page.getByText("请换一个浏览器打开")).toBeVisible();
    await page.context().close();
  });
}

test("a real browser is not told so", async ({ browser }) => {
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${server.address}/sign-in`);
  await expect(page.locator("#login")).toBeVisible();
  await expect(page.getByText("请换一个浏览器打开")).toHaveCount(0);
  await page.context().close();
});
