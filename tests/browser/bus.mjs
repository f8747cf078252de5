// A bus of one's own: started in a folder that goes away with it, and the facts that agencies tell it.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A loopback port that nobody listens on. */
export async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

export class Bus {
  /** Starts a demo on an empty folder. */
  static async start(binary) {
    const bus = new Bus(binary, await freePort(), mkdtempSync(join(tmpdir(), "lianhu-browser-")));
    await bus.up();
    return bus;
  }

  constructor(binary, port, folder) {
    Object.assign(this, { binary, port, folder, url: `http://127.0.0.1:${port}`, log: "" });
  }

  /** Starts it, or starts it again: on the same port, over the same data. */
  async up() {
    const args = ["up", "--demo", "--empty", "--data", join(this.folder, "data"), "--listen", `127.0.0.1:${this.port}`];
    this.process = spawn(this.binary, args, { stdio: ["ignore", "pipe", "pipe"] });
    for (const pipe of [this.process.stdout, this.process.stderr]) {
      pipe.on("data", (text) => { this.log = (this.log + text).slice(-8_000); });
    }
    for (let tries = 0; tries < 300; tries += 1) {
      try {
        if ((await fetch(`${this.url}/readyz`)).ok) return;
      } catch { /* not yet */ }
      if (this.process.exitCode !== null) break;
      await sleep(100);
    }
    throw new Error(`the bus did not come up:\n${this.log}`);
  }

  /** As a power cut does it. */
  kill() {
    return this.signal("SIGKILL");
  }

  /** As an operator does it. */
  stop() {
    return this.signal("SIGTERM");
  }

  async signal(name) {
    const gone = new Promise((done) => this.process.once("exit", done));
    this.process.kill(name);
    await gone;
  }

  async end() {
    if (this.process.exitCode === null && this.process.signalCode === null) await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Publishes a fact; answers its receipt. */
  async tell(agency, type, data, { id, subject, time } = {}) {
    const event = {
      specversion: "1.0",
      id: id ?? crypto.randomUUID(),
      source: `/999901/${agency}`,
      type,
      time: time ?? new Date().toISOString(),
      ...(subject ? { subject } : {}),
      data,
    };
    const answer = await fetch(`${this.url}/v1/events`, {
      method: "POST",
      headers: { authorization: `Bearer demo-${agency}`, "content-type": "application/cloudevents+json" },
      body: JSON.stringify(event),
    });
    const receipt = await answer.json();
    if (!answer.ok) throw new Error(`${type} by ${agency}: ${answer.status} ${JSON.stringify(receipt)}`);
    return receipt;
  }
}

const minutesAgo = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();

/** A case up to its first referral, as the README walks it. */
export async function walk(bus, { grade = "L4", refer = true, ago = 90 } = {}) {
  const at = (minutes) => ({ time: minutesAgo(ago - minutes) });
  const report = crypto.randomUUID();
  const filed = await bus.tell("hsp-01", "mandatory-reporting.report-filed.v1", {
    discovered_at: minutesAgo(ago + 13), filed_to: "psb-03", reporter_type: "medical", situation_code: "R2",
    children: [{ label: "A", age_band: "6-13", sex: "female" }],
    reporter: { name: "测试乙" }, child_identity: [{ label: "A", name: "测试甲" }],
    narrative: "接诊时发现可疑情形，已留院观察。陪同人员对受伤经过的说法前后不一。",
  }, { id: report, ...at(0) });
  const subject = filed.subject;
  const about = (minutes) => ({ subject, ...at(minutes) });
  await bus.tell("psb-03", "intake.report-acknowledged.v1", { report, acknowledged_at: minutesAgo(ago - 3) }, about(3));
  await bus.tell("psb-03", "mandatory-reporting.police-accepted.v1",
    { report, accepted_at: minutesAgo(ago - 7), receipt_no: "PSB03-2026-0117" }, about(7));
  await bus.tell("wbo", "intake.case-opened.v1", {
    opened_at: minutesAgo(ago - 20), reports: [report],
    children: [{ label: "A", age_band: "6-13", sex: "female" }], lead: "psb",
  }, about(20));
  if (grade) {
    await bus.tell("wbo", "follow-up.risk-grade-assigned.v1", {
      grade, scheme: "district-five-grades", scheme_version: "2026.1", assigned_at: minutesAgo(ago - 24),
    }, about(24));
  }
  let referral;
  if (refer) {
    referral = crypto.randomUUID();
    await bus.tell("wbo", "referral.made.v1", {
      to: "ngo-07", purpose: "counselling", urgency: "emergency", respond_by: minutesAgo(-180),
      request: "请派女性心理咨询师到一站式场所，询问前评估儿童状态并全程陪伴。",
    }, { id: referral, ...about(30) });
  }
  return { subject, report, referral };
}
