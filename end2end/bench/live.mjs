// An edit on the other's screen: from the key that ends it in one browser to the frame that shows it in another.
import { customer, customerId, idText, PROFILES } from "./data.mjs";
import { watch } from "./probe.mjs";
import { launch, onlyTab, quantile, synced } from "./support.mjs";

export async function live(data, options, { of }) {
  const server = data.server();
  await server.start();
  const [sender, receiver] = await Promise.all(PROFILES.map((it) => launch(data.profile(it))));
  try {
    const number = 1_234 % data.size.customers;
    const path = `/app/customers/${idText(customerId(number))}`;
    const pages = [];
    for (const context of [sender, receiver]) {
      await watch(context);
      const page = await onlyTab(context);
      await page.goto(`${server.address}${path}`);
      await synced(page);
      await page.getByRole("heading", { name: new RegExp(customer(number).name) }).waitFor();
      pages.push(page);
    }
    const [from, to] = pages;
    await from.evaluate(() => {
      addEventListener("keydown", (event) => {
        if (event.key === "Enter") self.bench.entered = self.bench.absolute(event.timeStamp);
      }, { capture: true });
    });
    await to.evaluate(watchValue);
    const samples = [];
    for (let round = -10; round < options.samples; round += 1) {
      const text = `公司 ${round + 1_000}`;
      await from.getByRole("button", { name: /^公司: / }).first().click();
      const input = from.getByRole("textbox", { name: /^公司/ }).first();
      await input.fill(text);
      await to.evaluate((text) => {
        self.bench.shown = self.bench.shows(text);
      }, text);
      await input.press("Enter");
      const time = (await to.evaluate(() => self.bench.shown)) - (await from.evaluate(() => self.bench.entered));
      if (round >= 0) samples.push(time);
    }
    of("edit_to_other_screen", samples, 0.5, 30);
    of("edit_to_other_screen", samples, 0.99, 100, { p90: quantile(samples, 0.9) });
  } finally {
    await sender.close();
    await receiver.close();
    await server.stop();
  }
}

/** In the page: when a text is first painted as the value of the field, by the machine's clock. */
function watchValue() {
  self.bench.shows = (text) =>
    new Promise((done) => {
      const isShown = () => [...document.querySelectorAll("button")].some((it) => it.getAttribute("aria-label")?.endsWith(`: ${text}`));
      const look = () => {
        if (!isShown()) return;
        observer.disconnect();
        self.bench.painted().then((time) => done(self.bench.absolute(time)));
      };
      const observer = new MutationObserver(look);
      observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
      look();
    });
}
