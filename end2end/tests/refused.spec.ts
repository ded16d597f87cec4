// An edit that the server will not take: kept with its reason, until somebody decides. Others go on.
import { readFileSync } from "node:fs";
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
  await open(li, "/app/customers");
  for (const name of ["北辰物流", "云仓贸易行"]) {
    await createCustomer(wang, name, "13800138000");
    await expect(customerRow(li, name)).toBeVisible();
  }
});
test.afterAll(async ({ browser }) => {
  await closeAll(browser);
  await server.remove();
});

/**
 * From now on the first change of the next push is damaged on its way: one bit of its checksum. The
 * server refuses it as it refuses whatever was forged.
 */
async function damageNextPush(page: Page): Promise<void> {
  const [core] = page.workers();
  await core.evaluate(() => {
    const honest = WebSocket.prototype.send;
    WebSocket.prototype.send = function send(this: WebSocket, frame: ArrayBufferView) {
      const bytes = new Uint8Array(frame.buffer, frame.byteOffset, frame.byteLength).slice();
      const magic = [0x85, 0x6f, 0x4a, 0x83];
      const at = bytes.findIndex((_, index) => magic.every((it, offset) => bytes[index + offset] === it));
      if (at >= 0) {
        bytes[at + magic.length] ^= 1;
        WebSocket.prototype.send = honest;
      }
      honest.call(this, bytes);
    };
  });
}

/** To the page behind the pill, without loading anew. */
async function openTray(page: Page): Promise<void> {
  await page.locator(".sync-pill").first().click();
  await expect(page.getByRole("heading", { level: 1, name: "同步" })).toBeVisible();
}

function outboxRow(page: Page, words: string | RegExp) {
  return page.locator(".outbox-row").filter({ hasText: words });
}

test("what waits is listed while the server is away", async () => {
  await server.stop();
  await openCustomer(wang, "北辰物流");
  await editField(wang, "电话", "13900139000");
  await editField(wang, "地区", "上海");
  await customerRow(wang, "云仓贸易行").getByText("云仓贸易行").click();
  await editField(wang, "电话", "13700137000");
  await expect(wang.locator(".sync-pill.offline").first()).toContainText("3");
  await openTray(wang);
  await expect(wang.locator(".outbox-row")).toHaveCount(3);
  await expect(outboxRow(wang, "电话: 139 0013 9000")).toContainText("北辰物流");
  await expect(outboxRow(wang, "地区: 上海")).toContainText("北辰物流");
  await expect(outboxRow(wang, "电话: 137 0013 7000")).toContainText("云仓贸易行");
});

test("a refused edit ends in the tray with its reason, and the others go on", async () => {
  await damageNextPush(wang);
  await server.start();
  const refused = wang.locator(".outbox-row.refused");
  await expect(refused).toHaveCount(1, { timeout: 40_000 });
  await expect(refused).toContainText("北辰物流");
  await expect(refused).toContainText("电话: 139 0013 9000");
  await expect(refused).toContainText("这项修改的数据不完整");
  await expect(wang.locator(".outbox-row")).toHaveCount(1);
  await expect(wang.locator(".sync-pill").first()).toContainText("需要处理");

  // The colleague has what was accepted, and only that.
  await openCustomer(li, "北辰物流");
  await expect(li.getByRole("button", { name: "地区: 上海" })).toBeVisible();
  await expect(li.getByRole("button", { name: "电话: 138 0013 8000" })).toBeVisible();
  await openCustomer(li, "云仓贸易行");
  await expect(li.getByRole("button", { name: "电话: 137 0013 7000" })).toBeVisible();
});

test("a refused edit can be saved as a file, lives through a reload, and goes out when tried again", async () => {
  const download = wang.waitForEvent("download");
  await wang.getByRole("button", { name: "导出" }).click();
  await wang.getByRole("menuitem", { name: "JSON" }).click();
  const saved = JSON.parse(readFileSync(await (await download).path(), "utf8"));
  expect(saved).toHaveLength(1);
  expect(saved[0]).toMatchObject({ state: "refused", kind: "customer", title: "北辰物流", reason: "malformed" });
  expect(JSON.stringify(saved[0].values)).toContain("13900139000");
  const table = wang.waitForEvent("download");
  await wang.getByRole("button", { name: "导出" }).click();
  await wang.getByRole("menuitem", { name: "CSV" }).click();
  const lines = readFileSync(await (await table).path(), "utf8").split("\r\n");
  expect(lines).toHaveLength(3);
  expect(lines[1]).toContain('"refused","客户"');
  expect(lines[1]).toContain('"电话","139 0013 9000","这项修改的数据不完整"');

  await wang.reload();
  const refused = wang.locator(".outbox-row.refused");
  await expect(refused).toHaveCount(1);
  await refused.getByRole("button", { name: "重试" }).click();
  await expect(wang.locator(".outbox-row")).toHaveCount(0);
  await synced(wang);
  await openCustomer(li, "北辰物流");
  await expect(li.getByRole("button", { name: "电话: 139 0013 9000" })).toBeVisible();
});

test("a refused edit that is given up leaves the record as the server has it", async () => {
  await open(wang, "/app/customers");
  await openCustomer(wang, "北辰物流");
  await synced(wang);
  await damageNextPush(wang);
  await editField(wang, "电话", "13600136000");
  await expect(wang.locator(".sync-pill").first()).toContainText("需要处理");
  await openTray(wang);
  const refused = wang.locator(".outbox-row.refused");
  await expect(refused).toContainText("136 0013 6000");
  await expect(refused).toContainText("记录现在是 电话: 139 0013 9000");
  await wang.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const copied = () => wang.evaluate(() => navigator.clipboard.readText());
  await refused.getByRole("button", { name: "复制" }).click();
  await expect.poll(copied).toBe("电话: 136 0013 6000");
  await wang.evaluate(() => navigator.clipboard.writeText(""));
  await refused.getByRole("button", { name: "移除" }).click();
  await expect(wang.locator(".outbox-row")).toHaveCount(0);
  // What was given up can still be taken along.
  await wang.locator(".toast").filter({ hasText: "已从列表移除" }).getByRole("button", { name: "复制" }).click();
  await expect.poll(copied).toBe("电话: 136 0013 6000");
  await synced(wang);
  await open(wang, "/app/customers");
  await openCustomer(wang, "北辰物流");
  await expect(wang.getByRole("button", { name: "电话: 139 0013 9000" })).toBeVisible();
});
