// The figures of one device: opening, typing, searching, the board, keeping, memory.
import { board } from "./board.mjs";
import { filled } from "./data.mjs";
import { memory } from "./memory.mjs";
import { opening } from "./opening.mjs";
import { search } from "./search.mjs";
import { lines, options, runParts } from "./support.mjs";
import { typing } from "./typing.mjs";
import { visit } from "./visit.mjs";

const chosen = options();
const data = await filled(chosen);
const print = lines("client");
const parts = { visit, opening, typing, search, board, memory };
await runParts(
  Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, () => part(data, chosen, print)])),
  chosen.only,
);
