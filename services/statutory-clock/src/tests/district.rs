//! The clocks of the district, one after the other: what starts each, by when it is due, what stops it, and what it
//! says when that is done in time, too late or never. Those of Incident A stand beside that incident.

mod own;

use super::*;
use crate::{Due, Owner, Verdict};
use std::collections::BTreeSet;

/// One clock. A fact is written as `name agency minute type {clear}`: `@name` is the id of a fact, `@now` its minute.
struct Golden {
    clock: &'static str,
    /// Who owes it.
    owner: &'static str,
    /// What leads to it; the last of these starts it.
    start: &'static [&'static str],
    /// By when.
    due: &'static str,
    /// What stops it, in time.
    stop: &'static str,
    /// A minute at which the same is too late; empty where nothing is.
    late: &'static str,
    /// What it says long after, when nothing has happened.
    never: Verdict,
}

/// Long after everything.
const AFTER: &str = "2027-11-30 12:00";

/// Every row: the clocks of the study, and those of the district alone.
fn table() -> impl Iterator<Item = &'static Golden> {
    TABLE.iter().chain(own::TABLE)
}

#[rustfmt::skip]
const TABLE: &[Golden] = &[
    // Police.
    Golden { clock: "K04", owner: "psb-03", late: "2026-03-03 10:31", never: Verdict::Missed,
        start: &[r#"accept psb-03 2026-03-02T10:30 mandatory-reporting.police-accepted.v1 {"report": "@report", "accepted_at": "@now", "competent": false}"#],
        due: "2026-03-03 10:30",
        stop: r#"forward psb-03 2026-03-03T10:30 intake.report-forwarded.v1 {"report": "@report", "to": "psb-05", "forwarded_at": "@now"}"# },
    Golden { clock: "K05", owner: "psb-03", late: "2026-03-03 10:31", never: Verdict::Missed,
        start: &[r#"accept psb-03 2026-03-02T10:30 mandatory-reporting.police-accepted.v1 {"report": "@report", "accepted_at": "@now", "matters": ["administrative"]}"#],
        due: "2026-03-03 10:30",
        stop: r#"admin psb-03 2026-03-02T18:00 mandatory-reporting.administrative-case-accepted.v1 {"report": "@report", "accepted_at": "@now"}"# },
    Golden { clock: "K06", owner: "psb-03", late: "2026-04-08 00:00", never: Verdict::Missed,
        start: &[r#"accept psb-03 2026-04-03T10:30 mandatory-reporting.police-accepted.v1 {"report": "@report", "accepted_at": "@now"}"#],
        due: "2026-04-07", // 04-06 is Qingming
        stop: r#"decline psb 2026-04-07T23:59 mandatory-reporting.case-filing-declined.v1 {"report": "@report", "declined_at": "@now"}"# },
    Golden { clock: "K08", owner: "psb", late: "2026-04-08 00:00", never: Verdict::Missed,
        start: &[r#"report hsp-01 2026-04-01T09:00 mandatory-reporting.report-filed.v1 {"discovered_at": "@now", "filed_to": "psb-03", "situation_code": "R4"}"#,
                 r#"admin psb 2026-04-03T10:30 mandatory-reporting.administrative-case-accepted.v1 {"report": "@report", "accepted_at": "@now"}"#],
        due: "2026-04-07",
        stop: r#"told psb 2026-04-07T10:00 justice.reporter-feedback-sent.v1 {"report": "@report", "kind": "progress", "sent_at": "@now"}"# },
    Golden { clock: "K10", owner: "psb", late: "2026-03-10 00:00", never: Verdict::Missed,
        start: &[r#"decline psb 2026-03-05T10:00 mandatory-reporting.case-filing-declined.v1 {"report": "@report", "declined_at": "@now"}"#],
        due: "2026-03-09", // 03-08 is a Sunday
        stop: r#"served psb 2026-03-09T09:00 justice.decision-served.v1 {"decision": "@decline", "served_at": "@now"}"# },
    Golden { clock: "K11a", owner: "hsp-01", late: "2026-03-14 00:00", never: Verdict::Expired,
        start: &[r#"decline psb 2026-03-05T10:00 mandatory-reporting.case-filing-declined.v1 {"report": "@report", "declined_at": "@now"}"#,
                 r#"served psb 2026-03-06T09:00 justice.decision-served.v1 {"decision": "@decline", "served_at": "@now", "to": "hsp-01"}"#],
        due: "valid 2026-03-13",
        stop: r#"ask psb 2026-03-13T16:00 mandatory-reporting.reconsideration-requested.v1 {"decision": "@decline", "stage": "reconsideration", "to": "psb", "requested_at": "@now"}"# },
    Golden { clock: "K11b", owner: "psb", late: "2026-04-14 00:00", never: Verdict::Missed,
        start: &[r#"ask psb 2026-03-13T16:00 mandatory-reporting.reconsideration-requested.v1 {"decision": "@decline", "stage": "reconsideration", "to": "psb", "requested_at": "@now"}"#],
        due: "2026-04-13", // 04-12 is a Sunday
        stop: r#"decide psb 2026-04-13T09:00 mandatory-reporting.reconsideration-decided.v1 {"request": "@ask", "stage": "reconsideration", "outcome": "upheld", "decided_at": "@now"}"# },
    Golden { clock: "K11c", owner: "?", late: "2026-04-21 00:00", never: Verdict::Expired,
        start: &[r#"decide psb 2026-04-13T09:00 mandatory-reporting.reconsideration-decided.v1 {"request": "@ask", "stage": "reconsideration", "outcome": "upheld", "decided_at": "@now"}"#],
        due: "valid 2026-04-20",
        stop: r#"again psb 2026-04-20T09:00 mandatory-reporting.reconsideration-requested.v1 {"decision": "@decide", "stage": "review", "to": "psb", "requested_at": "@now"}"# },
    Golden { clock: "K11d", owner: "psb", late: "2026-05-21 00:00", never: Verdict::Missed,
        start: &[r#"again psb 2026-04-20T09:00 mandatory-reporting.reconsideration-requested.v1 {"decision": "@decide", "stage": "review", "to": "psb", "requested_at": "@now"}"#],
        due: "2026-05-20",
        stop: r#"final psb 2026-05-20T09:00 mandatory-reporting.reconsideration-decided.v1 {"request": "@again", "stage": "review", "outcome": "case-to-be-filed", "decided_at": "@now"}"# },
    Golden { clock: "K12a", owner: "psb", late: "2026-03-06 00:00", never: Verdict::Missed,
        start: &[r#"hand edu 2026-03-02T10:00 mandatory-reporting.suspected-crime-transferred.v1 {"to": "psb", "transferred_at": "@now"}"#],
        due: "2026-03-05",
        stop: r#"filed psb 2026-03-05T10:00 mandatory-reporting.criminal-case-filed.v1 {"report": "@report", "filed_at": "@now"}"# },
    Golden { clock: "K12c", owner: "edu", late: "2026-03-06 00:00", never: Verdict::Missed,
        start: &[r#"papers psb 2026-03-02T16:00 mandatory-reporting.papers-requested.v1 {"transfer": "@hand", "to": "edu", "received_at": "2026-03-02T10:00:00+08:00", "requested_at": "@now"}"#],
        due: "2026-03-05",
        stop: r#"handed edu 2026-03-05T10:00 mandatory-reporting.papers-supplemented.v1 {"request": "@papers", "supplemented_at": "@now"}"# },
    Golden { clock: "K13", owner: "psb", late: "2026-03-10 00:00", never: Verdict::Missed,
        start: &[r#"why pro 2026-03-02T10:00 justice.non-filing-reasons-requested.v1 {"report": "@report", "to": "psb", "requested_at": "@now", "due": "2026-03-09"}"#],
        due: "2026-03-09",
        stop: r#"reason psb 2026-03-09T10:00 justice.non-filing-reasons-provided.v1 {"request": "@why", "to": "pro", "provided_at": "@now"}"# },
    Golden { clock: "K14", owner: "psb", late: "2026-03-18 00:00", never: Verdict::Missed,
        start: &[r#"order pro 2026-03-02T10:00 justice.filing-ordered.v1 {"report": "@report", "to": "psb", "ordered_at": "@now"}"#],
        due: "2026-03-17",
        stop: r#"filed psb 2026-03-17T10:00 mandatory-reporting.criminal-case-filed.v1 {"report": "@report", "filed_at": "@now"}"# },
    Golden { clock: "K15", owner: "pro", late: "2026-03-13 00:00", never: Verdict::Missed,
        start: &[r#"review pro 2026-03-02T10:00 justice.non-filing-reasons-reviewed.v1 {"reasons": "@reason", "valid": true, "reviewed_at": "@now"}"#],
        due: "2026-03-12",
        stop: r#"served pro 2026-03-12T10:00 justice.decision-served.v1 {"decision": "@review", "served_at": "@now"}"# },
    Golden { clock: "K16", owner: "psb-03", late: "2026-04-02 00:00", never: Verdict::Missed,
        start: &[r#"admin psb-03 2026-03-02T10:00 mandatory-reporting.administrative-case-accepted.v1 {"report": "@report", "accepted_at": "@now"}"#],
        due: "2026-04-01",
        stop: r#"done psb-03 2026-04-01T10:00 mandatory-reporting.administrative-case-decided.v1 {"case": "@admin", "outcome": "punished", "decided_at": "@now"}"# },
    Golden { clock: "K20a", owner: "wbo", late: "2026-03-06 00:00", never: Verdict::Missed,
        start: &[r#"lead hl1 2026-03-02T10:00 intake.lead-received.v1 {"channel": "online", "received_at": "@now", "addressed_to": "wbo"}"#],
        due: "2026-03-05",
        stop: r#"ack wbo 2026-03-05T10:00 intake.report-acknowledged.v1 {"report": "@lead", "acknowledged_at": "@now"}"# },
    Golden { clock: "K20b", owner: "wbo", late: "2026-06-03 00:00", never: Verdict::Missed,
        start: &[r#"lead hl1 2026-03-02T10:00 intake.lead-received.v1 {"channel": "online", "received_at": "@now", "addressed_to": "wbo"}"#],
        due: "2026-06-02",
        stop: r#"told wbo 2026-06-02T10:00 justice.reporter-feedback-sent.v1 {"report": "@lead", "kind": "outcome", "sent_at": "@now"}"# },
    Golden { clock: "K21", owner: "psb-03", late: "", never: Verdict::Running,
        start: &[r#"accept psb-03 2026-03-02T10:30 mandatory-reporting.police-accepted.v1 {"report": "@report", "accepted_at": "@now", "matters": ["criminal", "domestic-violence"]}"#],
        due: "at once",
        stop: r#"there psb-03 2026-03-02T10:45 mandatory-reporting.emergency-measures-taken.v1 {"measures": ["separated"], "taken_at": "@now"}"# },
    Golden { clock: "K22", owner: "psb-03", late: "", never: Verdict::Running,
        start: &[r#"remove psb-03 2026-03-02T20:05 guardianship.child-removed.v1 {"removed_at": "@now", "ground": "no-care"}"#],
        due: "at once",
        stop: r#"placed psb-03 2026-03-02T21:10 guardianship.placement-handed-over.v1 {"to": "mpc", "handed_over_at": "@now"}"# },
    Golden { clock: "K27", owner: "psb-03", late: "2026-03-10 00:00", never: Verdict::Missed,
        start: &[r#"warn psb-03 2026-03-02T20:05 justice.warning-letter-issued.v1 {"issued_at": "@now"}"#],
        due: "2026-03-09",
        stop: r#"look vil-03 2026-03-09T09:00 justice.order-follow-up-recorded.v1 {"order": "@warn", "recorded_at": "@now"}"# },
    // Court, procuratorate, legal aid.
    Golden { clock: "K18", owner: "pro", late: "2027-03-03 00:00", never: Verdict::Missed,
        start: &[r#"cond pro 2026-03-02T10:00 justice.prosecution-decided.v1 {"outcome": "conditional", "decided_at": "@now"}"#],
        due: "2027-03-02",
        stop: r#"drop pro 2026-09-02T10:00 justice.prosecution-decided.v1 {"outcome": "not-prosecute", "decided_at": "@now"}"# },
    Golden { clock: "K24", owner: "wfd", late: "2026-03-11 00:00", never: Verdict::Expired,
        start: &[r#"apply wfd 2026-03-02T10:00 guardianship.protection-order-applied.v1 {"to": "crt", "urgent": false, "applied_at": "@now"}"#,
                 r#"refuse crt 2026-03-04T10:00 guardianship.protection-order-decided.v1 {"application": "@apply", "granted": false, "decided_at": "@now"}"#],
        due: "valid 2026-03-09",
        stop: r#"review crt 2026-03-09T16:00 guardianship.protection-order-reviewed.v1 {"application": "@apply", "requested_at": "@now", "decided_at": "@now", "outcome": "upheld"}"# },
    Golden { clock: "K33", owner: "crt", late: "2026-04-02 00:00", never: Verdict::Missed,
        start: &[r#"petit cab 2026-03-02T10:00 guardianship.revocation-petitioned.v1 {"to": "crt", "petitioned_at": "@now"}"#],
        due: "2026-04-01",
        stop: r#"judge crt 2026-04-01T10:00 guardianship.revocation-decided.v1 {"petition": "@petit", "outcome": "revoked", "decided_at": "@now"}"# },
    Golden { clock: "K34", owner: "?", late: "2027-03-03 00:00", never: Verdict::Expired,
        start: &[r#"judge crt 2026-03-02T10:00 guardianship.revocation-decided.v1 {"petition": "@petit", "outcome": "revoked", "decided_at": "@now"}"#],
        due: "valid 2027-03-02",
        stop: r#"back crt 2026-06-02T10:00 guardianship.restoration-decided.v1 {"revocation": "@judge", "outcome": "restored", "decided_at": "@now"}"# },
    Golden { clock: "K30", owner: "police", late: "2026-09-03 00:00", never: Verdict::Missed,
        start: &[r#"search psb 2026-03-02T14:00 guardianship.guardian-search-started.v1 {"started_at": "@now"}"#],
        due: "2026-09-02",
        stop: r#"found psb 2026-09-02T10:00 guardianship.guardian-search-concluded.v1 {"search": "@search", "finding": "found", "concluded_at": "@now"}"# },
    Golden { clock: "K31", owner: "mpc", late: "2026-03-05 00:00", never: Verdict::Missed,
        start: &[r#"notify mpc 2026-03-02T09:00 guardianship.guardian-notified-to-collect.v1 {"notified_at": "@now", "due": "2026-03-04"}"#],
        due: "2026-03-04", // the day that the institution named is before the third
        stop: r#"return mpc 2026-03-04T09:00 guardianship.child-returned.v1 {"returned_at": "@now"}"# },
    Golden { clock: "K55b", owner: "lac", late: "2026-03-07 00:00", never: Verdict::Missed,
        start: &[r#"ask psb 2026-03-03T10:00 justice.legal-aid-notified.v1 {"to": "lac", "found_at": "2026-03-02T10:00:00+08:00", "notified_at": "@now"}"#],
        due: "2026-03-06",
        stop: r#"assign lac 2026-03-06T10:00 justice.legal-aid-assigned.v1 {"application": "@ask", "to": "lac", "assigned_at": "@now"}"# },
    Golden { clock: "K58", owner: "hlt", late: "2026-06-11 00:00", never: Verdict::Missed,
        start: &[r#"suggest pro 2026-04-10T17:00 governance.suggestion-issued.v1 {"basis": "general", "to": "hlt", "issued_at": "@now"}"#],
        due: "2026-06-10",
        stop: r#"reply hlt 2026-06-10T10:00 governance.suggestion-replied.v1 {"suggestion": "@suggest", "replied_at": "@now"}"# },
    Golden { clock: "K62", owner: "crt", late: "2026-09-05 00:00", never: Verdict::Missed,
        start: &[r#"judged crt 2026-08-20T10:00 justice.judgment-delivered.v1 {"delivered_at": "@now", "effective_at": "2026-09-01T00:00:00+08:00", "to_be_sealed": true}"#],
        due: "2026-09-04",
        stop: r#"seal crt 2026-09-04T10:00 justice.record-sealed.v1 {"sealed_at": "@now", "to": ["psb"]}"# },
    // Register.
    Golden { clock: "K38", owner: "care-centre", late: "", never: Verdict::Running,
        start: &[r#"worry vil-03 2026-03-02T10:00 follow-up.visit-concern-raised.v1 {"raised_at": "@now", "concern_code": "carer-unfit"}"#],
        due: "at once",
        stop: r#"assess mpc 2026-03-04T10:00 guardianship.guardianship-assessed.v1 {"purpose": "initial", "assessed_at": "@now"}"# },
    Golden { clock: "K40", owner: "vil-03", late: "2025-03-20 00:00", never: Verdict::Missed,
        start: &[r#"child vil-03 2025-03-12T09:00 follow-up.child-registered.v1 {"registered_at": "@now", "categories": ["left-behind"]}"#],
        due: "2025-03-19",
        stop: r#"visit vil-03 2025-03-18T10:20 follow-up.home-visit-completed.v1 {"started_at": "@now", "ended_at": "@now"}"# },
    Golden { clock: "K47a", owner: "twn-01", late: "2026-03-24 00:00", never: Verdict::Missed,
        start: &[r#"apply vil-03 2026-03-02T10:00 welfare.benefit-applied.v1 {"to": "twn-01", "kind": "unattended-child-allowance", "applied_at": "@now"}"#],
        due: "2026-03-23",
        stop: r#"check twn-01 2026-03-23T10:00 welfare.benefit-verified.v1 {"application": "@apply", "result": "meets-conditions", "verified_at": "@now"}"# },
    Golden { clock: "K47b", owner: "civil-affairs", late: "2026-04-14 00:00", never: Verdict::Missed,
        start: &[r#"apply vil-03 2026-03-02T10:00 welfare.benefit-applied.v1 {"to": "twn-01", "kind": "unattended-child-allowance", "applied_at": "@now"}"#,
                 r#"check twn-01 2026-03-20T10:00 welfare.benefit-verified.v1 {"application": "@apply", "result": "meets-conditions", "verified_at": "@now"}"#],
        due: "2026-04-13", // 04-06 is Qingming
        stop: r#"grant cab 2026-04-13T10:00 welfare.benefit-confirmed.v1 {"application": "@apply", "confirmed_at": "@now"}"# },
    // School.
    Golden { clock: "K48", owner: "school", late: "", never: Verdict::Running,
        start: &[r#"bully sch-12 2026-03-02T10:00 education.bullying-reported.v1 {"reported_at": "@now"}"#],
        due: "at once",
        stop: r#"open sch-12 2026-03-02T11:00 education.bullying-investigation-opened.v1 {"report": "@bully", "opened_at": "@now"}"# },
    Golden { clock: "K49", owner: "sch-12", late: "2026-03-13 00:00", never: Verdict::Missed,
        start: &[r#"open sch-12 2026-03-02T11:00 education.bullying-investigation-opened.v1 {"report": "@bully", "opened_at": "@now"}"#],
        due: "2026-03-12",
        stop: r#"result sch-12 2026-03-12T11:00 education.bullying-determined.v1 {"report": "@bully", "serious": false, "determined_at": "@now"}"# },
    Golden { clock: "K50", owner: "edu", late: "2026-03-18 00:00", never: Verdict::Missed,
        start: &[r#"appeal edu 2026-03-02T11:00 education.bullying-appeal-filed.v1 {"report": "@bully", "filed_at": "@now"}"#],
        due: "2026-03-17",
        stop: r#"result edu 2026-03-17T11:00 education.bullying-appeal-decided.v1 {"appeal": "@appeal", "decided_at": "@now"}"# },
    Golden { clock: "K51", owner: "sch-12", late: "", never: Verdict::Running,
        start: &[r#"result sch-12 2026-03-12T11:00 education.bullying-determined.v1 {"report": "@bully", "serious": true, "determined_at": "@now"}"#],
        due: "at once",
        stop: r#"report sch-12 2026-03-12T12:00 mandatory-reporting.report-filed.v1 {"discovered_at": "@now", "filed_to": "edu", "situation_code": "R9"}"# },
    Golden { clock: "K52", owner: "sch-12", late: "2026-03-31 08:00", never: Verdict::Missed,
        start: &[r#"absent sch-12 2026-03-09T10:00 education.suspected-dropout-reported.v1 {"absent_since": "2026-03-02", "reported_at": "@now"}"#],
        due: "2026-03-30",
        stop: r#"back sch-12 2026-03-30T08:00 education.return-to-school-confirmed.v1 {"report": "@absent"}"# },
    Golden { clock: "K54", owner: "sch-12", late: "", never: Verdict::Running,
        start: &[r#"alert sch-12 2026-03-02T10:00 health.psych-alert-raised.v1 {"raised_at": "@now", "grade": "red"}"#],
        due: "at once",
        stop: r#"help mhc 2026-03-02T10:30 health.psych-intervention-started.v1 {"alert": "@alert", "started_at": "@now"}"# },
    // Hiring, hotels, data, duties that come again.
    Golden { clock: "K59", owner: "emp-02", late: "", never: Verdict::Running,
        start: &[r#"check emp-02 2026-03-02T10:00 governance.employment-check-requested.v2 {"scope": "before-hiring", "requested_at": "@now"}"#],
        due: "at once",
        stop: r#"result psb 2026-03-03T10:00 governance.employment-check-returned.v1 {"request": "@check", "returned_at": "@now"}"# },
    Golden { clock: "K60", owner: "emp-02", late: "2027-03-03 00:00", never: Verdict::Missed,
        start: &[r#"check emp-02 2026-03-02T10:00 governance.employment-check-requested.v2 {"scope": "before-hiring", "requested_at": "@now"}"#],
        due: "2027-03-02",
        stop: r#"again emp-02 2027-03-02T10:00 governance.employment-check-requested.v2 {"scope": "whole-staff", "requested_at": "@now"}"# },
    Golden { clock: "K61", owner: "htl-08", late: "", never: Verdict::Running,
        start: &[r#"alert htl-08 2026-03-02T23:00 intake.indicator-alert-raised.v1 {"detected_at": "@now", "colour": "yellow"}"#],
        due: "at once",
        stop: r#"report htl-08 2026-03-02T23:10 mandatory-reporting.report-filed.v1 {"discovered_at": "@now", "filed_to": "psb-03", "situation_code": "R9"}"# },
    Golden { clock: "K46", owner: "cab", late: "2027-01-01 00:00", never: Verdict::Missed,
        start: &[r#"duty cab 2026-03-02T10:00 governance.periodic-duty-assigned.v1 {"duty": "migrant-children-update", "to": "cab", "assigned_at": "@now"}"#],
        due: "2026-12-31",
        stop: r#"done cab 2026-12-31T10:00 governance.periodic-duty-done.v1 {"assignment": "@duty", "done_at": "@now"}"# },
    Golden { clock: "K53a", owner: "sch-12", late: "2026-05-01 00:00", never: Verdict::Missed,
        start: &[r#"duty edu 2026-03-02T10:00 governance.periodic-duty-assigned.v1 {"duty": "dropout-monthly-report", "to": "sch-12", "assigned_at": "@now"}"#],
        due: "2026-04-30",
        stop: r#"done sch-12 2026-04-30T10:00 governance.periodic-duty-done.v1 {"assignment": "@duty", "done_at": "@now"}"# },
    Golden { clock: "K53b", owner: "edu", late: "2026-07-01 00:00", never: Verdict::Missed,
        start: &[r#"duty edu 2026-03-02T10:00 governance.periodic-duty-assigned.v1 {"duty": "dropout-quarterly-report", "to": "edu", "assigned_at": "@now"}"#],
        due: "2026-06-30",
        stop: r#"done edu 2026-06-30T10:00 governance.periodic-duty-done.v1 {"assignment": "@duty", "done_at": "@now"}"# },
    Golden { clock: "K66", owner: "edu", late: "2027-03-03 00:00", never: Verdict::Missed,
        start: &[r#"duty wbo 2026-03-02T10:00 governance.periodic-duty-assigned.v1 {"duty": "minors-data-audit", "to": "edu", "assigned_at": "@now"}"#],
        due: "2027-03-02",
        stop: r#"done edu 2027-03-02T10:00 governance.periodic-duty-done.v1 {"assignment": "@duty", "done_at": "@now"}"# },
    Golden { clock: "K67", owner: "edu", late: "2026-11-16 00:00", never: Verdict::Missed,
        start: &[r#"duty wbo 2026-03-02T10:00 governance.periodic-duty-assigned.v1 {"duty": "yearly-progress-report", "to": "edu", "assigned_at": "@now"}"#],
        due: "2026-11-15", // a Sunday: it does not move
        stop: r#"done edu 2026-11-13T10:00 governance.periodic-duty-done.v1 {"assignment": "@duty", "done_at": "@now"}"# },
    Golden { clock: "K68", owner: "cab", late: "2024-07-01 00:00", never: Verdict::Missed,
        start: &[r#"duty wbo 2024-04-01T10:00 governance.periodic-duty-assigned.v1 {"duty": "census-of-children", "to": "cab", "assigned_at": "@now"}"#],
        due: "2024-06-30",
        stop: r#"done cab 2024-06-30T10:00 governance.periodic-duty-done.v1 {"assignment": "@duty", "done_at": "@now"}"# },
    // Rounds: the first of each; what follows stands in `rounds`.
    Golden { clock: "K39", owner: "care-centre", late: "2027-03-13 00:00", never: Verdict::Missed,
        start: &[r#"child vil-03 2025-03-12T09:00 follow-up.child-registered.v1 {"registered_at": "@now", "categories": ["orphan"]}"#],
        due: "2027-03-12",
        stop: r#"assess mpc 2027-03-12T10:00 guardianship.guardianship-assessed.v1 {"purpose": "periodic", "assessed_at": "@now"}"# },
    Golden { clock: "K41", owner: "vil-03", late: "2025-04-13 00:00", never: Verdict::Missed,
        start: &[r#"child vil-03 2025-03-12T09:00 follow-up.child-registered.v1 {"registered_at": "@now", "categories": ["left-behind"]}"#],
        due: "2025-04-12",
        stop: r#"call vil-03 2025-04-12T10:00 follow-up.contact-made.v1 {"made_at": "@now"}"# },
    Golden { clock: "K42", owner: "vil-03", late: "2025-06-13 00:00", never: Verdict::Missed,
        start: &[r#"child vil-03 2025-03-12T09:00 follow-up.child-registered.v1 {"registered_at": "@now", "categories": ["left-behind"]}"#],
        due: "2025-06-12",
        stop: r#"visit vil-03 2025-06-11T08:30 follow-up.home-visit-completed.v1 {"started_at": "@now", "ended_at": "@now"}"# },
    Golden { clock: "K43a", owner: "vil-03", late: "2025-03-28 00:00", never: Verdict::Missed,
        start: &[r#"grade wst-01 2025-03-10T09:00 follow-up.risk-grade-assigned.v1 {"grade": "L2", "assigned_at": "@now"}"#,
                 r#"child vil-03 2025-03-12T09:00 follow-up.child-registered.v1 {"registered_at": "@now", "categories": ["left-behind"]}"#],
        due: "2025-03-27",
        stop: r#"call vil-03 2025-03-27T10:00 follow-up.contact-made.v1 {"made_at": "@now"}"# },
    Golden { clock: "K43b", owner: "vil-03", late: "2025-03-20 00:00", never: Verdict::Missed,
        start: &[r#"grade wst-01 2025-03-10T09:00 follow-up.risk-grade-changed.v1 {"from": "L2", "to": "L3", "changed_at": "@now"}"#,
                 r#"child vil-03 2025-03-12T09:00 follow-up.child-registered.v1 {"registered_at": "@now", "categories": ["left-behind"]}"#],
        due: "2025-03-19",
        stop: r#"visit vil-03 2025-03-19T10:20 follow-up.home-visit-completed.v1 {"started_at": "@now", "ended_at": "@now"}"# },
    Golden { clock: "K44", owner: "vil-03", late: "2025-03-28 00:00", never: Verdict::Missed,
        start: &[r#"entrust vil-03 2025-03-20T09:00 follow-up.care-entrusted.v1 {"entrusted_at": "@now"}"#],
        due: "2025-03-27",
        stop: r#"spoke vil-03 2025-03-27T20:00 follow-up.guardian-contact-confirmed.v1 {"week": "2025-W13", "confirmed_at": "@now"}"# },
    Golden { clock: "K45", owner: "civil-affairs", late: "2026-03-13 00:00", never: Verdict::Missed,
        start: &[r#"child vil-03 2025-03-12T09:00 follow-up.child-registered.v1 {"registered_at": "@now", "categories": ["left-behind"]}"#],
        due: "2026-03-12",
        stop: r#"look cab 2026-03-12T10:00 follow-up.file-inspected.v1 {"inspected_at": "@now"}"# },
];

/// A line of the table as a fact, or the same at another minute.
fn fact(line: &str, at_minute: Option<&str>) -> CaseFact {
    let words: Vec<_> = line.splitn(5, ' ').collect();
    let [name, agency, minute, kind, clear] = words[..] else { panic!("{line}") };
    let minute = at_minute.map_or(minute.replace('T', " "), str::to_owned);
    let mut clear = clear.replace("@now", &stamp(&minute));
    while let Some(place) = clear.find('@') {
        let rest = &clear[place + 1..];
        let end = rest.find('"').unwrap();
        clear = format!("{}{}{}", &clear[..place], id(&rest[..end]), &rest[end..]);
    }
    said(agency, &minute, name, kind, serde_json::from_str(&clear).unwrap())
}

fn first(facts: Vec<CaseFact>, golden: &Golden, rules: &Rules) -> Clock {
    let clocks = clocks(&history(facts), rules);
    let found = clocks.into_iter().find(|clock| clock.rule.id.as_str() == golden.clock);
    found.unwrap_or_else(|| panic!("no {}", golden.clock))
}

fn due(clock: &Clock) -> String {
    match clock.due.clone().unwrap_or_else(|why| panic!("{}: {why}", clock.rule.id)) {
        Due::By(moment) => {
            let local = moment.timestamp().to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8)));
            local.strftime("%Y-%m-%d %H:%M").to_string()
        }
        Due::Within(day, _) => day.to_string(),
        Due::Valid(day, _) => format!("valid {day}"),
        Due::AtOnce => "at once".to_owned(),
        other => format!("{other:?}"),
    }
}

#[test]
fn each_clock_starts_is_due_and_is_met_or_missed_as_it_should_be() {
    let rules = demo();
    for golden in table() {
        let id = golden.clock;
        let start: Vec<_> = golden.start.iter().map(|line| fact(line, None)).collect();
        let with =
            |more: Option<CaseFact>| first(start.iter().cloned().chain(more).collect(), golden, &rules);
        let running = with(None);
        let owner = match &running.owner {
            Owner::Agency(code) => code.to_string(),
            Owner::Role(role) => role.to_string(),
            Owner::Unknown => "?".to_owned(),
        };
        assert_eq!((owner.as_str(), due(&running).as_str()), (golden.owner, golden.due), "{id}");
        assert_eq!(running.verdict(at(AFTER)), Ok(golden.never), "{id}");
        let done = with(Some(fact(golden.stop, None)));
        assert_eq!(done.verdict(at(AFTER)), Ok(Verdict::Met), "{id}");
        if !golden.late.is_empty() {
            let late = with(Some(fact(golden.stop, Some(golden.late))));
            let expected = if golden.never == Verdict::Expired { Verdict::Expired } else { Verdict::MetLate };
            assert_eq!(late.verdict(at(AFTER)), Ok(expected), "{id}");
        }
    }
}

/// Where one fact tells both times: too late as soon as it is said, or in time.
#[test]
fn a_fact_that_tells_both_times_is_met_or_late_by_them() {
    let rules = demo();
    let both = |clock: &str, line: &str, began: &str, done: &str| {
        let line = line.replace("@began", &stamp(began)).replace("@done", &stamp(done));
        let clocks = clocks(&history([fact(&line, None)]), &rules);
        only(&clocks, clock).verdict(at(AFTER)).unwrap()
    };
    let papers = r#"papers psb 2026-03-04T10:00 mandatory-reporting.papers-requested.v1 {"transfer": "@hand", "to": "edu", "received_at": "@began", "requested_at": "@done"}"#;
    assert_eq!(both("K12b", papers, "2026-03-02 10:00", "2026-03-03 10:00"), Verdict::Met);
    assert_eq!(both("K12b", papers, "2026-03-02 10:00", "2026-03-03 10:01"), Verdict::MetLate);
    let lawyer = r#"ask psb 2026-03-12T10:00 justice.legal-aid-notified.v1 {"to": "lac", "found_at": "@began", "notified_at": "@done"}"#;
    assert_eq!(
        both("K55a", lawyer, "2026-03-05 10:00", "2026-03-09 10:00"),
        Verdict::Met,
        "03-08 is a Sunday"
    );
    assert_eq!(both("K55a", lawyer, "2026-03-05 10:00", "2026-03-10 10:00"), Verdict::MetLate);
    let sealed = r#"open psb 2026-03-20T10:00 justice.sealed-record-access-decided.v1 {"requested_at": "@began", "decided_at": "@done"}"#;
    assert_eq!(both("K63", sealed, "2026-03-02 10:00", "2026-03-09 23:59"), Verdict::Met);
    assert_eq!(both("K63", sealed, "2026-03-02 10:00", "2026-03-10 00:00"), Verdict::MetLate);
    let leak = r#"leak edu 2026-03-20T10:00 governance.security-incident-reported.v1 {"grade": "major", "found_at": "@began", "reported_at": "@done"}"#;
    assert_eq!(
        both("K64", leak, "2026-03-02 10:00", "2026-03-09 23:59"),
        Verdict::Met,
        "law gives no number"
    );
    assert_eq!(both("K65", leak, "2026-03-02 10:00", "2026-03-02 14:00"), Verdict::Met);
    assert_eq!(both("K65", leak, "2026-03-02 10:00", "2026-03-02 14:01"), Verdict::MetLate);
    let declined = r#"decline psb 2026-03-05T10:00 mandatory-reporting.case-filing-declined.v1 {"report": "@report", "declined_at": "@began", "served_at": "@done"}"#;
    assert_eq!(both("K10", declined, "2026-03-02 10:00", "2026-03-05 23:59"), Verdict::Met);
    assert_eq!(both("K10", declined, "2026-03-02 10:00", "2026-03-06 00:00"), Verdict::MetLate);
}

#[test]
fn a_return_without_an_assessment_is_missed_and_a_term_that_only_waits_expires() {
    let rules = demo();
    let begun = r#"temp cab 2026-03-02T10:00 guardianship.temporary-guardianship-started.v1 {"ground": "92-3", "started_at": "@now"}"#;
    let able = r#"assess mpc 2026-04-02T10:00 guardianship.guardianship-assessed.v1 {"purpose": "return", "result_grade": "able", "assessed_at": "@now"}"#;
    let unable = &able.replace("\"able\"", "\"unable\"");
    let home = r#"return mpc 2026-04-10T10:00 guardianship.child-returned.v1 {"returned_at": "@now"}"#;
    let kin = r#"ended cab 2026-04-10T10:00 guardianship.temporary-guardianship-ended.v1 {"end_reason": "kin-care", "ended_at": "@now"}"#;
    let k32 = |lines: &[&str]| {
        let facts = history([begun].iter().chain(lines).map(|line| fact(line, None)));
        only(&clocks(&facts, &rules), "K32").verdict(at(AFTER)).unwrap()
    };
    assert_eq!(k32(&[]), Verdict::Running);
    assert_eq!(k32(&[able, home]), Verdict::Met);
    assert_eq!(k32(&[unable, home]), Verdict::Missed);
    assert_eq!(k32(&[unable, kin]), Verdict::Ended, "nobody takes it home any more");
    let revoked = r#"judge crt 2026-03-02T10:00 guardianship.revocation-decided.v1 {"petition": "@petit", "outcome": "revoked", "decided_at": "@now"}"#;
    let facts = history([fact(revoked, None)]);
    let waits = clocks(&facts, &rules);
    let k35 = only(&waits, "K35");
    assert_eq!(k35.verdict(at("2027-03-02 23:59")), Ok(Verdict::Running));
    assert_eq!(k35.verdict(at("2027-03-03 00:00")), Ok(Verdict::Expired));
}

#[test]
fn every_clock_of_the_district_stands_in_a_golden_table() {
    let table = table().map(|golden| golden.clock);
    let elsewhere = super::incident_a::GOLDEN.iter().map(|row| row.0);
    let both_times = ["K12b", "K55a", "K63", "K64", "K65", "K35"];
    let golden: BTreeSet<_> = table.chain(elsewhere).chain(both_times).map(str::to_owned).collect();
    let all: BTreeSet<_> = demo().clocks().all().iter().map(|rule| rule.id.to_string()).collect();
    assert_eq!(golden, all);
}
