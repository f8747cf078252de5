// Drives the console in a real browser: what people see, whether it stays current, and whether everybody can
// use it. `LIANHU_BIN` names the binary; `CHROMIUM` the browser; `LIANHU_SHOTS` a folder for pictures.

import { chromium } from "playwright-core";
import { Bus, walk } from "./bus.mjs";
import { tests } from "./tests.mjs";

const FLAGS = [
  "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

const binary = process.env.LIANHU_BIN ?? "target/debug/lianhu";
const only = process.argv[2];
let passed = 0, failed = 0;

const bus = await Bus.start(binary);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS,
});
try {
  const cases = { open: await walk(bus, { ago: 600 }), fresh: await walk(bus, { grade: "L2", ago: 200 }) };
  for (const [name, test] of tests) {
    if (only && !name.includes(only)) continue;
    const began = Date.now();
    try {
      await test({ bus, browser, cases });
      passed += 1;
      console.log(`ok    ${name} (${Date.now() - began} ms)`);
    } catch (why) {
      failed += 1;
      console.log(`FAIL  ${name}\n      ${String(why.stack ?? why).replaceAll("\n", "\n      ")}`);
    }
  }
} finally {
  await browser.close();
  await bus.end();
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
