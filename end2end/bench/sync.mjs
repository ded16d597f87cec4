// The figures of sync: two devices, then the server beside other servers and alone on the wire.
import { filled } from "./data.mjs";
import { arrival } from "./arrival.mjs";
import { live } from "./live.mjs";
import { homecoming } from "./homecoming.mjs";
import { edits } from "./peers/edits.mjs";
import { first_contact } from "./peers/first_contact.mjs";
import { idle } from "./peers/idle.mjs";
import { reconnect } from "./peers/reconnect.mjs";
import { three_days } from "./peers/three_days.mjs";
import { wire_cost } from "./peers/wire_cost.mjs";
import { lines, options, runParts } from "./support.mjs";

const chosen = options();
const print = lines("sync");
// Filled by browsers, for the parts that need them only.
let data;
const onScreens = (part) => async () => part((data ??= await filled(chosen)), chosen, print);
const onTheWire = (part) => () => part(chosen, print);
await runParts(
  {
    live: onScreens(live),
    homecoming: onScreens(homecoming),
    edits: onTheWire(edits),
    wire_cost: onTheWire(wire_cost),
    reconnect: onTheWire(reconnect),
    first_contact: onTheWire(first_contact),
    idle: onTheWire(idle),
    three_days: onTheWire(three_days),
    arrival: onTheWire(arrival),
  },
  chosen.only,
);
