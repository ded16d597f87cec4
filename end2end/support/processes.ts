// The browser's processes, to stop one of them as a machine does that runs out of memory or sleeps.
import type { Browser, Page } from "@playwright/test";

/** Work that is surely more than what an idle tab does meanwhile. */
const WORK_MS = 400;

/** The process in which this tab and its worker run: the one that works when the tab does. */
export async function rendererOf(page: Page, browser: Browser): Promise<number> {
  const cdp = await browser.newBrowserCDPSession();
  const times = async () => {
    const { processInfo } = await cdp.send("SystemInfo.getProcessInfo");
    return new Map(processInfo.filter((it) => it.type === "renderer").map((it) => [it.id, it.cpuTime]));
  };
  const before = await times();
  await page.evaluate((until) => {
    const end = performance.now() + until;
    while (performance.now() < end) Math.sqrt(end);
  }, WORK_MS);
  const after = await times();
  await cdp.detach();
  const worked = [...after].map(([id, time]) => ({ id, time: time - (before.get(id) ?? 0) }));
  worked.sort((one, other) => other.time - one.time);
  if (worked.length < 2) throw new Error("the tabs share a process");
  return worked[0].id;
}
