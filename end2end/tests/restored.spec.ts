// A backup is put back under running clients: what was acknowledged after it comes again from whoever made it.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { closeAll, createCustomer, customerRow, invite, open, setUp, synced } from "../support/people";
import { BIN, Server } from "../support/server";

let server: Server;

test.beforeAll(async () => {
  server = await new Server().start();
});
test.afterAll(async ({ browser }) => {
  await closeAll(browser);
  await server.remove();
});

test("acknowledged edits come back after a restore, and what nobody has is gone from every screen", async ({ browser }) => {
  const mine = await (await browser.newContext()).newPage();
  await setUp(mine, server);
  await open(mine, "/app/customers");
  await createCustomer(mine, "备份之前");
  const theirs = await invite(browser, server, mine.context(), "李雷", "li@example.com");
  await open(theirs, "/app/customers");
  await expect(customerRow(theirs, "备份之前")).toBeVisible();
  await synced(mine);

  const copy = join(server.folder, "copy.sqlite");
  execFileSync(BIN, ["backup", copy, "--data", server.folder]);
  await createCustomer(mine, "备份之后");
  await synced(mine);
  await createCustomer(theirs, "无人再有");
  await synced(theirs);
  await expect(customerRow(mine, "无人再有")).toBeVisible();
  // Nobody is left who could send that one again.
  await theirs.context().close();
  await server.stop();
  execFileSync(BIN, ["restore", copy, "--force", "--data", server.folder]);
  await server.start();

  await expect(customerRow(mine, "无人再有")).toBeHidden({ timeout: 40_000 });
  await synced(mine);
  await expect(customerRow(mine, "备份之后")).toBeVisible();
  const records = await mine.context().request.get(`${server.address}/api/v1/sync/states?after=0`);
  const stored = (await records.body()).toString("utf8");
  expect(stored).toContain("备份之前");
  expect(stored).toContain("备份之后");
  expect(stored).not.toContain("无人再有");
});
