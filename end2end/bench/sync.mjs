// The figures of two devices: an edit on the other's screen, and a thousand offline edits that come home.
import { filled } from "./data.mjs";
import { live } from "./live.mjs";
import { homecoming } from "./homecoming.mjs";
import { lines, options, runParts } from "./support.mjs";

const chosen = options();
const data = await filled(chosen);
const print = lines("sync");
const parts = { live, homecoming };
await runParts(
  Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, () => part(data, chosen, print)])),
  chosen.only,
);
