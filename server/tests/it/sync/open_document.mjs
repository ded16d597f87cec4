// Opens saved documents as anybody would, with the JavaScript package, and prints what is in them.
// Runs where the package is installed: node open_document.mjs <file>…
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(process.cwd() + "/");
const Automerge = require("@automerge/automerge");

const opened = process.argv.slice(2).map((file) => {
  const document = Automerge.load(readFileSync(file));
  const values = Object.entries(document).map(([key, value]) => [
    key,
    Automerge.isImmutableString(value) ? value.toString() : value,
  ]);
  return { heads: Automerge.getHeads(document).sort(), values: Object.fromEntries(values) };
});
console.log(JSON.stringify(opened));
