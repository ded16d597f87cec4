// A new version of the program: offered, taken over at one press, never half; and the way out.
import { type Page, expect, test } from "@playwright/test";
import { closeAll, createCustomer, customerRow, open, setUp, synced } from "../support/people";
import { Server } from "../support/server";
import { SiteCopy } from "../support/site";

test.describe.configure({ mode: "serial" });

const server = new Server();
const site = new SiteCopy(server.site);
let page: Page;

test.beforeAll(async ({ browser }) => {
  server.site = site.folder;
  await server.start();
  page = await (await browser.newContext()).newPage();
  await setUp(page, server);
  await open(page, "/app/customers");
  await expect.poll(() => isControlled(page), { timeout: 40_000 }).toBe(true);
});
test.afterAll(async ({ browser }) => {
  await closeAll(browser);
  await server.remove();
  site.remove();
});

function isControlled(on: Page): Promise<boolean> {
  return on.evaluate(() => navigator.serviceWorker.controller !== null);
}

/** A tab that comes back to the front looks for a new version; until then it comes back again and again. */
async function comeBackUntil(on: Page, isThere: () => Promise<unknown>): Promise<void> {
  await expect(async () => {
    await on.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await isThere();
  }).toPass({ timeout: 30_000 });
}

function offer(on: Page) {
  return on.getByText("新版本已准备好。");
}

/** What the style sheet of the running version says about itself. */
function mark(on: Page): Promise<string> {
  return on.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--mark").trim());
}

function loads(on: Page): { count: number } {
  const counted = { count: 0 };
  on.on("load", () => {
    counted.count += 1;
  });
  return counted;
}

test("a version with a damaged file is not installed; the old one goes on", async () => {
  site.release("app.css", ":root { --mark: damaged }\n");
  site.list("theme.js", "0123456789abcdef");
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    registration.addEventListener("updatefound", () => {
      const coming = registration.installing;
      coming?.addEventListener("statechange", () => {
        document.documentElement.dataset.coming = coming.state;
      });
    });
  });
  await comeBackUntil(page, () =>
    expect(page.locator("html")).toHaveAttribute("data-coming", "redundant", { timeout: 2_000 }),
  );
  await expect(offer(page)).toHaveCount(0);
  const kept = await page.evaluate(() => caches.keys());
  expect(kept).toHaveLength(1);
  await page.reload();
  expect(await mark(page)).toBe("");
});

test("a new version is offered; edits that wait live through the change", async () => {
  site.release("theme.js", "\n");
  site.release("app.css", ":root { --mark: second }\n");
  const second = await page.context().newPage();
  await second.goto(`${server.address}/app/today`);
  await synced(second);

  await comeBackUntil(page, () => expect(offer(page)).toBeVisible({ timeout: 2_000 }));
  expect(await mark(page)).toBe("");
  await server.kill();
  await createCustomer(page, "更新前的修改");
  await expect(page.locator(".sync-pill").first()).toContainText("1");

  const [here, there] = [loads(page), loads(second)];
  await page.getByRole("button", { name: "更新", exact: true }).click();
  // Without a server: the new version is complete on the device.
  await expect.poll(() => mark(page).catch(() => "")).toBe("second");
  await expect(customerRow(page, "更新前的修改")).toBeVisible();
  await expect(page.locator(".sync-pill").first()).toContainText("1");
  await expect.poll(() => mark(second).catch(() => "")).toBe("second");
  await expect(offer(page)).toHaveCount(0);
  expect(await page.evaluate(() => caches.keys())).toHaveLength(1);

  await server.start();
  await synced(page);
  expect([here.count, there.count]).toEqual([1, 1]);
  await second.close();
});

test("a new version takes over though the old one is just being started", async () => {
  site.release("app.css", ":root { --mark: third }\n");
  await comeBackUntil(page, () => expect(offer(page)).toBeVisible({ timeout: 2_000 }));
  const devtools = await page.context().newCDPSession(page);
  const running = new Map<string, string>();
  devtools.on("ServiceWorker.workerVersionUpdated", ({ versions }) => {
    for (const it of versions) running.set(it.versionId, it.runningStatus);
  });
  await devtools.send("ServiceWorker.enable");
  await expect.poll(() => running.size).toBeGreaterThan(0);
  await devtools.send("ServiceWorker.stopAllWorkers");
  await expect.poll(() => [...running.values()].every((it) => it === "stopped")).toBe(true);
  await page.evaluate(() => {
    const button = [...document.querySelectorAll("button")].find((it) => it.textContent === "更新");
    // What the old version answers starts its worker, and the press comes before it runs.
    void fetch("/nothing-here").catch(() => undefined);
    button?.click();
  });
  await expect.poll(() => mark(page).catch(() => "")).toBe("third");
  await expect(offer(page)).toHaveCount(0);
  await synced(page);
});

test("the kill switch removes the kept program and leaves what waits alone", async () => {
  await server.stop();
  await createCustomer(page, "关掉之前的修改");
  server.args.push("--kill-service-worker");
  await server.start();
  const kept = () => page.evaluate(() => caches.keys()).catch(() => ["the page is loading"]);
  await comeBackUntil(page, () => expect.poll(kept, { timeout: 2_000 }).toEqual([]));
  await page.reload();
  await expect(customerRow(page, "关掉之前的修改")).toBeVisible();
  await synced(page);
  expect(await kept()).toEqual([]);
  // Nothing answers in the server's place any more.
  await server.stop();
  await expect(page.reload()).rejects.toThrow("ERR_CONNECTION_REFUSED");
});
