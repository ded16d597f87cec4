// axe-core in the page: what it finds serious or worse, short enough to read in a failed test.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** More of the same: the cards and rows after the first few are made of the same parts. */
const REPEATED = [
  ".card-list > .card:nth-child(n + 7)",
  ".outcome-list > li:nth-child(n + 13)",
  ".task-list > li:nth-child(n + 9)",
  "[role=grid] [role=row]:nth-child(n + 13)",
];

interface Axe {
  run(
    context: { include: string[][]; exclude: string[][] },
    options: { resultTypes: string[]; runOnly?: string[] },
  ): Promise<{
    violations: {
      id: string;
      impact: string;
      nodes: { target: string[]; html: string; failureSummary: string }[];
    }[];
  }>;
}

/**
 * The violations of impact serious or critical, of these rules or of all, below `within`. The context
 * must bypass the CSP, for this script alone.
 */
export async function seriousFindings(page: Page, within = "html", rules?: string[]): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  return page.evaluate(
    async ({ repeated, within, rules }) => {
      const { axe } = window as unknown as { axe: Axe };
      const { violations } = await axe.run(
        { include: [[within]], exclude: repeated.map((it) => [it]) },
        { resultTypes: ["violations"], ...(rules ? { runOnly: rules } : {}) },
      );
      return violations
        .filter((it) => it.impact === "serious" || it.impact === "critical")
        .flatMap((it) =>
          it.nodes.slice(0, 5).map((node) => {
            const why = node.failureSummary.split("\n")[1]?.trim() ?? "";
            return `${it.id} (${it.nodes.length}×) at ${node.target.join(" ")}: ${why} | ${node.html.slice(0, 120)}`;
          }),
        );
    },
    { repeated: REPEATED, within, rules },
  );
}
