// axe on every page, dialog and menu, wide and narrow, in both themes: no finding of impact serious
// or critical. The dark theme differs in its colors only, so only these are looked at again.
import { type Browser, type Locator, type Page, expect, test } from "@playwright/test";
import { seriousFindings } from "../support/axe";
import { closeAll, setUp, signIn } from "../support/people";
import { Server } from "../support/server";

const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 390, height: 844 };

/** The demo company has every state a color stands for: overdue, rotting, won, waiting. */
const demo = new Server(["--demo"]);
const fresh = new Server();
let page: Page;

test.beforeAll(async ({ browser }) => {
  test.setTimeout(180_000);
  await Promise.all([demo.start(), fresh.start()]);
  page = await newPage(browser);
  await signIn(page, demo, "demo", "huike demo 2026");
  await expect(page.locator(".sync-pill.synced").first()).toBeVisible({ timeout: 120_000 });
});
test.afterAll(async ({ browser }) => {
  await closeAll(browser);
  await Promise.all([demo.remove(), fresh.remove()]);
});

async function newPage(browser: Browser): Promise<Page> {
  // Without motion nothing is half faded when it is looked at.
  const context = await browser.newContext({ bypassCSP: true, reducedMotion: "reduce" });
  return context.newPage();
}

/** To another page of the program by a link, as people go: a reload would fetch thousands of rows again. */
async function follow(path: string): Promise<void> {
  await page.evaluate((href) => {
    const link = document.createElement("a");
    link.href = href;
    document.body.append(link);
    link.click();
    link.remove();
  }, path);
  await page.waitForURL((url) => url.pathname.startsWith(path.split("?")[0]));
}

interface Place {
  /** Where on the page; all of it if it is not said. */
  within?: string;
  sizes?: { width: number; height: number }[];
}

/** What axe finds here, at each of these sizes, light and dark. */
async function look(name: string, { within, sizes = [WIDE, NARROW] }: Place = {}, on = page): Promise<void> {
  // In a card that is out of sight a transition never ends.
  await on.addStyleTag({ content: "* { transition: none !important }" });
  await expect(on.locator(".skeleton")).toHaveCount(0);
  for (const size of sizes) {
    await on.setViewportSize(size);
    for (const colorScheme of ["light", "dark"] as const) {
      await on.emulateMedia({ colorScheme });
      const rules = colorScheme === "dark" ? ["color-contrast"] : undefined;
      const findings = await seriousFindings(on, within, rules);
      expect.soft(findings, `${name}, ${size.width} px, ${colorScheme}`).toEqual([]);
    }
    await on.emulateMedia({ colorScheme: "light" });
  }
  await on.setViewportSize(WIDE);
}

/** Opens something, looks at it and closes it by Escape. */
async function lookAt(name: string, opener: Locator, opened: Locator, within: string): Promise<void> {
  await opener.click();
  await expect(opened).toBeVisible();
  await look(name, { within, sizes: [WIDE] });
  await page.keyboard.press("Escape");
  await expect(opened).toBeHidden();
}

const MENU = "[popover]:popover-open";
const DIALOG = "dialog[open]";

function dialog(name: string): Locator {
  return page.getByRole("dialog", { name });
}

/** The popover that is open. */
function menu(): Locator {
  return page.locator(MENU);
}

test("public pages", async ({ browser }) => {
  const outside = await newPage(browser);
  const visit = async (name: string, address: string) => {
    await outside.goto(address);
    await expect(outside.getByRole("heading", { level: 1 }).first()).toBeVisible();
    await look(name, {}, outside);
  };
  await visit("home", fresh.address);
  await visit("set-up", `${fresh.address}/setup?code=${fresh.code}`);
  await visit("sign-in", `${demo.address}/sign-in`);
  await outside.locator("#login").fill("nobody@example.cn");
  await outside.locator("#password").fill("not the password");
  await outside.locator("button[type=submit]").click();
  await expect(outside.locator("[role=alert]").first()).toBeVisible();
  await look("a sign-in that failed", {}, outside);
  await visit("a closed invitation", `${demo.address}/join/no-such-invitation`);
  const answer = await page.request.post(`${demo.address}/api/v1/invitations`, {
    data: { role: "salesperson" },
    headers: { Origin: demo.address },
  });
  const { link } = await answer.json();
  await visit("join", new URL(new URL(link).pathname, demo.address).href);
  await outside.context().close();
});

test("today and tasks", async () => {
  await follow("/app/today");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await look("today");
  await follow("/app/tasks");
  await expect(page.getByRole("checkbox").first()).toBeVisible();
  await look("tasks");
  await page.locator("a[href*='task=']").first().click();
  await page.waitForURL(/task=/);
  await look("a task", { within: ".side-panel" });
});

test("customers, contacts, their menus and dialogs", async () => {
  await follow("/app/customers");
  const grid = page.getByRole("grid", { name: "客户" });
  await expect(grid.getByRole("row").nth(3)).toBeVisible();
  await look("customers");
  await lookAt("views", page.getByRole("button", { name: "视图" }), menu(), MENU);
  await lookAt("a filter", page.getByRole("button", { name: "来源", exact: true }), menu(), MENU);
  await lookAt("a new customer", page.getByRole("button", { name: /^新建客户/ }), dialog("新建客户"), DIALOG);
  await grid.getByRole("row").nth(1).getByRole("checkbox").check();
  await expect(page.getByRole("toolbar")).toBeVisible();
  await look("a selection", { within: "[role=toolbar]", sizes: [WIDE] });
  await page.getByRole("button", { name: "取消选择" }).click();
  await grid.getByRole("row").nth(2).getByRole("gridcell").nth(1).click();
  await page.waitForURL(/\/app\/customers\/[^/?]+/);
  await look("a customer beside the list", { within: ".side-panel", sizes: [WIDE] });
  await page.getByRole("button", { name: "整页打开" }).click();
  await expect(page.getByRole("button", { name: "在列表旁打开" })).toBeVisible();
  await look("a customer");
  await lookAt("acts of a customer", page.getByRole("button", { name: "操作" }), menu(), MENU);
  await page.locator("a[href^='/app/contacts/']").first().click();
  await page.waitForURL(/\/app\/contacts\//);
  await look("a contact");
});

test("the board and a deal", async () => {
  test.setTimeout(120_000);
  // A filter that leaves a few cards: axe needs a second for every few hundred.
  await follow("/app/deals?filter=month,no-step");
  await expect(page.locator("article.card").first()).toBeVisible();
  await look("the board");
  await lookAt("a card's menu", page.locator("article.card").first().getByRole("button", { name: "移到" }), menu(), MENU);
  await lookAt("a new deal", page.locator(".page-actions").getByRole("button", { name: "新建商机" }), dialog("新建商机"), DIALOG);
  await page.locator("article.card .card-title").first().click();
  await page.waitForURL(/\/app\/deals\/[^/]+\/[^/?]+/);
  await look("a deal", { within: ".side-panel" });
  await page.getByRole("button", { name: "标为输单" }).first().click();
  await expect(page.getByRole("group", { name: "为什么输单？" })).toBeVisible();
  await look("why it was lost", { within: ".lost-bar", sizes: [WIDE] });
  await page.keyboard.press("Escape");
  const board = new URL(page.url()).pathname.split("/").slice(0, 4).join("/");
  for (const shown of ["won", "lost", "funnel"]) {
    await follow(`${board}?show=${shown}`);
    await expect(page.getByRole("radio", { checked: true })).toBeVisible();
    await look(`deals: ${shown}`);
  }
});

test("an import, step by step", async () => {
  await follow("/app/import");
  await look("import");
  const file = { name: "a.csv", mimeType: "text/csv", buffer: Buffer.from("姓名,邮箱\n王伟,坏\n李娜,li@example.cn\n") };
  await page.locator("input[type=file]").setInputFiles(file);
  await expect(page.getByRole("button", { name: "试运行" })).toBeVisible();
  await look("import: columns");
  await page.getByRole("button", { name: "试运行" }).click();
  await expect(page.locator(".import-verdict")).toBeVisible();
  await look("import: dry run");
});

test("settings, sync and what floats over every page", async () => {
  for (const section of ["account", "members", "tokens", "pipelines", "look", "device"]) {
    await follow(`/app/settings/${section}`);
    await expect(page.getByRole("tab", { selected: true })).toBeVisible();
    await look(`settings: ${section}`);
  }
  await follow("/app/sync");
  await look("sync");
  await follow("/app/deleted");
  await look("deleted");
  await follow("/app/no-such-page");
  await look("no such page");
  await lookAt("the member's menu", page.getByRole("button", { name: "菜单" }), menu(), MENU);

  const palette = page.getByRole("dialog").filter({ has: page.getByRole("combobox") });
  await page.keyboard.press("Control+k");
  await expect(palette).toBeVisible();
  await page.keyboard.type("wang");
  await expect(palette.getByRole("option").first()).toBeVisible();
  await look("the palette", { within: DIALOG, sizes: [WIDE] });
  await page.keyboard.press("Escape");
  await expect(palette).toBeHidden();
  await page.getByRole("button", { name: "菜单" }).click();
  await lookAt("the keys", menu().getByRole("menuitem", { name: /键盘快捷键/ }), page.getByRole("dialog"), DIALOG);
  await page.getByRole("button", { name: "菜单" }).click();
  await lookAt("signing out", menu().getByRole("menuitem", { name: "退出登录" }), dialog("退出登录"), DIALOG);

  await page.setViewportSize(NARROW);
  for (const [name, title] of [["快速新建", "快速新建"], ["更多", "更多"]]) {
    await page.locator(".bottom-bar").getByRole("button", { name }).click();
    await expect(dialog(title)).toBeVisible();
    await look(`sheet: ${title}`, { within: DIALOG, sizes: [NARROW] });
    await page.setViewportSize(NARROW);
    await page.keyboard.press("Escape");
    await expect(dialog(title)).toBeHidden();
  }
});

test("the first day: empty pages", async ({ browser }) => {
  page = await newPage(browser);
  await setUp(page, fresh);
  for (const path of ["today", "customers", "deals", "tasks", "settings/pipelines"]) {
    await follow(`/app/${path}`);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await look(`empty: ${path}`);
  }
  // A server that is away is said in words, and what waits is listed.
  await fresh.stop();
  await expect(page.locator(".sync-pill.offline").first()).toBeVisible();
  await follow("/app/sync");
  await look("sync without a server");
});
