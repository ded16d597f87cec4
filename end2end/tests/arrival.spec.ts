// A new device of a company that is there already: what its member sees first is there first, and an interrupted
// first day goes on where it was.
import { type Page, type Route, expect, test } from "@playwright/test";
import { closeAll, signIn } from "../support/people";
import { Server } from "../support/server";

const PART = /\/api\/v1\/sync\/snapshot\/\d+\/(\d+)$/;
const server = new Server(["--demo"]);

test.beforeAll(async () => {
  test.setTimeout(180_000);
  await server.start();
});
test.afterAll(async ({ browser }) => {
  await closeAll(browser);
  await server.remove();
});

const count = (page: Page) => page.locator(".page-count");
const rows = (page: Page) => page.locator("[role=grid] .virtual-row:not([hidden])");

test("rows are there while parts are missing, and no part comes twice", async ({ browser }) => {
  test.setTimeout(120_000);
  const context = await browser.newContext();
  const page = await context.newPage();
  const came: string[] = [];
  const held: Route[] = [];
  let holds = true;
  await context.route(PART, async (route) => {
    // The first two are what the member sees first.
    if (holds && came.length >= 2) {
      held.push(route);
      return;
    }
    came.push(PART.exec(route.request().url())?.[1] ?? "");
    await route.continue();
  });
  await signIn(page, server, "demo", "huike demo 2026");
  await page.goto(`${server.address}/app/customers`);
  await expect(rows(page).first()).toContainText(/\p{L}/u);
  // The pill says how many are missing, and the list knows some.
  await expect(page.locator(".sync-pill.waiting").first()).toContainText(/\d%/);
  await expect.poll(() => held.length).toBeGreaterThan(0);
  const first = Number((await count(page).textContent())?.replace(/\D/g, ""));
  expect(first).toBeGreaterThan(0);
  expect(first).toBeLessThan(2_000);

  // The device is closed in the middle of it.
  await page.reload();
  for (const route of held.splice(0)) await route.abort().catch(() => {});
  await expect(rows(page).first()).toContainText(/\p{L}/u);
  holds = false;
  for (const route of held.splice(0)) {
    came.push(PART.exec(route.request().url())?.[1] ?? "");
    await route.continue();
  }
  await expect(page.locator(".sync-pill.synced").first()).toBeVisible({ timeout: 60_000 });
  await expect.poll(async () => Number((await count(page).textContent())?.replace(/\D/g, ""))).toBe(2_000);
  expect(came.length).toBeGreaterThan(2);
  expect(new Set(came).size).toBe(came.length);
  await context.close();
});
