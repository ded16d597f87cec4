// Pipelines as a team makes them: stages edited, removed and brought back, a second one, lost deals.
import { type Locator, type Page, expect, test } from "@playwright/test";
import { closeAll, open, startWith, synced } from "../support/people";
import { Server } from "../support/server";

test.describe.configure({ mode: "serial" });

const server = new Server();
let page: Page;

test.beforeAll(async ({ browser }) => {
  page = await startWith(browser, server, "/app/deals");
  await page.getByRole("button", { name: "创建标准流程" }).click();
  await addDeal("初步接触", "仓储项目");
  await addDeal("需求确认", "冷链项目");
});
test.afterAll(async ({ browser }) => {
  await closeAll(browser);
  await server.remove();
});

function column(stage: string): Locator {
  return page.getByRole("region", { name: stage, exact: true });
}

function card(within: Page | Locator, title: string): Locator {
  return within.locator("article.card[data-card]").filter({ hasText: title });
}

async function addDeal(stage: string, title: string): Promise<void> {
  const foot = column(stage).locator(".card-quick");
  await foot.getByRole("button", { name: "新建商机" }).click();
  await foot.getByRole("textbox").fill(title);
  await foot.getByRole("textbox").press("Enter");
  await expect(card(column(stage), title)).toBeVisible();
  await foot.getByRole("textbox").press("Escape");
}

/** To another page by the rail. */
async function go(name: string): Promise<void> {
  await page.getByRole("navigation", { name: "主导航" }).getByRole("link", { name, exact: true }).click();
}

async function settings(): Promise<void> {
  await page.getByRole("link", { name: "设置销售流程" }).click();
  await page.waitForURL("**/settings/pipelines");
}

function stage(name: string): Locator {
  return page.locator(".stages-table tbody tr").filter({ has: page.getByRole("button", { name: `阶段: ${name}` }) });
}

async function put(line: Locator, label: string, value: string): Promise<void> {
  await line.getByRole("button", { name: new RegExp(`^${label}`) }).click();
  const input = page.locator(".inline-edit.open input");
  await input.fill(value);
  await input.press("Enter");
}

test("a lost deal says why, is listed with its reason, and can be opened again", async () => {
  await card(page, "仓储项目").locator(".card-title").click();
  await page.getByRole("button", { name: "标为输单" }).first().click();
  const question = page.getByRole("group", { name: "为什么输单？" });
  await question.getByRole("button", { name: "价格" }).click();
  await expect(card(page, "仓储项目")).toHaveCount(0);
  await page.getByRole("button", { name: "关闭" }).first().click();

  await page.getByRole("radio", { name: "输单" }).click();
  const line = page.locator(".outcome-list li").filter({ hasText: "仓储项目" });
  await expect(line).toContainText("价格");
  await line.getByText("仓储项目").click();
  await page.getByRole("button", { name: "重新打开" }).first().click();
  await expect(line).toHaveCount(0);
  await page.getByRole("button", { name: "关闭" }).first().click();
  await page.getByRole("radio", { name: "看板" }).click();
  await expect(card(column("初步接触"), "仓储项目")).toBeVisible();
});

test("own words are a reason too", async () => {
  await card(page, "仓储项目").locator(".card-title").click();
  await page.getByRole("button", { name: "标为输单" }).first().click();
  const question = page.getByRole("group", { name: "为什么输单？" });
  await question.getByRole("textbox").fill("客户搬走了");
  await question.getByRole("textbox").press("Enter");
  await page.getByRole("button", { name: "关闭" }).first().click();
  await page.getByRole("radio", { name: "输单" }).click();
  await expect(page.locator(".outcome-list li").filter({ hasText: "仓储项目" })).toContainText("客户搬走了");
  await page.getByRole("radio", { name: "漏斗" }).click();
  await expect(page.getByRole("row").filter({ hasText: "客户搬走了" })).toBeVisible();
  await page.getByRole("radio", { name: "看板" }).click();
});

test("a stage gets another name, likelihood and place, and the board follows", async () => {
  await settings();
  await put(stage("需求确认"), "赢率", "55");
  await expect(stage("需求确认").getByRole("button", { name: "赢率: 55%" })).toBeVisible();
  await put(stage("需求确认"), "数量上限", "1");
  await put(stage("方案报价"), "阶段", "方案与报价");
  await stage("方案与报价").getByRole("button", { name: "上移" }).click();
  await page.getByRole("button", { name: "添加阶段" }).click();
  await put(stage("新阶段"), "阶段", "交付准备");
  await expect(stage("交付准备")).toBeVisible();
  await go("商机");
  await expect(column("需求确认").getByRole("img", { name: "赢率 55%" })).toBeVisible();
  await expect(column("需求确认")).toContainText("1 / 1");
  const order = page.locator(".board").getByRole("heading", { level: 2 });
  await expect(order).toHaveText(["初步接触", "方案与报价", "需求确认", "商务谈判", "签约", "交付准备"]);
});

test("a number that cannot be is refused where it is typed", async () => {
  await settings();
  const line = stage("需求确认");
  await line.getByRole("button", { name: /^赢率/ }).click();
  const input = page.locator(".inline-edit.open input");
  await input.fill("150");
  await input.press("Enter");
  await expect(page.getByText("请填 0 到 100 的整数")).toBeVisible();
  await input.press("Escape");
  await expect(line.getByRole("button", { name: "赢率: 55%" })).toBeVisible();
});

test("a removed stage keeps its deals in sight and can come back", async () => {
  await stage("需求确认").getByRole("button", { name: "移除阶段" }).click();
  await stage("交付准备").getByRole("button", { name: "移除阶段" }).click();
  await go("商机");
  await expect(column("需求确认")).toContainText("已归档的阶段");
  await expect(card(column("需求确认"), "冷链项目")).toBeVisible();
  await expect(column("需求确认").getByRole("button", { name: "新建商机" })).toHaveCount(0);
  await expect(column("交付准备")).toHaveCount(0);
  await settings();
  await stage("需求确认").getByRole("button", { name: "恢复" }).click();
  await go("商机");
  await expect(column("需求确认").getByRole("button", { name: "新建商机" })).toBeVisible();
});

test("a second pipeline has a board of its own", async () => {
  await settings();
  await page.getByRole("textbox", { name: "流程名称" }).fill("售后续约");
  await page.getByRole("button", { name: "创建", exact: true }).click();
  await expect(page.getByRole("button", { name: "流程名称: 售后续约" })).toBeVisible();
  await page.getByRole("navigation", { name: "主导航" }).getByRole("link", { name: "售后续约" }).click();
  await expect(page.getByRole("tab", { name: "售后续约", selected: true })).toBeVisible();
  await expect(card(page, "冷链项目")).toHaveCount(0);
  await addDeal("新阶段", "第一份续约");
  await page.getByRole("tab", { name: "销售流程" }).click();
  await expect(card(page, "冷链项目")).toBeVisible();
  await expect(card(page, "第一份续约")).toHaveCount(0);
  await synced(page);
});

test("a new deal goes to the pipeline and the stage that one chooses", async () => {
  await page.locator(".page-head").getByRole("button", { name: /^新建商机/ }).click();
  const dialog = page.getByRole("dialog", { name: "新建商机" });
  await dialog.getByRole("textbox", { name: /^商机名称/ }).fill("续约第二份");
  const pipeline = dialog.getByRole("combobox", { name: "销售流程" });
  const stages = dialog.getByRole("combobox", { name: "阶段" });
  // The board that is looked at, and its first stage.
  await expect(pipeline.getByRole("option", { selected: true })).toHaveText("销售流程");
  await expect(stages.getByRole("option", { selected: true })).toHaveText("初步接触");
  await stages.selectOption({ label: "商务谈判" });
  await pipeline.selectOption({ label: "售后续约" });
  await expect(stages.getByRole("option", { selected: true })).toHaveText("新阶段");
  await dialog.getByRole("button", { name: "创建", exact: true }).click();
  await expect(dialog).toBeHidden();
  await page.getByRole("button", { name: "关闭" }).first().click();
  await page.getByRole("tab", { name: "售后续约" }).click();
  await expect(card(column("新阶段"), "续约第二份")).toBeVisible();
});
