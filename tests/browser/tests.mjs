// What the console promises, one sentence a test.

import assert from "node:assert/strict";
import { DESK, PHONE, Reader } from "./reader.mjs";

const now = () => new Date().toISOString();
const said = (reader, selector) => reader.page.textContent(selector);

/** One more fact, told to the coordinator at once. */
async function ask(bus, subject) {
  return bus.tell("wbo", "referral.made.v1", {
    to: "mpc", purpose: "placement", urgency: "urgent", request: "请确认今晚可用床位。",
  }, { subject });
}

async function eventually(what, holds, most = 10_000) {
  const end = Date.now() + most;
  for (;;) {
    if (await holds()) return;
    if (Date.now() > end) throw new Error(`it never came to be that ${what}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

export const tests = [
  ["nobody sees a page without signing in, and signing in leads back to it", async ({ bus, browser, cases }) => {
    const reader = await Reader.open(browser, bus);
    await reader.go(`/cases/${cases.open.subject}`);
    assert.match(reader.page.url(), /\/sign-in\?back=/);
    await reader.page.click('button[value="demo-wbo"]');
    await reader.page.waitForURL(`**/cases/${cases.open.subject}`);
    await reader.close();
  }],

  ["whose turn it is, since when and until when stands three clicks from the door", async ({ bus, browser }) => {
    const reader = await Reader.open(browser, bus);
    await reader.go("/");
    await reader.page.click('button[value="demo-wbo"]'); // one
    await reader.page.click("#others a.num"); // two; a third is not needed
    const turn = await said(reader, ".turns");
    assert.match(turn, /轮到谁/);
    assert.match(turn, /自何时/);
    assert.match(turn, /到何时/);
    assert.match(turn, /示范区/);
    assert.match(turn, /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/);
    await reader.close();
  }],

  ["a new fact arrives by itself, and what waits changes with it", async ({ bus, browser, cases }) => {
    const { subject, referral } = cases.fresh;
    const reader = await Reader.open(browser, bus, { agency: "wbo" });
    await reader.go(`/cases/${subject}`);
    await reader.live();
    const before = await reader.positions();
    assert.match(await said(reader, ".turns"), /签收转介/);
    await bus.tell("ngo-07", "referral.received.v1", { referral, received_at: now() }, { subject });
    await eventually("one more row stands there", async () => (await reader.positions()).length === before.length + 1);
    const after = await reader.positions();
    assert.equal(new Set(after).size, after.length, "no row stands twice");
    await eventually("the turn went on", async () => /受理或者退回转介/.test(await said(reader, ".turns")));
    assert.equal(await reader.page.$$eval("#timeline .fact[data-fresh]", (rows) => rows.length), 1);
    assert.match(await said(reader, "#said"), /新增 1 条事实/);
    assert.equal(await said(reader, "#facts-count"), String(after.length));
    await reader.close();
  }],

  ["an opened fact stays open when its step is sent again", async ({ bus, browser, cases }) => {
    const { subject, referral } = cases.fresh;
    const reader = await Reader.open(browser, bus, { agency: "wbo" });
    await reader.go(`/cases/${subject}`);
    await reader.live();
    const step = ".step:has(.brief:text('心理辅导'))";
    await reader.page.click(`${step} summary >> nth=0`);
    await bus.tell("ngo-07", "referral.accepted.v1", { referral, accepted_at: now() }, { subject });
    await reader.page.waitForSelector(`${step} .fact >> nth=2`);
    assert.ok(await reader.page.$eval(`${step} details`, (details) => details.open));
    await reader.close();
  }],

  ["a page that was away while the bus died receives exactly what it missed, once", async ({ bus, browser, cases }) => {
    const { subject } = cases.open;
    const reader = await Reader.open(browser, bus, { agency: "wbo" });
    await reader.go(`/cases/${subject}`);
    await reader.live();
    const before = await reader.positions();
    await reader.page.evaluate(() => {
      window.marked = document.querySelector("#timeline");
      window.pieces = [];
      document.addEventListener("htmx:sse:after:message", (event) => {
        const { id, event: name } = event.detail.message;
        if (!name) window.pieces.push(Number(id));
      });
    });
    reader.away = true; // refused connections are what this is about
    await bus.kill();
    await reader.page.waitForSelector('#live[data-state="again"], #live[data-state="lost"]');
    await bus.up();
    for (let n = 0; n < 3; n += 1) await ask(bus, subject);
    await eventually("the three facts stand there", async () => (await reader.positions()).length === before.length + 3, 30_000);
    await reader.live();
    reader.away = false;
    const after = await reader.positions();
    assert.equal(new Set(after).size, after.length, "no row stands twice");
    const missed = after.filter((position) => !before.includes(position)).sort((a, b) => a - b);
    assert.deepEqual(await reader.page.evaluate(() => window.pieces), missed, "each piece came once, in order");
    assert.ok(await reader.page.evaluate(() => window.marked.isConnected), "the page was not loaded again");
    await reader.close();
  }],

  ["a planned restart waits for no open page, and the page comes back by itself", async ({ bus, browser, cases }) => {
    const { subject } = cases.open;
    const reader = await Reader.open(browser, bus, { agency: "wbo" });
    await reader.go(`/cases/${subject}`);
    await reader.live();
    const before = await reader.positions();
    reader.away = true;
    const began = Date.now();
    await bus.stop();
    assert.ok(Date.now() - began < 5_000, "the open stream held the bus back");
    await bus.up();
    await ask(bus, subject);
    await eventually("the fact stands there", async () => (await reader.positions()).length === before.length + 1, 30_000);
    await reader.live();
    reader.away = false;
    await reader.close();
  }],

  ["a gap in the rows is noticed and filled", async ({ bus, browser, cases }) => {
    const { subject } = cases.open;
    const reader = await Reader.open(browser, bus, { agency: "wbo" });
    await reader.go(`/cases/${subject}`);
    await reader.live();
    const before = await reader.positions();
    await reader.page.$eval("#timeline .fact", (row) => row.remove());
    await ask(bus, subject);
    await eventually("all rows stand there again", async () => (await reader.positions()).length === before.length + 1);
    await reader.close();
  }],

  ["the workbench follows by itself", async ({ bus, browser, cases }) => {
    const reader = await Reader.open(browser, bus, { agency: "ngo-07" });
    await reader.live();
    const before = await reader.page.$$eval("#ours .row", (rows) => rows.length);
    await bus.tell("wbo", "referral.made.v1", {
      to: "ngo-07", purpose: "visit", urgency: "routine", request: "请本周内走访一次。",
    }, { subject: cases.open.subject });
    await eventually("one more waits", async () => (await reader.page.$$eval("#ours .row", (rows) => rows.length)) === before + 1);
    await reader.close();
  }],

  ["looking back shows the case as it stood, and leads back to now", async ({ bus, browser, cases }) => {
    const { subject } = cases.open;
    const reader = await Reader.open(browser, bus, { agency: "wbo" });
    await reader.go(`/cases/${subject}`);
    await reader.live();
    const all = (await reader.positions()).length;
    const { page } = reader;
    await page.focus("#fact");
    await page.keyboard.press("Home");
    await page.waitForSelector(".past");
    await eventually("fewer facts stand there", async () => (await reader.positions()).length < all);
    assert.match(page.url(), /as_of=/);
    assert.match(await page.getAttribute("#fact", "aria-valuetext"), /^第 1 \/ \d+ 个时点/);
    assert.equal(await page.$("[hx-sse\\:connect]"), null, "the past does not move");
    const few = (await reader.positions()).length;
    // What was said for the page that stood here before may come when its address is still the one of the present.
    const read = [];
    page.on("request", (request) => read.push(new URL(request.url()).pathname));
    await page.evaluate(async (facts) => {
      const past = location.href;
      history.replaceState(history.state, "", location.pathname);
      document.dispatchEvent(new CustomEvent("pulse", { detail: { data: JSON.stringify({ facts }) } }));
      history.replaceState(history.state, "", past);
      await fetch("/assets/mark.svg");
    }, all);
    assert.deepEqual(read.filter((path) => path.startsWith("/cases/")), [], "the past does not move");
    await page.click("#look-after");
    await eventually("one step later", async () => (await reader.positions()).length > few);
    await page.click(".past a");
    await page.waitForSelector(".past", { state: "detached" });
    assert.equal((await reader.positions()).length, all);
    await reader.close();
  }],

  ["everything but the live part works without scripts", async ({ bus, browser, cases }) => {
    const reader = await Reader.open(browser, bus, { agency: "wbo", scripts: false });
    const { page } = reader;
    await page.click('nav a[href="/cases"]');
    await page.click(`a[href="/cases/${cases.open.subject}"]`);
    assert.match(await said(reader, ".turns"), /轮到谁/);
    await page.focus("#fact");
    await page.keyboard.press("Home");
    await page.click(".look button");
    assert.match(await said(reader, ".past"), /当时的样子/);
    await page.click('button[name="lang"]');
    assert.match(await said(reader, ".past"), /As it stood/);
    await reader.close();
  }],

  ["the cases can be filtered, and an empty list says why it is empty", async ({ bus, browser }) => {
    const reader = await Reader.open(browser, bus, { agency: "wbo" });
    const { page } = reader;
    await reader.go("/cases");
    assert.match(await said(reader, ".head"), /共 2 件/);
    await page.selectOption('select[name="grade"]', "L1");
    await page.click(".filters button");
    assert.match(page.url(), /grade=L1/);
    assert.match(await said(reader, ".empty"), /共 2 件被筛掉/);
    await page.click(".empty a");
    assert.equal(await page.$$eval(".list .row", (rows) => rows.length), 2);
    const number = await said(reader, ".list .row .num");
    await page.keyboard.press("/");
    await page.keyboard.type(number);
    await page.keyboard.press("Enter");
    await page.waitForURL(/number=/);
    assert.equal(await page.$$eval(".list .row", (rows) => rows.length), 1);
    await reader.close();
  }],

  ["a hidden case reads like one that does not exist", async ({ bus, browser, cases }) => {
    const reader = await Reader.open(browser, bus, { agency: "sch-12" });
    const read = async (path) => {
      const answer = await reader.go(path);
      const text = (await said(reader, "main")).trim();
      return { status: answer.status(), text };
    };
    const hidden = await read(`/cases/${cases.open.subject}`);
    const none = await read(`/cases/case-${"0".repeat(32)}`);
    assert.equal(hidden.status, 404);
    assert.deepEqual(hidden, none);
    await reader.go("/");
    assert.match(await said(reader, "#ours .empty"), /没有待办/);
    await reader.close();
  }],

  ["an agency that may not read a value is told which, and why", async ({ bus, browser, cases }) => {
    const reader = await Reader.open(browser, bus, { agency: "hlt" });
    await reader.go(`/cases/${cases.open.subject}`);
    const text = await said(reader, "#timeline");
    assert.doesNotMatch(text, /测试甲|陪同人员/);
    assert.match(text, /未展示/);
    const full = await Reader.open(browser, bus, { agency: "psb-03" });
    await full.go(`/cases/${cases.open.subject}`);
    assert.match(await said(full, "#timeline"), /陪同人员对受伤经过的说法前后不一/);
    await full.close();
    await reader.close();
  }],

  ["the keyboard reaches everything", async ({ bus, browser, cases }) => {
    const reader = await Reader.open(browser, bus, { agency: "wbo" });
    const { page } = reader;
    await page.keyboard.press("g");
    await page.keyboard.press("c");
    await page.waitForURL("**/cases");
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("o");
    await page.waitForURL("**/cases/case-*");
    await page.keyboard.press("j");
    assert.ok(await page.evaluate(() => document.activeElement.matches(".fact")));
    await page.keyboard.press("Enter");
    assert.ok(await page.evaluate(() => document.activeElement.querySelector("details").open));
    await page.keyboard.press("?");
    assert.ok(await page.$eval("#help", (dialog) => dialog.open));
    assert.deepEqual(await reader.barriers(), []);
    await page.keyboard.press("Escape");
    await page.keyboard.press("h");
    await page.waitForSelector(".past");
    await page.keyboard.press("g");
    await page.keyboard.press("w");
    await page.waitForURL(bus.url + "/");
    await reader.go("/help");
    await page.click('button[name="keys"]');
    await page.keyboard.press("?");
    assert.ok(!(await page.$eval("#help", (dialog) => dialog.open)), "shortcuts can be switched off");
    await reader.close();
  }],

  ["signing out ends the session, and a foreign form opens none", async ({ bus, browser }) => {
    const reader = await Reader.open(browser, bus, { agency: "wbo" });
    const [cookie] = (await reader.context.cookies()).filter(({ name }) => name === "lianhu-session");
    assert.deepEqual([cookie.httpOnly, cookie.sameSite, cookie.path], [true, "Strict", "/"]);
    await reader.page.click('form[action="/sign-out"] button');
    await reader.page.waitForURL("**/sign-in");
    const again = await fetch(`${bus.url}/cases`, { headers: { cookie: `lianhu-session=${cookie.value}` }, redirect: "manual" });
    assert.equal(again.status, 303, "the id is worth nothing any more");
    const form = (site) => fetch(`${bus.url}/sign-in`, {
      method: "POST", redirect: "manual", body: new URLSearchParams({ token: "demo-wbo" }), headers: { "sec-fetch-site": site },
    });
    assert.equal((await form("cross-site")).status, 403);
    assert.equal((await form("same-origin")).status, 303);
    await reader.close();
  }],

  ["a session that has ended takes its page off the screen", async ({ bus, browser, cases }) => {
    const reader = await Reader.open(browser, bus, { agency: "wbo" });
    await reader.go(`/cases/${cases.open.subject}`);
    await reader.live();
    const other = await reader.context.newPage();
    await other.goto(bus.url + "/help");
    await other.click('form[action="/sign-out"] button');
    await reader.page.waitForURL(/\/sign-in/, { timeout: 30_000 });
    await reader.close();
  }],

  ["every page is for everybody: both languages, light and dark, desk and phone", async ({ bus, browser, cases }) => {
    const found = [];
    for (const [size, shape] of [[DESK, "desk"], [PHONE, "phone"]]) {
      for (const lang of ["zh-CN", "en"]) {
        for (const theme of ["light", "dark"]) {
          const name = `${shape}-${lang}-${theme}`;
          const reader = await Reader.open(browser, bus, { lang, theme, size });
          const look = async (what) => {
            const barriers = await reader.barriers();
            found.push(...barriers.map((barrier) => `${name} ${what}: ${barrier}`));
            const wide = await reader.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
            if (wide > 0) found.push(`${name} ${what}: ${wide} px wider than the window`);
            const shown = await reader.page.getAttribute("html", "lang");
            assert.equal(shown, lang);
            await reader.picture(`${name}-${what}`);
          };
          await reader.go("/sign-in");
          await look("door");
          await reader.signIn("wbo");
          await reader.live();
          await look("bench");
          await reader.go("/cases");
          await look("cases");
          await reader.go("/cases?grade=L1");
          await look("none");
          await reader.go(`/cases/${cases.open.subject}`);
          await reader.live();
          await look("case");
          await reader.page.click("button.fold");
          await look("opened");
          await reader.page.click("#look-before");
          await reader.page.waitForSelector(".past");
          await look("past");
          await reader.go("/cases/nothing");
          await look("failed");
          await reader.go("/help");
          await look("help");
          await reader.close();
        }
      }
    }
    assert.deepEqual(found, []);
  }],
];
