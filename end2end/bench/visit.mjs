// A second visit: how many bytes of the program travel when the browser has it already.
import { launch, onlyTab, synced } from "./support.mjs";

/** What the program consists of. */
const PROGRAM = /\.(wasm|js|css)$/;

export async function visit(data, options, { line }) {
  const server = data.server();
  await server.start();
  const context = await launch(data.profile());
  try {
    const page = await onlyTab(context);
    const before = await answers(server);
    await page.goto(`${server.address}/app/customers`);
    await synced(page);
    const files = [...(await page.evaluate(resources)), ...(await page.workers()[0].evaluate(resources))];
    const after = await answers(server);
    const program = files.filter((it) => PROGRAM.test(it.path));
    for (const needed of ["/pkg/page_bg.wasm", "/pkg/data_bg.wasm", "/app.css"]) {
      if (!program.some((it) => it.path === needed)) throw new Error(`${needed} was not asked for`);
    }
    line("second_visit", program.reduce((sum, it) => sum + it.bytes, 0), 0, "bytes", {
      counted: "transferred bytes of modules, scripts and style sheets, as page and worker saw them",
      files: program.length,
      // By the server's own count; the service worker's program is asked for anew with every visit.
      site_requests: after - before,
    });
  } finally {
    await context.close();
    await server.stop();
  }
}

function resources() {
  return performance.getEntriesByType("resource").map((it) => ({ path: new URL(it.name).pathname, bytes: it.transferSize }));
}

/** How many files of the site the server gave so far. */
async function answers(server) {
  const text = await (await fetch(`${server.address}/metrics`)).text();
  const counts = text.matchAll(/^huike_http_requests_total\{([^}]*)\} (\d+)/gm);
  return [...counts].filter((it) => it[1].includes('route="(site)"')).reduce((sum, it) => sum + Number(it[2]), 0);
}
