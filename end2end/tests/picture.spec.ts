// A page that was here before shows its last look at once, and nobody can take it for the page itself.
import { type Page, expect, test } from "@playwright/test";
import { closeAll, createCustomer, customerRow, open, startWith, synced } from "../support/people";
import { Server } from "../support/server";

const server = new Server();
let page: Page;

test.beforeAll(async ({ browser }) => {
  page = await startWith(browser, server, "/app/customers");
  await createCustomer(page, "澄湖仪器");
  // The program of these pages waits at its door until it is let in.
  await page.addInitScript(() => {
    const start = WebAssembly.instantiateStreaming;
    const door = new Promise<void>((open) => Object.assign(self, { letIn: open }));
    if (sessionStorage.getItem("hold")) WebAssembly.instantiateStreaming = (...all) => door.then(() => start(...all));
  });
});
test.afterAll(async ({ browser }) => {
  await closeAll(browser);
  await server.remove();
});

const picture = () => page.locator(".picture:not([hidden])");
const hold = (isHeld: boolean) =>
  page.evaluate((it) => (it ? sessionStorage.setItem("hold", "1") : sessionStorage.removeItem("hold")), isHeld);
const letIn = () => page.evaluate(() => (self as unknown as { letIn: () => void }).letIn());
const pictures = () => page.evaluate(() => Object.keys(localStorage).filter((it) => it.startsWith("huike.picture.")));

/** The share of the screen that looks different, compared in a page without a policy. */
async function difference(before: Buffer, after: Buffer): Promise<number> {
  const judge = await page.context().newPage();
  const share = await judge.evaluate(
    async (shots) => {
      const [one, other] = await Promise.all(
        shots.map(async (bytes) => {
          const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${bytes}`)).blob());
          const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
          if (!canvas) throw new Error("no canvas");
          canvas.drawImage(image, 0, 0);
          return canvas.getImageData(0, 0, image.width, image.height).data;
        }),
      );
      let different = 0;
      for (let at = 0; at < one.length; at += 4) different += Number(Math.abs(one[at] - other[at]) > 24);
      return different / (one.length / 4);
    },
    [before, after].map((it) => it.toString("base64")),
  );
  await judge.close();
  return share;
}

test("the last look of the list stands there before the program runs", async () => {
  await open(page, "/app/customers");
  await expect(customerRow(page, "澄湖仪器")).toBeVisible();
  await synced(page);
  await expect(picture()).toHaveCount(0);
  await page.mouse.move(0, 0);
  const live = await page.screenshot();
  await hold(true);
  await page.reload({ waitUntil: "domcontentloaded" });
  await expect(picture()).toBeAttached();
  await expect(page.locator("html")).not.toHaveAttribute("data-ready");
  expect(await difference(live, await page.screenshot())).toBeLessThan(0.01);
  await expect(page.getByText("澄湖仪器")).toHaveCount(0);
  await expect(page.getByRole("grid")).toHaveCount(0);

  await letIn();
  await expect(picture()).toHaveCount(0);
  await expect(customerRow(page, "澄湖仪器")).toBeVisible();
});

test("another size or language has no picture yet", async () => {
  await page.setViewportSize({ width: 820, height: 900 });
  await page.reload({ waitUntil: "domcontentloaded" });
  await expect(page.locator("#app > .shell")).toBeAttached();
  await expect(picture()).toHaveCount(0);
  await letIn();
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.evaluate(() => localStorage.setItem("huike.language", "en"));
  await page.reload({ waitUntil: "domcontentloaded" });
  await expect(page.locator("#app > .shell")).toBeAttached();
  await expect(picture()).toHaveCount(0);
  await letIn();
  await expect(page.getByRole("grid", { name: "Customers" })).toBeVisible();
  await page.evaluate(() => localStorage.removeItem("huike.language"));
});

test("a record that leaves the device is in no picture, and pictures go on", async () => {
  await hold(false);
  await open(page, "/app/customers");
  await createCustomer(page, "将被抹除");
  await synced(page);
  await open(page, "/app/today");
  expect(await pictures()).not.toEqual([]);
  await open(page, "/app/customers");
  await expect(customerRow(page, "将被抹除")).toBeVisible();
  const id = await page.evaluate(async () => {
    const answer = await fetch(`/api/v1/records/customer?name=${encodeURIComponent("将被抹除")}`);
    return (await answer.json()).records[0].id;
  });
  const answer = await page.context().request.post(`${server.address}/api/v1/erasures`, {
    data: { kind: "customer", id },
    headers: { Origin: server.address },
  });
  expect(answer.status(), await answer.text()).toBe(201);
  await expect(customerRow(page, "将被抹除")).toHaveCount(0);
  await expect.poll(pictures).toEqual([]);
  await open(page, "/app/today");
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage }));
  expect(await pictures()).not.toEqual([]);
  expect(kept).not.toContain("将被抹除");
});

test("a sign-out forgets the pictures", async () => {
  await hold(false);
  await open(page, "/app/customers");
  await expect(customerRow(page, "澄湖仪器")).toBeVisible();
  await open(page, "/app/today");
  expect(await pictures()).not.toEqual([]);
  await page.getByRole("button", { name: "菜单", exact: true }).click();
  await page.getByRole("menuitem", { name: "退出登录" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "退出登录" }).click();
  await page.waitForURL("**/sign-in");
  expect(await pictures()).toEqual([]);
});
