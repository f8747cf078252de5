// A reader: one browser window, signed in for one agency, that keeps a list of everything that must not happen.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const DESK = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

export class Reader {
  static async open(browser, bus, { agency, lang = "zh-CN", theme = "light", size = DESK, scripts = true } = {}) {
    const context = await browser.newContext({
      locale: lang, colorScheme: theme, viewport: size, javaScriptEnabled: scripts,
    });
    const page = await context.newPage();
    await page.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => {
        console.error(`Content Security Policy: ${event.violatedDirective} ${event.blockedURI}`);
      });
    });
    const reader = new Reader(bus, context, page);
    if (agency) await reader.signIn(agency);
    return reader;
  }

  constructor(bus, context, page) {
    Object.assign(this, { bus, context, page, faults: [], away: false });
    const fault = (what) => this.away || this.faults.push(what);
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(bus.url) && !url.startsWith("data:")) fault(`a request to ${url}`);
    });
    page.on("pageerror", (error) => fault(`a script failed: ${error.message}`));
    page.on("console", (message) => {
      if (/Content Security Policy|Refused to/.test(message.text())) this.faults.push(message.text());
      else if (message.type() === "error" && !/status of 40[34]/.test(message.text())) fault(message.text());
    });
  }

  async go(path) {
    return this.page.goto(this.bus.url + path, { waitUntil: "load" });
  }

  async signIn(agency) {
    await this.go("/sign-in");
    await this.page.click(`button[value="demo-${agency}"]`);
    await this.page.waitForURL(this.bus.url + "/");
  }

  async live() {
    await this.page.waitForSelector('#live[data-state="live"]', { timeout: 20_000 });
  }

  /** The positions of the facts that the page shows, as they stand. */
  async positions() {
    return this.page.$$eval("#timeline .fact", (rows) => rows.map((row) => Number(row.dataset.position)));
  }

  /** What a person with another way of reading could not use. The policy lets no script in: it is let in here. */
  async barriers() {
    const session = await this.context.newCDPSession(this.page);
    await session.send("Runtime.evaluate", { expression: axe });
    const found = await this.page.evaluate(async () => {
      const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
      const result = await window.axe.run(document, { runOnly: { type: "tag", values: tags } });
      return result.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).slice(0, 4).join(" | ")} — ${v.nodes[0].failureSummary}`);
    });
    await session.detach();
    return found;
  }

  async picture(name) {
    const folder = process.env.LIANHU_SHOTS;
    if (folder) await this.page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  }

  async close() {
    await this.context.close();
    if (this.faults.length > 0) throw new Error(this.faults.join("\n"));
  }
}
