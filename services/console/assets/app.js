// What an open page does by itself: it says how fresh it is, notices gaps, ticks, and listens to the keyboard.
// Without it every page works; it only stands still.
"use strict";
(() => {
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const zh = document.documentElement.lang.startsWith("zh");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  // --- How fresh the page is ------------------------------------------------------------------------------

  const PULSE_MS = 15_000; // how often the server says that it is there
  let heard = Date.now();
  let failures = 0;
  let over = false;

  function badge(state) {
    const live = one("#live");
    if (!live || (over && state !== "lost")) return;
    if (live.dataset.state === state) return;
    live.dataset.state = state;
    one(".say", live).textContent = live.dataset[state] ?? "";
  }

  function fresh(at) {
    heard = Date.now();
    failures = 0;
    const time = one("#live-at");
    if (time && at) {
      time.textContent = at.at;
      time.dateTime = at.iso;
      skew = Date.parse(at.iso) - Date.now();
    }
    badge("live");
  }

  // A stream that says nothing for long is as good as none.
  setInterval(() => {
    if (!one("[hx-sse\\:connect]") || document.hidden) return;
    const silent = Date.now() - heard;
    if (silent > 8 * PULSE_MS) badge("lost");
    else if (silent > 2.5 * PULSE_MS) badge("again");
  }, 1_000);

  document.addEventListener("htmx:sse:after:connection", (event) => {
    const status = event.detail.connection.status;
    if (status >= 200 && status < 300) heard = Date.now();
  });
  document.addEventListener("htmx:sse:error", (event) => {
    failures += 1;
    if (event.detail.status === 401 || event.detail.status === 404) leave();
    badge(failures > 10 ? "lost" : "again");
  });
  document.addEventListener("htmx:sse:before:connection", (event) => {
    if (event.detail.connection.attempt > 0) badge("again");
  });
  document.addEventListener("htmx:sse:close", () => {
    if (one("[hx-sse\\:connect]")) badge("lost");
  });
  // The very first connection failed: hx-sse does not come back by itself from that.
  document.addEventListener("htmx:error", (event) => {
    if (event.target.matches?.("[hx-sse\\:connect]")) badge("lost");
  });

  // The session has ended: what it showed leaves the screen.
  function leave() {
    if (over) return;
    over = true;
    location.reload();
  }
  document.addEventListener("over", leave);
  document.addEventListener("bye", () => badge("again"));
  document.addEventListener("failed", () => badge("again"));

  // --- What is new, and what is missing -------------------------------------------------------------------

  const rows = () => all("#timeline [data-position]").length;
  let known = new Set(all("[data-position]").map((row) => row.dataset.position));
  let unseen = [];
  let saidAt = 0;
  let unsaid = 0;

  document.addEventListener("pulse", (event) => {
    if (one(".past")) return; // said for the page that stood here before: the past does not move
    const now = JSON.parse(event.detail.data);
    fresh(now);
    if (now.facts !== undefined && one("#timeline") && rows() !== now.facts) refetch();
    tick();
  });

  // The page holds another number of facts than it should: it is read again, once at a time.
  let fetching = false;
  async function refetch() {
    if (fetching) return;
    fetching = true;
    try {
      await htmx.ajax("GET", location.pathname + location.search, {
        source: one("#timeline"), target: "#timeline", select: "#timeline", swap: "outerMorph",
      });
      notice();
    } finally {
      fetching = false;
    }
  }

  document.addEventListener("htmx:sse:after:message", (event) => {
    if (event.detail.message.event) return;
    heard = Date.now();
    notice();
    tick();
  });

  // Marks the rows that were not there before, and tells of them: politely, and not more than every 5 s.
  function notice() {
    const now = all("[data-position]").filter((row) => row.id.startsWith("fact-"));
    const added = now.filter((row) => !known.has(row.dataset.position));
    known = new Set(now.map((row) => row.dataset.position));
    if (added.length === 0) return;
    for (const row of added) row.dataset.fresh = "";
    unseen.push(...added.filter((row) => !visible(row)));
    pill();
    unsaid += added.length;
    const wait = Math.max(0, saidAt + 5_000 - Date.now());
    setTimeout(say, wait);
  }

  function count(n) {
    const live = one("#live");
    return n === 1 ? live.dataset.freshOne : live.dataset.freshMany.replace("{n}", n);
  }

  function say() {
    if (unsaid === 0) return;
    one("#said").textContent = count(unsaid);
    unsaid = 0;
    saidAt = Date.now();
  }

  function visible(row) {
    const box = row.getBoundingClientRect();
    return box.bottom > 0 && box.top < innerHeight;
  }

  function pill() {
    const place = one("#pill");
    if (!place) return;
    unseen = unseen.filter((row) => row.isConnected);
    place.hidden = unseen.length === 0;
    if (!place.hidden) one("button", place).textContent = "▲ " + count(unseen.length);
  }

  function showFresh() {
    const row = unseen.at(-1);
    if (!row) return;
    unseen = [];
    pill();
    row.scrollIntoView({ block: "center", behavior: calm.matches ? "auto" : "smooth" });
    row.focus({ preventScroll: true });
  }
  document.addEventListener("scroll", () => {
    if (unseen.length === 0) return;
    unseen = unseen.filter((row) => !visible(row));
    pill();
  }, { passive: true });

  // --- Time that is left ----------------------------------------------------------------------------------

  let skew = 0;
  function words(seconds) {
    const s = Math.abs(seconds);
    const d = Math.floor(s / 86400), h = Math.floor((s % 86400) / 3600), m = Math.floor((s % 3600) / 60);
    const [dd, hh, mm] = zh ? ["天", "小时", "分"] : [" d", " h", " min"];
    const parts = d ? [[d, dd], [h, hh]] : h ? [[h, hh], [m, mm]] : [[m, mm]];
    const said = parts.filter(([n]) => n > 0).map(([n, unit]) => n + unit);
    if (said.length === 0) return zh ? "不足 1 分" : "under 1 min";
    return said.join(zh ? "" : " ");
  }

  function tick() {
    for (const left of all("[data-due]")) {
      const seconds = Math.trunc((Date.parse(left.dataset.due) - Date.now() - skew) / 1000);
      const text = (seconds < 0 ? left.dataset.over : left.dataset.left).replace("{}", words(seconds));
      if (left.textContent !== text) left.textContent = text;
      left.classList.toggle("over", seconds < 0);
    }
  }
  const made = one("#live-at");
  if (made) skew = Date.parse(made.dateTime) - Date.now();
  setInterval(tick, 10_000);

  // --- Small things ---------------------------------------------------------------------------------------

  function dress() {
    for (const button of all("button.copy, button.fold")) button.hidden = false;
  }
  dress();
  document.addEventListener("htmx:after:swap", dress);

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button");
    if (button?.matches(".copy")) {
      await navigator.clipboard.writeText(one("code", button.parentElement).textContent);
      const before = button.textContent;
      button.textContent = button.dataset.copied;
      setTimeout(() => { button.textContent = before; }, 2_000);
    }
    if (button?.matches(".fold")) {
      const open = button.textContent === button.dataset.unfold;
      for (const fact of all("#timeline details")) fact.open = open;
      button.textContent = open ? button.dataset.fold : button.dataset.unfold;
    }
    if (button?.closest("#pill")) showFresh();
    const help = event.target.closest("a[data-help]");
    if (help && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      one("#help")?.showModal();
    }
  });

  // The slider says where it stands while it moves; letting it go opens the page of that moment.
  document.addEventListener("input", (event) => {
    if (event.target.id !== "fact") return;
    const mark = all("#look-marks option")[event.target.valueAsNumber - 1];
    if (!mark) return;
    one("#look-said").textContent = mark.label;
    event.target.setAttribute("aria-valuetext", mark.label);
  });

  // --- Keyboard -------------------------------------------------------------------------------------------

  function move(step) {
    const rows = all(".row, .fact").filter((row) => row.offsetParent !== null);
    if (rows.length === 0) return;
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const next = rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? 0 : at + step))];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  function open() {
    const row = document.activeElement?.closest(".row, .fact");
    const fact = row && one("details", row);
    if (fact) fact.open = !fact.open;
    else one("a.num", row ?? document.createElement("p"))?.click();
  }

  const keys = {
    "/": () => one("#find")?.focus(),
    j: () => move(1),
    k: () => move(-1),
    o: open,
    h: () => one("#look-before")?.click(),
    l: () => one("#look-after")?.click(),
    ".": showFresh,
    "?": () => one("#help")?.showModal(),
  };
  const places = { w: "/", c: "/cases" };
  let going = 0;

  document.addEventListener("keydown", (event) => {
    if (document.body.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=range]), select, textarea, dialog")) return;
    if (event.key === "Enter" && event.target.matches(".row, .fact")) return open();
    if (!one("#find")) return; // nobody has signed in
    if (Date.now() - going < 1_500 && places[event.key]) {
      event.preventDefault();
      location.href = places[event.key];
      return;
    }
    going = event.key === "g" ? Date.now() : 0;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
})();
