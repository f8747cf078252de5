//! Documents that agencies send. All people are invented.

use super::client::Caller;
use super::site::Server;
use serde_json::{Value, json};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// So many minutes before this test began, by the clocks of the demo district.
#[allow(clippy::disallowed_methods, reason = "a test lives in real time")]
fn ago(minutes: i64) -> String {
    let at = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(minutes);
    at.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8)))
        .strftime("%Y-%m-%dT%H:%M:00+08:00")
        .to_string()
}

/// So many seconds from now.
#[allow(clippy::disallowed_methods, reason = "a test lives in real time")]
pub fn soon(seconds: i64) -> String {
    (jiff::Timestamp::now() + jiff::SignedDuration::from_secs(seconds)).to_string()
}

/// When everything happened, by the word of those who say it: just now, so that no clock is missed meanwhile.
pub fn when() -> &'static str {
    static WHEN: LazyLock<String> = LazyLock::new(|| ago(10));
    &WHEN
}

/// The day of that, as a coarse fact names it.
pub fn today() -> String {
    format!("{}T00:00:00Z", &when()[..10])
}

/// When it was discovered: before it was said.
pub fn discovered() -> &'static str {
    static DISCOVERED: LazyLock<String> = LazyLock::new(|| ago(23));
    &DISCOVERED
}

/// A new lower-case UUID: unique within this run.
pub fn uuid() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{:08x}-0000-4000-8000-{number:012x}", std::process::id())
}

/// A CloudEvent of an agency.
pub fn event(agency: &str, kind: &str, subject: Option<&str>, data: Value) -> Value {
    let mut event = json!({
        "specversion": "1.0", "id": uuid(), "source": format!("/999901/{agency}"), "type": kind,
        "time": when(), "datacontenttype": "application/json", "data": data,
    });
    if let Some(subject) = subject {
        event["subject"] = subject.into();
    }
    event
}

/// What a mandated report says. `words` stands in its narrative.
pub fn report_data(to: &str, words: &str) -> Value {
    json!({
        "discovered_at": discovered(), "filed_to": to, "reporter_type": "medical", "situation_code": "R2",
        "children": [{"label": "A", "age_band": "6-13", "sex": "female"}],
        "reporter": {"name": "测试丁", "phone": "0999-5550101", "position": "妇科主治医师"},
        "child_identity": [{"label": "A", "name": "测试甲", "id_number": "99990120130405002X"}],
        "narrative": words,
    })
}

/// A mandated report.
pub fn report(agency: &str, to: &str, words: &str) -> Value {
    event(agency, "mandatory-reporting.report-filed.v1", None, report_data(to, words))
}

/// As large a report as the contract admits with some ease: about 100 KiB.
pub fn large_report(agency: &str, to: &str) -> Value {
    let mut report = report(agency, to, &"𠮷".repeat(8_000));
    report["data"]["first_check"] = "𠮷".repeat(4_000).into();
    let child =
        json!({"label": "A", "name": "测试甲", "address": "𠮷".repeat(200), "school": "𠮷".repeat(100)});
    report["data"]["child_identity"] = vec![child; 20].into();
    report
}

/// A case as one of its agencies knows it: its history, and the report that it began with.
pub struct Case {
    pub subject: String,
    pub report: String,
    /// The receipt of the report.
    pub receipt: Value,
}

impl Case {
    /// The hospital has reported to the police station.
    #[track_caller]
    pub fn filed(server: &Server) -> Self {
        Self::filed_as(server, &report("hsp-01", "psb-03", "体检时发现多处陈旧性伤痕。"))
    }

    /// The hospital has reported with this document.
    #[track_caller]
    pub fn filed_as(server: &Server, report: &Value) -> Self {
        Self::of(&server.agency("hsp-01"), report)
    }

    /// Somebody has reported with this document.
    #[track_caller]
    pub fn of(publisher: &Caller, report: &Value) -> Self {
        let receipt = publisher.admitted(report);
        let (subject, report) = (receipt["subject"].as_str().unwrap(), report["id"].as_str().unwrap());
        Self { subject: subject.to_owned(), report: report.to_owned(), receipt }
    }

    /// The same, acknowledged by the police station and opened by the coordinator under the lead of the police.
    #[track_caller]
    pub fn opened(server: &Server) -> Self {
        let case = Self::filed(server);
        server.agency("psb-03").admitted(&case.acknowledged("psb-03"));
        server.agency("wbo").admitted(&case.opened_by_coordinator());
        case
    }

    /// Where the report stands in the ledger.
    pub fn reference(&self) -> String {
        format!("{}.{}", self.receipt["sequence"], self.receipt["ordinal"])
    }

    /// Any fact on this case.
    pub fn says(&self, agency: &str, kind: &str, data: Value) -> Value {
        event(agency, kind, Some(&self.subject), data)
    }

    /// Somebody confirms that it holds the report.
    pub fn acknowledged(&self, agency: &str) -> Value {
        let data = json!({"report": self.report, "acknowledged_at": when(), "receipt_no": "JB-2026-000317"});
        self.says(agency, "intake.report-acknowledged.v1", data)
    }

    /// The police accept the report.
    pub fn accepted(&self, agency: &str) -> Value {
        let data = json!({"report": self.report, "accepted_at": when(), "receipt_no": "J9999010320260112"});
        self.says(agency, "mandatory-reporting.police-accepted.v1", data)
    }

    /// The coordinator opens the case; the police lead.
    pub fn opened_by_coordinator(&self) -> Value {
        let children = json!([{"label": "A", "age_band": "6-13", "sex": "female"}]);
        let data = json!({"opened_at": when(), "reports": [self.report], "children": children, "lead": "psb",
                          "summary": "需多部门协同保护。"});
        self.says("wbo", "intake.case-opened.v1", data)
    }

    /// The coordinator asks an agency for counselling.
    pub fn referred_to(&self, agency: &str, request: &str) -> Value {
        let data = json!({"to": agency, "purpose": "counselling", "urgency": "emergency", "children": ["A"],
                          "request": request});
        self.says("wbo", "referral.made.v1", data)
    }

    /// An agency answers a referral: `received`, `accepted` or `returned`.
    pub fn answered(&self, agency: &str, step: &str, referral: &Value) -> Value {
        let mut data = json!({"referral": referral["id"], (format!("{step}_at")): when()});
        if step == "returned" {
            data["reason_code"] = "no-capacity".into();
        }
        self.says(agency, &format!("referral.{step}.v1"), data)
    }

    /// The police took measures at once.
    pub fn measures_taken(&self) -> Value {
        let data = json!({"measures": ["separated"], "taken_at": when(), "note": "由女警专人陪护。"});
        self.says("psb-03", "mandatory-reporting.emergency-measures-taken.v1", data)
    }
}
