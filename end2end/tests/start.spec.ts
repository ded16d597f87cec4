// The first minutes with Huike: the set-up code, the first account, a colleague, the password.
import { expect, test } from "@playwright/test";
import { PASSWORD, closeAll, invite, setUp, signIn, synced } from "../support/people";
import { Server } from "../support/server";

let server: Server;
test.beforeAll(async () => {
  server = await new Server().start();
});
test.afterAll(async ({ browser }) => {
  await closeAll(browser);
  await server.remove();
});

test("the first account needs the code from the console", async ({ page }) => {
  await page.goto(`${server.address}/setup`);
  await page.locator("#code").fill("AAAA-BBBB");
  await page.locator("#workspace").fill("别家公司");
  await page.locator("#name").fill("某人");
  await page.locator("#login").fill("x@example.cn");
  await page.locator("#password").fill(PASSWORD);
  await page.locator("button[type=submit]").click();
  await expect(page).toHaveURL(/\/setup/);
  await expect(page.locator("[aria-invalid=true], [role=alert]").first()).toBeVisible();
});

test("a workspace is created, a colleague joins by link, signs out and in again", async ({ page, browser }) => {
  await setUp(page, server);
  const colleague = await invite(browser, server, page.context(), "李娜", "li@example.cn");
  await expect(colleague.getByText("李娜").first()).toBeVisible();

  const used = await page.context().request.get(`${server.address}/api/v1/invitations`);
  expect(used.ok()).toBeTruthy();
  const signedOut = await colleague.context().request.post(`${server.address}/api/v1/sign-out`, {
    headers: { Origin: server.address },
  });
  expect(signedOut.ok()).toBeTruthy();
  await signIn(colleague, server, "li@example.cn", PASSWORD);
  await synced(colleague);
});

test("a wrong password is refused without saying which part was wrong", async ({ page }) => {
  await page.goto(`${server.address}/sign-in`);
  await page.locator("#login").fill("wang@example.cn");
  await page.locator("#password").fill("not the password");
  await page.locator("button[type=submit]").click();
  await expect(page).toHaveURL(/\/sign-in/);
  await expect(page.locator("[role=alert]").first()).toBeVisible();
});

test("pages for everybody wear the theme that was chosen on this device", async ({ page, browser }) => {
  const html = page.locator("html");
  await page.goto(`${server.address}/sign-in`);
  await expect(html).toHaveAttribute("data-theme", "auto");
  await page.evaluate(() => {
    localStorage.setItem("huike.theme", "dark");
    localStorage.setItem("huike.language", "en");
  });
  await page.reload();
  await expect(html).toHaveAttribute("data-theme", "dark");
  // Its words are the server's answer, so its language is too.
  await expect(html).toHaveAttribute("lang", "zh-CN");

  const blocked = await (await browser.newContext()).newPage();
  const problems: string[] = [];
  blocked.on("pageerror", (it) => problems.push(String(it)));
  blocked.on("console", (it) => it.type() === "error" && problems.push(it.text()));
  await blocked.addInitScript(() => {
    Object.defineProperty(window, "localStorage", {
      get: () => {
        throw new DOMException("blocked", "SecurityError");
      },
    });
  });
  await blocked.goto(`${server.address}/sign-in`);
  await expect(blocked.locator("html")).toHaveAttribute("data-theme", "auto");
  await expect(blocked.locator("#login")).toBeVisible();
  expect(problems).toEqual([]);
});
