// Where the time of a page goes: a sampled profile, as a list of functions on standard error (--profile).
import { progress } from "./support.mjs";

const INTERVAL_US = 200;
const SHOWN = 45;

/** Runs some work of a page, or of a session of its worker, and prints the functions that took longest. */
export async function profiled(isWanted, page, name, work) {
  if (!isWanted) return work();
  const session = await page.context().newCDPSession(page);
  await session.send("Profiler.enable");
  await session.send("Profiler.setSamplingInterval", { interval: INTERVAL_US });
  await session.send("Profiler.start");
  const answer = await work();
  const { profile } = await session.send("Profiler.stop");
  await session.detach();
  print(name, profile);
  return answer;
}

/** Self time and time with everything called, by function. */
function print(name, { nodes, samples, timeDeltas }) {
  const byId = new Map(nodes.map((it) => [it.id, it]));
  const parent = new Map(nodes.flatMap((it) => (it.children ?? []).map((child) => [child, it.id])));
  const own = new Map();
  const all = new Map();
  const add = (to, key, ms) => to.set(key, (to.get(key) ?? 0) + ms);
  samples.forEach((id, at) => {
    const ms = timeDeltas[at] / 1_000;
    add(own, called(byId.get(id)), ms);
    const seen = new Set();
    for (let it = id; it !== undefined; it = parent.get(it)) seen.add(called(byId.get(it)));
    for (const key of seen) add(all, key, ms);
  });
  const top = (of) => [...of].sort((a, b) => b[1] - a[1]).slice(0, SHOWN);
  progress(`${name}: own time`);
  for (const [key, ms] of top(own)) progress(`${ms.toFixed(1).padStart(9)} ms  ${key}`);
  progress(`${name}: with what was called`);
  for (const [key, ms] of top(all)) progress(`${ms.toFixed(1).padStart(9)} ms  ${key}`);
}

function called({ callFrame }) {
  const file = callFrame.url.split("/").at(-1);
  return `${callFrame.functionName || "(anonymous)"} ${file}`.trim();
}
