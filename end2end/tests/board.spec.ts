// The board: every way to move a card ends at the same register, and every move can be taken back.
import { type Locator, type Page, expect, test } from "@playwright/test";
import { PASSWORD, closeAll, open, setUp, signIn, synced } from "../support/people";
import { Server } from "../support/server";

const [CONTACT, NEEDS, QUOTE] = ["初步接触", "需求确认", "方案报价"];

let server: Server;
let page: Page;

test.beforeAll(async ({ browser }) => {
  server = await new Server().start();
  page = await (await browser.newContext()).newPage();
  await setUp(page, server);
  await open(page, "/app/deals");
  await page.getByRole("button", { name: "创建标准流程" }).click();
  await expect(column(page, CONTACT)).toBeVisible();
});
test.afterAll(async ({ browser }) => {
  await closeAll(browser);
  await server.remove();
});

/** A column by the name of its stage. */
function column(on: Page, stage: string): Locator {
  return on.getByRole("region", { name: stage, exact: true });
}

function card(within: Page | Locator, title: string): Locator {
  return within.locator("article.card[data-card]").filter({ hasText: title });
}

function money(on: Page, stage: string): Locator {
  return column(on, stage).locator(".column-sums .money");
}

/** A deal in the first stage, from the line below its cards. */
async function addDeal(on: Page, stage: string, title: string): Promise<void> {
  const foot = column(on, stage).locator(".card-quick");
  await foot.getByRole("button", { name: "新建商机" }).click();
  const input = foot.getByRole("textbox");
  await input.fill(title);
  await input.press("Enter");
  await expect(card(column(on, stage), title)).toBeVisible();
  await input.press("Escape");
}

/** A deal that is worth something, from the dialog; it lies in the first stage. */
async function addDealWorth(on: Page, title: string, amount: string): Promise<void> {
  await on.locator(".page-actions").getByRole("button", { name: "新建商机" }).click();
  const dialog = on.getByRole("dialog", { name: "新建商机" });
  await dialog.getByLabel("商机名称").fill(title);
  await dialog.getByLabel("金额").fill(amount);
  await dialog.getByRole("button", { name: "创建" }).click();
  await expect(dialog).toBeHidden();
  // The new deal opens beside the board.
  await on.waitForURL(/\/app\/deals\/[^/]+\/[^/]+/);
  await on.goto(on.url().replace(/(\/app\/deals\/[^/]+)\/.*/, "$1"));
  await expect(card(column(on, CONTACT), title)).toBeVisible();
}

async function middle(of: Locator): Promise<{ x: number; y: number }> {
  const box = await of.boundingBox();
  if (!box) throw new Error("it is not on the screen");
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

test("a card dragged by the mouse takes its sum along and lies there after a reload", async () => {
  await addDealWorth(page, "鼠标单", "12000");
  await expect(money(page, CONTACT)).toHaveText("¥1.2万");
  await expect(money(page, NEEDS)).toHaveText("—");
  const from = await middle(card(page, "鼠标单"));
  const to = await middle(column(page, NEEDS).locator("[data-cards]"));
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + 12, from.y + 4);
  await page.mouse.move(to.x, to.y, { steps: 8 });
  // In the air: the sums already follow, nothing is written.
  await expect(page.locator(".board.dragging")).toBeVisible();
  await expect(money(page, NEEDS)).toHaveText("¥1.2万");
  await expect(money(page, CONTACT)).toHaveText("—");
  await page.mouse.up();
  await expect(card(column(page, NEEDS), "鼠标单")).toBeVisible();
  await expect(column(page, NEEDS).locator(".column-sums .weighted")).toContainText("3,600");
  await synced(page);
  await page.reload();
  await expect(card(column(page, NEEDS), "鼠标单")).toBeVisible();
  await expect(card(column(page, CONTACT), "鼠标单")).toHaveCount(0);
  await expect(money(page, NEEDS)).toHaveText("¥1.2万");
});

test("Escape during a drag puts the card back", async () => {
  await addDeal(page, CONTACT, "放回单");
  const from = await middle(card(page, "放回单"));
  const to = await middle(column(page, QUOTE).locator("[data-cards]"));
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 6 });
  await expect(column(page, QUOTE)).toHaveClass(/\bover\b/);
  await page.keyboard.press("Escape");
  await page.mouse.up();
  await expect(page.locator(".board.dragging")).toHaveCount(0);
  await expect(card(column(page, CONTACT), "放回单")).toBeVisible();
  await expect(card(column(page, QUOTE), "放回单")).toHaveCount(0);
});

test("a finger that rests on a card lifts it and carries it to the next stage", async ({ browser }) => {
  await addDeal(page, CONTACT, "手指单");
  await synced(page);
  const context = await browser.newContext({ hasTouch: true, viewport: { width: 1180, height: 820 } });
  const tablet = await context.newPage();
  await signIn(tablet, server, "wang@example.cn", PASSWORD);
  await tablet.waitForURL("**/app/today");
  await open(tablet, new URL(page.url()).pathname);
  await expect(card(tablet, "手指单")).toBeVisible();
  const cdp = await context.newCDPSession(tablet);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", at?: { x: number; y: number }) =>
    cdp.send("Input.dispatchTouchEvent", { type, touchPoints: at ? [at] : [] });
  const slide = async (from: { x: number; y: number }, to: { x: number; y: number }) => {
    for (let step = 1; step <= 6; step += 1) {
      const share = step / 6;
      await touch("touchMove", {
        x: from.x + (to.x - from.x) * share,
        y: from.y + (to.y - from.y) * share,
      });
    }
  };
  const from = await middle(card(tablet, "手指单"));
  await touch("touchStart", from);
  await expect(tablet.locator(".board.dragging")).toBeVisible();
  await slide(from, await middle(column(tablet, NEEDS).locator("[data-cards]")));
  await expect(column(tablet, NEEDS)).toHaveClass(/\bover\b/);
  await touch("touchEnd");
  await expect(card(column(tablet, NEEDS), "手指单")).toBeVisible();
  // The colleague's board follows without a reload.
  await expect(card(column(page, NEEDS), "手指单")).toBeVisible();
  await context.close();
});

test("keys move a card: on to the next column, down in its own, and carried", async () => {
  await addDeal(page, CONTACT, "按键甲");
  await addDeal(page, CONTACT, "按键乙");
  const titles = () => column(page, CONTACT).locator(".card-title").allTextContents();
  const before = await titles();
  expect(before.indexOf("按键乙")).toBe(before.indexOf("按键甲") + 1);

  await card(page, "按键甲").focus();
  await page.keyboard.press("Alt+ArrowDown");
  await expect
    .poll(async () => (await titles()).indexOf("按键甲") - (await titles()).indexOf("按键乙"))
    .toBe(1);

  await expect(card(page, "按键甲")).toBeFocused();
  await page.keyboard.press("]");
  await expect(card(column(page, NEEDS), "按键甲")).toBeVisible();
  await expect(card(page, "按键甲")).toBeFocused();
  await page.keyboard.press("[");
  await expect(card(column(page, CONTACT), "按键甲")).toBeVisible();

  await expect(card(page, "按键甲")).toBeFocused();
  await page.keyboard.press("Space");
  await expect(page.locator(".board.carrying")).toBeVisible();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Space");
  await expect(card(column(page, QUOTE), "按键甲")).toBeVisible();
  await synced(page);
  await page.reload();
  await expect(card(column(page, QUOTE), "按键甲")).toBeVisible();
});

test("the menu of a card moves it without any dragging", async () => {
  await addDeal(page, CONTACT, "菜单单");
  await card(page, "菜单单").getByRole("button", { name: "移到" }).click();
  await page.getByRole("menuitemradio", { name: QUOTE }).click();
  await expect(card(column(page, QUOTE), "菜单单")).toBeVisible();
  await expect(card(column(page, CONTACT), "菜单单")).toHaveCount(0);
});

test("a move is taken back by the toast and by Ctrl+Z", async () => {
  await addDeal(page, CONTACT, "撤销单");
  await card(page, "撤销单").focus();
  await page.keyboard.press("]");
  await expect(card(column(page, NEEDS), "撤销单")).toBeVisible();
  await page.locator(".toast", { hasText: "撤销单" }).getByRole("button", { name: "撤销" }).click();
  await expect(card(column(page, CONTACT), "撤销单")).toBeVisible();

  await card(page, "撤销单").focus();
  await page.keyboard.press("]");
  await expect(card(column(page, NEEDS), "撤销单")).toBeVisible();
  await page.keyboard.press("Control+z");
  await expect(card(column(page, CONTACT), "撤销单")).toBeVisible();
});

test("a deal is won on its page, lost with a reason on the board, and can be opened again", async () => {
  await addDeal(page, CONTACT, "赢下单");
  await addDeal(page, CONTACT, "丢掉单");
  const shown = (name: string) => page.getByRole("radiogroup", { name: "显示哪些商机" }).getByRole("radio", { name });

  await card(page, "赢下单").getByRole("button", { name: "移到" }).click();
  await page.getByRole("menuitem", { name: "标为赢单" }).click();
  await expect(card(page, "赢下单")).toHaveCount(0);

  await card(page, "丢掉单").getByRole("button", { name: "移到" }).click();
  await page.getByRole("menuitem", { name: "标为输单" }).click();
  // Until there is a reason the deal stays open.
  await expect(page.getByRole("group", { name: "为什么输单？" })).toBeVisible();
  await expect(card(page, "丢掉单")).toBeVisible();
  await page.getByRole("group", { name: "为什么输单？" }).getByRole("button", { name: "竞争对手" }).click();
  await expect(card(page, "丢掉单")).toHaveCount(0);

  await shown("赢单").click();
  await expect(page.locator(".outcome-list")).toContainText("赢下单");
  await shown("输单").click();
  const lost = page.locator(".outcome-row", { hasText: "丢掉单" });
  await expect(lost).toContainText("竞争对手");
  await lost.click();
  await page.getByRole("button", { name: "重新打开" }).click();
  await expect(lost).toHaveCount(0);
  await shown("看板").click();
  await expect(card(column(page, CONTACT), "丢掉单")).toBeVisible();
});

test("a stage that is removed while it holds deals stays on the board as archived", async () => {
  const board = new URL(page.url()).pathname.split("/").slice(0, 4).join("/");
  await open(page, "/app/settings/pipelines");
  await page.getByRole("button", { name: "添加阶段" }).click();
  await page.getByRole("button", { name: "阶段: 新阶段" }).click();
  const name = page.getByRole("textbox", { name: "阶段" });
  await name.fill("样品试用");
  await name.press("Enter");
  await expect(page.getByRole("button", { name: "阶段: 样品试用" })).toBeVisible();

  await open(page, board);
  await addDeal(page, "样品试用", "样品单");
  await open(page, "/app/settings/pipelines");
  const line = page.getByRole("row").filter({ hasText: "样品试用" });
  await line.getByRole("button", { name: "移除阶段" }).click();
  await expect(line).toContainText("已归档的阶段");

  await open(page, board);
  const archived = column(page, "样品试用");
  await expect(archived).toHaveClass(/\barchived\b/);
  await expect(card(archived, "样品单")).toBeVisible();
  await expect(archived.getByRole("button", { name: "新建商机" })).toHaveCount(0);
  // Once its last deal has left, it is gone.
  await card(archived, "样品单").getByRole("button", { name: "移到" }).click();
  await page.getByRole("menuitemradio", { name: QUOTE }).click();
  await expect(card(column(page, QUOTE), "样品单")).toBeVisible();
  await expect(archived).toHaveCount(0);
});

test("the first cards stand there and can be moved before the data core has said a word", async () => {
  const on = await page.context().newPage();
  await on.goto(page.url());
  await addDeal(on, NEEDS, "早到单");
  const sums = column(on, NEEDS).locator(".column-sums");
  await expect(sums).toBeVisible();
  await on.close();
  // The only page left leads from now on; what it shows at rest is kept.
  await page.reload();
  await expect(card(column(page, NEEDS), "早到单")).toBeVisible();
  await expect.poll(() => keptCards(page)).toContain("早到单");
  await page.addInitScript(() => {
    const start = Worker.prototype.postMessage;
    let letIn = () => {};
    const door = new Promise<void>((open) => {
      letIn = open;
    });
    Object.assign(self, { letIn });
    Worker.prototype.postMessage = function (this: Worker, ...all: [unknown, Transferable[]]) {
      door.then(() => start.apply(this, all));
    };
  });
  await page.reload();
  await expect(card(column(page, NEEDS), "早到单")).toBeVisible();
  // Sums of a part would be wrong.
  await expect(column(page, NEEDS).locator(".column-sums")).toBeHidden();
  await card(page, "早到单").getByRole("button", { name: "移到" }).click();
  await page.getByRole("menuitemradio", { name: QUOTE }).click();
  await expect(card(column(page, QUOTE), "早到单")).toBeVisible();
  await page.evaluate(() => (self as unknown as { letIn: () => void }).letIn());
  await expect(column(page, QUOTE).locator(".column-sums")).toBeVisible();
  await expect(card(column(page, QUOTE), "早到单")).toBeVisible();
  await synced(page);
  await expect(card(column(page, QUOTE), "早到单")).toBeVisible();
});

/** What is kept for the first frame of the next board, as text. */
function keptCards(on: Page): Promise<string> {
  return on.evaluate(async () => {
    const { suffix } = (await import("/tabs.js" as string)).tabs;
    const name = `huike-screen-${suffix}`;
    if (!(await indexedDB.databases()).some((it) => it.name === name)) return "";
    const answer = <T>(request: IDBRequest<T>) =>
      new Promise<T>((done, failed) => {
        request.onsuccess = () => done(request.result);
        request.onerror = () => failed(request.error);
      });
    const db = await answer(indexedDB.open(name));
    const kept = await answer(db.transaction("snapshot").objectStore("snapshot").get("deals"));
    db.close();
    return new TextDecoder().decode(kept?.bytes);
  });
}
