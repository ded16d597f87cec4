// A copy of the built site in which a test may change files, as a deployment does.
import { createHash } from "node:crypto";
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export class SiteCopy {
  readonly folder: string;

  constructor(original: string) {
    this.folder = mkdtempSync(join(tmpdir(), "huike-site-"));
    cpSync(original, this.folder, { recursive: true });
  }

  /** Adds to a file and lists the new digest, as a build does. */
  release(path: string, addition: string): void {
    appendFileSync(join(this.folder, path), addition);
    rmSync(join(this.folder, `${path}.br`), { force: true });
    const body = readFileSync(join(this.folder, path));
    this.list(path, createHash("sha256").update(body).digest("hex").slice(0, 16));
  }

  /** Lists a digest for a file, right or wrong. */
  list(path: string, digest: string): void {
    const name = join(this.folder, "site.json");
    const list: [string, string][] = JSON.parse(readFileSync(name, "utf8"));
    const entry = list.find(([it]) => it === `/${path}`);
    if (!entry) throw new Error(`${path} is not listed`);
    entry[1] = digest;
    writeFileSync(name, JSON.stringify(list));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
