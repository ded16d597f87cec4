// What a person does again and again: set up, sign in, look at the pill, make a customer.
import { type Browser, type BrowserContext, type Page, expect } from "@playwright/test";
import type { Server } from "./server";

export const PASSWORD = "correct horse battery";

/** Creates the workspace and the first account, and waits until the program is there. */
export async function setUp(page: Page, server: Server): Promise<void> {
  await page.goto(`${server.address}/setup?code=${server.code}`);
  await page.locator("#workspace").fill("云仓贸易");
  await page.locator("#name").fill("王伟");
  await page.locator("#login").fill("wang@example.cn");
  await page.locator("#password").fill(PASSWORD);
  await page.locator("button[type=submit]").click();
  await page.waitForURL("**/app/**");
  await synced(page);
}

/** A server of its own and the first person, on a page of the program. */
export async function startWith(browser: Browser, server: Server, path: string): Promise<Page> {
  await server.start();
  const page = await (await browser.newContext()).newPage();
  await setUp(page, server);
  await open(page, path);
  return page;
}

/** Signs in on the public page. */
export async function signIn(page: Page, server: Server, login: string, password: string): Promise<void> {
  await page.goto(`${server.address}/sign-in`);
  await page.locator("#login").fill(login);
  await page.locator("#password").fill(password);
  await page.locator("button[type=submit]").click();
  await page.waitForURL("**/app/**");
}

/** A second person: invited by the first one's session, joined in a browser of their own. */
export async function invite(
  browser: Browser,
  server: Server,
  host: BrowserContext,
  name: string,
  login: string,
  role = "salesperson",
): Promise<Page> {
  const answer = await host.request.post(`${server.address}/api/v1/invitations`, {
    data: { role },
    headers: { Origin: server.address },
  });
  expect(answer.ok(), await answer.text()).toBeTruthy();
  const { link } = await answer.json();
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(new URL(new URL(link).pathname, server.address).href);
  await page.locator("#name").fill(name);
  await page.locator("#login").fill(login);
  await page.locator("#password").fill(PASSWORD);
  await page.locator("button[type=submit]").click();
  await page.waitForURL("**/app/**");
  await synced(page);
  return page;
}

/** The pill says that everything is on the server. */
export async function synced(page: Page): Promise<void> {
  await expect(page.locator(".sync-pill.synced").first()).toBeVisible({ timeout: 40_000 });
}

/** Opens an address of the program as one that is typed: the page is loaded anew. */
export async function open(page: Page, path: string): Promise<void> {
  await page.goto(new URL(path, page.url()).href);
  await page.locator("html[data-ready]").waitFor({ state: "attached" });
}

/** Makes a customer in the dialog. */
export async function createCustomer(page: Page, name: string, phone = ""): Promise<void> {
  await page.getByRole("button", { name: /^新建客户/ }).first().click();
  const dialog = page.getByRole("dialog", { name: "新建客户" });
  await dialog.getByRole("textbox", { name: /^名称/ }).fill(name);
  if (phone) await dialog.getByRole("textbox", { name: "电话" }).fill(phone);
  await dialog.getByRole("button", { name: "创建" }).click();
  await expect(dialog).toBeHidden();
}

/** The row of a customer in the list. */
export function customerRow(page: Page, name: string) {
  return page.getByRole("grid", { name: "客户" }).getByRole("row", { name: new RegExp(name) });
}

/** Opens a customer beside the list, unless it is open. */
export async function openCustomer(page: Page, name: string): Promise<void> {
  const heading = page.getByRole("heading", { name: `名称: ${name}` });
  if (await heading.isVisible()) return;
  await customerRow(page, name).getByText(name).click();
  await expect(heading).toBeVisible();
}

/** Changes a field of the open record in place. */
export async function editField(page: Page, label: string, value: string): Promise<void> {
  await page.getByRole("button", { name: new RegExp(`^${label}: `) }).first().click();
  const input = page.getByRole("textbox", { name: new RegExp(`^${label}`) }).first();
  await input.fill(value);
  await input.press("Enter");
}

/** Closes every page of a browser: pages of a server that is gone would go on calling it beside the next tests. */
export async function closeAll(browser: Browser): Promise<void> {
  await Promise.all(browser.contexts().map((it) => it.close()));
}
