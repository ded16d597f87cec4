// What an administrator erases for good is in no store of a browser afterwards, read through the browser itself.
import { type Page, expect, test } from "@playwright/test";
import { closeAll, createCustomer, customerRow, editField, invite, open, openCustomer, startWith, synced } from "../support/people";
import { Server } from "../support/server";

const WORD = "Zhangxiaoming";
const OTHER = "Beichen";
const server = new Server();
let page: Page;
let colleague: Page;

test.beforeAll(async ({ browser }) => {
  page = await startWith(browser, server, "/app/customers");
  colleague = await invite(browser, server, page.context(), "李娜", "li@example.cn");
});
test.afterAll(async ({ browser }) => {
  await closeAll(browser);
  await server.remove();
});

/** Where a word is in what the browser keeps: every value of every database, localStorage and sessionStorage. */
async function places(device: Page, word: string): Promise<string[]> {
  return device.evaluate(async (word) => {
    const answer = <T>(request: IDBRequest<T>) =>
      new Promise<T>((done, failed) => {
        request.onsuccess = () => done(request.result);
        request.onerror = () => failed(request.error);
      });
    const holds = (value: unknown): boolean => {
      if (typeof value === "string") return value.includes(word);
      if (value instanceof ArrayBuffer) return holds(new Uint8Array(value));
      if (ArrayBuffer.isView(value)) {
        const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
        return new TextDecoder("latin1").decode(bytes).includes(word);
      }
      if (Array.isArray(value)) return value.some(holds);
      return typeof value === "object" && value !== null && Object.values(value).some(holds);
    };
    const found: string[] = [];
    for (const storage of [localStorage, sessionStorage]) {
      for (const [key, value] of Object.entries(storage)) if (holds(key) || holds(value)) found.push(key);
    }
    for (const { name } of await indexedDB.databases()) {
      if (!name) continue;
      const db = await answer(indexedDB.open(name));
      for (const table of db.objectStoreNames) {
        const values = await answer(db.transaction(table).objectStore(table).getAll());
        if (holds(values)) found.push(`${name}/${table}`);
      }
      db.close();
    }
    return found;
  }, word);
}

test("what was erased is on no device", async () => {
  await createCustomer(page, WORD);
  await createCustomer(page, OTHER);
  await synced(page);
  const address = await page.evaluate(async (word) => {
    const answer = await fetch(`/api/v1/records/customer?name=${word}`);
    return (await answer.json()).records[0].id;
  }, WORD);
  for (const device of [page, colleague]) {
    await open(device, "/app/customers");
    await expect(customerRow(device, WORD)).toBeVisible();
    // Left and opened again, so that rows and pictures are kept.
    await open(device, "/app/today");
    await open(device, "/app/customers");
    await expect(customerRow(device, WORD)).toBeVisible();
    expect(await places(device, WORD)).not.toEqual([]);
  }
  // A tablet that is away, with an edit of the same customer.
  await colleague.context().setOffline(true);
  await openCustomer(colleague, WORD);
  await editField(colleague, "名称", `${WORD} later`);

  const answer = await page.context().request.post(`${server.address}/api/v1/erasures`, {
    data: { kind: "customer", id: address },
    headers: { Origin: server.address },
  });
  expect(answer.status(), await answer.text()).toBe(201);
  await expect(customerRow(page, WORD)).toHaveCount(0);
  await expect(customerRow(page, OTHER)).toBeVisible();
  await expect.poll(() => places(page, WORD)).toEqual([]);

  await open(colleague, "/app/customers").catch(() => {}); // offline: from the device
  await colleague.context().setOffline(false);
  await synced(colleague);
  await expect(customerRow(colleague, WORD)).toHaveCount(0);
  await expect(customerRow(colleague, OTHER)).toBeVisible();
  await expect.poll(() => places(colleague, WORD)).toEqual([]);
  await expect(colleague.locator(".sync-pill.synced").first()).toBeVisible();
});
