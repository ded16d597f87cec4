// A device that cannot keep anything, and a program that breaks: said in words, nothing lost.
import { type CDPSession, type Page, expect, test } from "@playwright/test";
import { blockSockets } from "../support/device";
import {
  PASSWORD,
  closeAll,
  createCustomer,
  customerRow,
  open,
  signIn,
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
  await synced(page);
});
test.afterAll(async ({ browser }) => {
  await closeAll(browser);
  await server.remove();
});

/** How many bytes the browser gives to the site; its own choice again without a number. */
async function setQuota(cdp: CDPSession, bytes?: number, of: Page = page): Promise<void> {
  await cdp.send("Storage.overrideQuotaForOrigin", { origin: server.address, quotaSize: bytes });
  // Chromium believes its last look at the free space for half a minute.
  const expected = bytes === undefined ? "stored" : "QuotaExceededError";
  await expect.poll(() => storeSomething(of), { timeout: 60_000, intervals: [1_000] }).toBe(expected);
}

/** Another part of the site stores a megabyte: "stored", or why not. */
function storeSomething(of: Page): Promise<string> {
  return of.evaluate(
    () =>
      new Promise<string>((done) => {
        const asked = indexedDB.open("something-else");
        asked.onupgradeneeded = () => asked.result.createObjectStore("bytes");
        asked.onerror = () => done(String(asked.error?.name));
        asked.onsuccess = () => {
          const written = asked.result.transaction("bytes", "readwrite");
          written.objectStore("bytes").put(new Uint8Array(1_000_000), "all");
          written.oncomplete = () => done("stored");
          written.onabort = () => done(String(written.error?.name));
        };
      }),
  );
}

test("a full device says so; reading goes on; nothing that is not kept looks kept", async ({ browser }) => {
  const cdp = await page.context().newCDPSession(page);
  await setQuota(cdp, 1);
  await createCustomer(page, "放不下的客户");
  await expect(page.getByText("这台设备的存储已满")).toBeVisible();
  const row = customerRow(page, "放不下的客户");
  await expect(row).toBeVisible();
  await expect(row.getByRole("img", { name: /等待同步/ })).toBeVisible();

  await page.getByRole("searchbox", { name: /^搜索名称/ }).fill("beichen");
  await expect(customerRow(page, "北辰物流")).toBeVisible();
  await expect(row).toHaveCount(0);
  await page.getByRole("searchbox", { name: /^搜索名称/ }).fill("");

  const elsewhere = await (await browser.newContext()).newPage();
  await signIn(elsewhere, server, "wang@example.cn", PASSWORD);
  await synced(elsewhere);
  await open(elsewhere, "/app/customers");
  await expect(customerRow(elsewhere, "北辰物流")).toBeVisible();
  await expect(customerRow(elsewhere, "放不下的客户")).toHaveCount(0);

  await setQuota(cdp);
  await page.getByRole("button", { name: "重试" }).click();
  await expect(customerRow(elsewhere, "放不下的客户")).toBeVisible();
  await expect(page.getByText("这台设备的存储已满")).toHaveCount(0);
  await synced(page);
  await expect(row.getByRole("img", { name: /等待同步/ })).toHaveCount(0);
  await elsewhere.context().close();
});

test("a new device that is full says so, and fills once there is room", async ({ browser }) => {
  const context = await browser.newContext({ serviceWorkers: "block" });
  const fresh = await context.newPage();
  await fresh.goto(`${server.address}/sign-in`);
  const cdp = await context.newCDPSession(fresh);
  await setQuota(cdp, 1, fresh);
  await signIn(fresh, server, "wang@example.cn", PASSWORD);
  await fresh.goto(`${server.address}/app/customers`);
  await expect(fresh.getByText("这台设备的存储已满")).toBeVisible({ timeout: 15_000 });
  await expect(customerRow(fresh, "北辰物流")).toHaveCount(0);
  await setQuota(cdp, undefined, fresh);
  await fresh.getByRole("button", { name: "重试" }).click();
  await expect(customerRow(fresh, "北辰物流")).toBeVisible({ timeout: 15_000 });
  await expect(fresh.getByText("这台设备的存储已满")).toHaveCount(0);
  await context.close();
});

test("when the data core breaks, the page says so and one press brings it back", async () => {
  const [core] = page.workers();
  await core.evaluate(() => {
    setTimeout(() => {
      throw new Error("broken by the test");
    });
  });
  await expect(page.getByText("数据核心出了问题。已保存的修改是安全的。")).toBeVisible();
  // What was read stays readable, and an edit made now is not lost.
  await expect(customerRow(page, "北辰物流")).toBeVisible();
  await createCustomer(page, "没有核心时的客户");
  await page.getByRole("button", { name: "重试" }).click();
  await expect(page.getByText("数据核心出了问题")).toHaveCount(0);
  await synced(page);
  await page.reload();
  await expect(customerRow(page, "没有核心时的客户")).toBeVisible();
});

test("a page that breaks says that the data is safe, and it is", async () => {
  await createCustomer(page, "出错之前的客户");
  await synced(page);
  // The browser fails once to make what the page asks for, as one does that is out of memory.
  await page.evaluate(() => {
    const fail = (prototype: object, name: string) => {
      const real = Reflect.get(prototype, name);
      Reflect.set(prototype, name, () => {
        Reflect.set(prototype, name, real);
        throw new Error("out of memory");
      });
    };
    fail(Document.prototype, "createElement");
    fail(Node.prototype, "cloneNode");
  });
  await page.getByRole("button", { name: /^新建客户/ }).first().click();
  const screen = page.getByRole("alert").filter({ hasText: "汇客出错了" });
  await expect(screen).toContainText("你的数据是安全的");
  await expect(screen).toContainText("Your data is safe");
  await screen.getByRole("button", { name: /重新加载/ }).click();
  await expect(customerRow(page, "出错之前的客户")).toBeVisible();
});

test("a program that cannot be loaded says that the data is safe, and what waits is still there", async ({
  browser,
}) => {
  // Without a service worker, so that the damage on the way is not repaired by the copy on the device.
  const context = await browser.newContext({ serviceWorkers: "block" });
  const broken = await context.newPage();
  await signIn(broken, server, "wang@example.cn", PASSWORD);
  await synced(broken);
  await open(broken, "/app/customers");
  await expect(customerRow(broken, "北辰物流")).toBeVisible();
  await blockSockets(broken);
  await createCustomer(broken, "等待中的客户");
  await expect(broken.locator(".sync-pill").first()).toContainText("1");

  await context.route("**/pkg/page_bg.wasm", (route) => route.fulfill({ contentType: "application/wasm", body: "no" }));
  await broken.reload();
  const screen = broken.getByRole("alert").filter({ hasText: "无法启动汇客" });
  await expect(screen).toContainText("数据是安全的");
  await context.unroute("**/pkg/page_bg.wasm");
  await screen.getByRole("button", { name: /重试/ }).click();
  await expect(customerRow(broken, "等待中的客户")).toBeVisible();
  await synced(broken);
  await expect(customerRow(page, "等待中的客户")).toBeVisible();
  await context.close();
});
