// A day with customers: finding, sorting, choosing many, taking back, writing down, planning.
import { type Locator, type Page, expect, test } from "@playwright/test";
import {
  closeAll,
  createCustomer,
  customerRow,
  editField,
  open,
  openCustomer,
  startWith,
  synced,
} from "../support/people";
import { Server } from "../support/server";

test.describe.configure({ mode: "serial" });

const server = new Server();
let page: Page;

test.beforeAll(async ({ browser }) => {
  page = await startWith(browser, server, "/app/customers");
  await createCustomer(page, "北辰物流", "13800138000");
  await createCustomer(page, "云仓贸易行", "02161234567");
  await createCustomer(page, "Acme Tools", "+1 212 555 0145");
  await page.getByRole("button", { name: "关闭" }).first().click();
});
test.afterAll(async ({ browser }) => {
  await closeAll(browser);
  await server.remove();
});

function list(): Locator {
  return page.getByRole("grid", { name: "客户" });
}

/** The names in the list, from above. */
function names(): Promise<string[]> {
  return list()
    .getByRole("row")
    .evaluateAll((rows) =>
      rows
        .filter((it) => !(it as HTMLElement).hidden && it.classList.contains("virtual-row"))
        .sort((one, other) => one.getBoundingClientRect().top - other.getBoundingClientRect().top)
        .map((it) => {
          const cell = it.querySelectorAll("[role=gridcell]")[1].cloneNode(true) as HTMLElement;
          for (const picture of cell.querySelectorAll("[aria-hidden=true]")) picture.remove();
          return cell.textContent?.trim() ?? "";
        }),
    );
}

function search(): Locator {
  return page.getByRole("searchbox", { name: /^搜索名称/ });
}

function toast(words: string | RegExp): Locator {
  return page.locator(".toast").filter({ hasText: words });
}

for (const [by, typed, found] of [
  ["name", "云仓", "云仓贸易行"],
  ["part of a phone", "8001", "北辰物流"],
  ["pinyin", "beichen", "北辰物流"],
  ["initials", "ycmy", "云仓贸易行"],
  ["Latin letters in any case", "acme", "Acme Tools"],
]) {
  test(`a customer is found by ${by}`, async () => {
    await search().fill(typed);
    await expect.poll(names).toEqual([found]);
    await search().fill("");
    await expect.poll(async () => (await names()).length).toBe(3);
  });
}

test("the palette finds a customer from anywhere and opens it", async () => {
  await page.keyboard.press("Control+k");
  const palette = page.getByRole("dialog").filter({ has: page.getByRole("combobox") });
  await palette.getByRole("combobox").fill("bcwl");
  await expect(palette.getByRole("option", { name: /北辰物流/ })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "名称: 北辰物流" })).toBeVisible();
});

test("a click on another customer opens it beside the list", async () => {
  await openCustomer(page, "云仓贸易行");
  await openCustomer(page, "北辰物流");
  await expect(page.getByRole("button", { name: "整页打开" })).toBeVisible();
  await expect(customerRow(page, "云仓贸易行")).toBeVisible();
  expect(page.url()).not.toContain("full");
  await page.getByRole("button", { name: "关闭" }).first().click();
});

test("a column head sorts one way and the other", async () => {
  const head = list().getByRole("columnheader", { name: "名称" });
  const rising = ["Acme Tools", "北辰物流", "云仓贸易行"];
  // The newest is on top until one chooses.
  await expect.poll(names).toEqual(["Acme Tools", "云仓贸易行", "北辰物流"]);
  await head.getByRole("button").click();
  await expect.poll(names).toEqual(rising);
  await expect(head).toHaveAttribute("aria-sort", "ascending");
  await head.getByRole("button").click();
  await expect.poll(names).toEqual(rising.toReversed());
  await expect(head).toHaveAttribute("aria-sort", "descending");
  await page.reload();
  await expect.poll(names).toEqual(rising.toReversed());
});

test("a cell of the list is changed where it stands, with the mouse and with the keyboard", async () => {
  const row = customerRow(page, "云仓贸易行");
  await row.locator("[data-field=region]").hover();
  await row.getByRole("button", { name: "编辑" }).click();
  const region = row.getByRole("textbox", { name: /^地区/ });
  await expect(region).toBeFocused();
  await region.fill("杭州");
  await region.press("Escape");
  await expect(region).toBeHidden();
  await expect(row).not.toContainText("杭州");

  // The row is still open: Enter opens the field again, Tab saves and walks on.
  await page.keyboard.press("Enter");
  await region.fill("宁波");
  await region.press("Shift+Tab");
  const phone = row.getByRole("textbox", { name: /^电话/ });
  await expect(phone).toBeFocused();
  await phone.fill("12");
  await phone.press("Enter");
  await expect(phone).toHaveAttribute("aria-invalid", "true");
  await phone.fill("0574 8765 4321");
  await phone.press("Enter");
  await page.keyboard.press("Escape");
  await expect(row.locator("[data-edit-group]")).toHaveCount(0);
  await expect(row).toContainText("宁波");
  await expect(row.locator("[data-field=phone]")).toContainText("8765");
  expect(page.url()).not.toContain("/customers/");

  await list().focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("F2");
  const name = list().getByRole("textbox", { name: /^名称/ });
  await expect(name).toBeFocused();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await expect(list()).toBeFocused();
  for (const _ of [1, 2]) await page.keyboard.press("Control+z");
  await expect(row).not.toContainText("宁波");
});

test("several customers are changed at once, and one press takes it back", async () => {
  for (const name of ["北辰物流", "Acme Tools"]) await customerRow(page, name).getByRole("checkbox").check();
  const bar = page.getByRole("toolbar");
  await expect(bar).toContainText("已选 2 项");
  await bar.getByRole("button", { name: "等级" }).click();
  await page.getByRole("menuitem", { name: "A 级" }).click();
  for (const name of ["北辰物流", "Acme Tools"]) await expect(customerRow(page, name)).toContainText("A 级");
  await expect(bar).toHaveCount(0);
  await toast("已修改 2 条记录").getByRole("button", { name: "撤销" }).click();
  await expect(list().getByText("A 级")).toHaveCount(0);

  await customerRow(page, "北辰物流").getByRole("checkbox").check();
  await page.getByRole("toolbar").getByRole("button", { name: "等级" }).click();
  await page.getByRole("menuitem", { name: "A 级" }).click();
  await expect(customerRow(page, "北辰物流")).toContainText("A 级");
});

test("a filter is saved as a view, chosen from the rail, and deleted", async () => {
  await page.getByRole("button", { name: "等级", exact: true }).first().click();
  await page.locator("[popover]:popover-open").getByRole("menuitemradio", { name: /A 级/ }).click();
  await page.keyboard.press("Escape");
  await expect.poll(names).toEqual(["北辰物流"]);
  await page.getByRole("button", { name: "视图", exact: true }).click();
  await page.getByRole("menuitem", { name: "保存为视图" }).click();
  const dialog = page.getByRole("dialog", { name: "保存为视图" });
  await dialog.getByRole("textbox", { name: /名称/ }).fill("重点客户");
  await dialog.getByRole("button", { name: "保存" }).click();
  const link = page.getByRole("navigation", { name: "主导航" }).getByRole("link", { name: "重点客户" });
  await expect(link).toBeVisible();

  await page.getByRole("navigation", { name: "主导航" }).getByRole("link", { name: "客户", exact: true }).click();
  await expect.poll(async () => (await names()).length).toBe(3);
  await link.click();
  await expect.poll(names).toEqual(["北辰物流"]);
  await page.getByRole("button", { name: "重点客户" }).click();
  await page.getByRole("menuitem", { name: "删除视图" }).click();
  await expect(link).toHaveCount(0);
  await page.getByRole("navigation", { name: "主导航" }).getByRole("link", { name: "客户", exact: true }).click();
  await expect.poll(async () => (await names()).length).toBe(3);
});

test("a deleted customer comes back from the toast", async () => {
  await openCustomer(page, "云仓贸易行");
  await page.getByRole("button", { name: "操作" }).first().click();
  await page.getByRole("menuitem", { name: "删除" }).click();
  await expect(customerRow(page, "云仓贸易行")).toHaveCount(0);
  await toast("已删除 云仓贸易行").getByRole("button", { name: "撤销" }).click();
  await expect(customerRow(page, "云仓贸易行")).toBeVisible();
});

test("a field is edited without a mouse", async () => {
  await list().focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "名称: 北辰物流" })).toBeVisible();
  const phone = page.getByRole("button", { name: /^电话: / });
  await phone.focus();
  await page.keyboard.press("Enter");
  const input = page.getByRole("textbox", { name: /^电话/ });
  await expect(input).toBeFocused();
  await page.keyboard.type("999");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "电话: 138 0013 8000" })).toBeFocused();
  await page.keyboard.press("Enter");
  await input.fill("13900139000");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "电话: 139 0013 9000" })).toBeVisible();
  // Tab opened the next field.
  await expect(page.locator(".inline-edit.open")).toHaveCount(1);
  await page.keyboard.press("Escape");
});

test("a contact of a customer has a page of its own", async () => {
  await page.getByRole("button", { name: "添加联系人" }).first().click();
  const dialog = page.getByRole("dialog", { name: "新建联系人" });
  await dialog.getByRole("textbox", { name: /^姓名/ }).fill("张伟");
  await dialog.getByRole("textbox", { name: "电话" }).fill("13700137000");
  await dialog.getByRole("button", { name: "创建" }).click();
  await expect(dialog).toBeHidden();
  await page.locator("a.tied-row", { hasText: "张伟" }).click();
  await page.waitForURL(/\/app\/contacts\//);
  await expect(page.getByRole("heading", { name: "姓名: 张伟" })).toBeVisible();
  await editField(page, "职位", "采购经理");
  await expect(page.getByRole("button", { name: "职位: 采购经理" })).toBeVisible();
  await page.getByRole("button", { name: "返回" }).click();
  await expect(page.locator("a.tied-row", { hasText: "张伟" })).toContainText("采购经理");
});

for (const [kind, words, did] of [
  ["电话", "对方要报价", "打了电话"],
  ["拜访", "看了仓库", "上门拜访"],
  ["消息", "发了样册", "发了消息"],
  ["邮件", "寄了合同", "发了邮件"],
  ["会议", "谈了付款", "开了会"],
  ["笔记", "决策人是张伟", "写了笔记"],
]) {
  test(`what happened is written down: ${kind}`, async () => {
    await page.getByRole("radiogroup", { name: "跟进方式" }).getByRole("radio", { name: kind }).click();
    await page.getByRole("textbox", { name: "写点什么，可以不写" }).fill(words);
    await page.getByRole("textbox", { name: "写点什么，可以不写" }).press("Control+Enter");
    const entry = page.getByRole("region", { name: "时间线" }).getByRole("listitem").filter({ hasText: words });
    await expect(entry).toContainText(`王伟${did}`);
    await expect(page.getByRole("textbox", { name: "写点什么，可以不写" })).toHaveValue("");
  });
}

test("the timeline is searched and filtered", async () => {
  const timeline = page.getByRole("region", { name: "时间线" });
  await timeline.getByRole("searchbox").fill("样册");
  await expect(timeline.getByText("发了样册")).toBeVisible();
  await expect(timeline.getByText("看了仓库")).toHaveCount(0);
  await timeline.getByRole("searchbox").fill("");
  await timeline.getByRole("button", { name: "见面" }).click();
  await expect(timeline.getByText("看了仓库")).toBeVisible();
  await expect(timeline.getByText("发了样册")).toHaveCount(0);
  await timeline.getByRole("button", { name: "全部" }).click();
});

test("a task is written in one line, gets a day, and is done", async () => {
  await page.getByRole("navigation", { name: "主导航" }).getByRole("link", { name: "任务" }).click();
  const line = page.getByRole("textbox", { name: /^添加任务/ });
  await line.fill("明天 给张伟打电话");
  await line.press("Enter");
  const task = page.locator(".task-row", { hasText: "给张伟打电话" });
  await expect(task.getByRole("button", { name: "截止日期: 明天" })).toBeVisible();
  await expect(task.getByRole("button", { name: "负责人: 王伟" })).toBeVisible();

  await task.getByRole("button", { name: /^截止日期/ }).click();
  await task.locator(".task-due input").fill("2020-03-08");
  await task.locator(".task-due input").press("Enter");
  await expect(page.getByRole("heading", { name: /已逾期/ })).toBeVisible();
  await task.getByRole("checkbox").click();
  await expect(page.getByRole("heading", { name: /已逾期/ })).toHaveCount(0);
  await toast("已完成").getByRole("button", { name: "撤销" }).click();
  await expect(page.getByRole("heading", { name: /已逾期/ })).toBeVisible();
  await synced(page);
});
