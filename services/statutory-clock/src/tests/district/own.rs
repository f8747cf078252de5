//! The clocks that the study does not have: the district's own.

use super::Golden;
use crate::Verdict;

#[rustfmt::skip]
pub(super) const TABLE: &[Golden] = &[
    Golden { clock: "L01", owner: "coordinator", late: "2026-04-08 00:00", never: Verdict::Missed,
        start: &[r#"glass psb-05 2026-04-01T22:18 governance.break-glass-used.v1 {"reason_code": "crisis", "groups": ["child-identity"], "expires_at": "2026-04-02T22:18:00+08:00"}"#],
        due: "2026-04-07", // 04-04 to 04-06 is Qingming
        stop: r#"look wbo 2026-04-07T10:00 governance.break-glass-reviewed.v1 {"use": "@glass", "outcome": "justified", "reviewed_at": "@now"}"# },
    Golden { clock: "L02", owner: "coordinator", late: "2026-04-03 00:00", never: Verdict::Missed,
        start: &[r#"close wbo 2026-03-03T10:00 closure.closed.v1 {"proposal": "@propose", "closed_at": "@now", "closure_type": "goal-met", "to_be_sealed": true}"#],
        due: "2026-04-02",
        stop: r#"seal wbo 2026-04-02T10:00 closure.file-sealed.v1 {"sealed_at": "@now", "retention_class": "standard"}"# },
    Golden { clock: "L03", owner: "coordinator", late: "2026-04-14 00:00", never: Verdict::Missed,
        start: &[r#"vain wbo 2026-03-27T10:00 case-conference.concluded.v1 {"conference": "@convene", "result": "inquorate", "concluded_at": "@now", "attended": ["psb"], "child_view": "declined"}"#],
        due: "2026-04-13", // 04-06 is Qingming
        stop: r#"again wbo 2026-04-13T10:00 case-conference.concluded.v1 {"conference": "@again", "result": "plan", "concluded_at": "@now", "attended": ["psb"], "child_view": "heard"}"# },
    Golden { clock: "L04", owner: "coordinator", late: "2026-04-04 00:00", never: Verdict::Missed,
        start: &[r#"no mpc 2026-03-27T10:00 case-conference.position-stated.v1 {"conference": "@convene", "position": "dissents", "stated_at": "@now"}"#],
        due: "2026-04-03",
        stop: r#"up wbo 2026-04-03T10:00 case-conference.dissent-escalated.v1 {"position": "@no", "level": "heads-of-agencies", "escalated_at": "@now"}"# },
    Golden { clock: "L05", owner: "coordinator", late: "2026-04-04 00:00", never: Verdict::Missed,
        start: &[r#"up wbo 2026-03-27T10:00 case-conference.dissent-escalated.v1 {"position": "@no", "level": "heads-of-agencies", "escalated_at": "@now"}"#],
        due: "2026-04-03",
        stop: r#"end wbo 2026-04-03T10:00 case-conference.dissent-settled.v1 {"position": "@no", "outcome": "compromise", "settled_at": "@now"}"# },
    Golden { clock: "L06", owner: "reviewer", late: "2026-04-14 00:00", never: Verdict::Missed,
        start: &[r#"up wbo 2026-03-27T10:00 case-conference.dissent-escalated.v1 {"position": "@no", "level": "committee", "escalated_at": "@now"}"#],
        due: "2026-04-13", // 04-06 is Qingming
        stop: r#"end wcc 2026-04-13T10:00 case-conference.dissent-settled.v1 {"position": "@no", "outcome": "overruled", "settled_at": "@now"}"# },
    Golden { clock: "L07", owner: "coordinator", late: "2026-04-04 00:00", never: Verdict::Missed,
        start: &[r#"ask edu 2026-03-27T10:00 case-conference.requested.v1 {"requested_at": "@now", "reason_code": "plan-not-working"}"#],
        due: "2026-04-03",
        stop: r#"call wbo 2026-04-03T10:00 case-conference.convened.v1 {"kind": "case", "participants": ["edu"], "at": "2026-04-09T10:00:00+08:00", "child_heard": true}"# },
    Golden { clock: "L08", owner: "coordinator", late: "2026-04-03 00:00", never: Verdict::Missed,
        start: &[r#"open wbo 2026-03-30T15:20 intake.case-opened.v1 {"opened_at": "@now", "reports": ["@report"], "children": [{"label": "A", "age_band": "12-13", "sex": "female"}], "lead": "psb-j"}"#,
            r#"grade wbo 2026-03-30T15:40 follow-up.risk-grade-assigned.v1 {"grade": "L4", "assessors": 2, "assessed_at": "@now"}"#,
            r#"vain wbo 2026-04-01T10:00 case-conference.concluded.v1 {"conference": "@convene", "result": "inquorate", "concluded_at": "@now", "attended": ["psb"], "child_view": "declined"}"#],
        due: "2026-04-02", // three working days, because the case is critical: by the end of June without a grade
        stop: r#"decide wbo 2026-04-02T16:30 case-conference.concluded.v1 {"conference": "@again", "result": "stay", "concluded_at": "@now", "attended": ["psb"], "child_view": "heard"}"# },
    Golden { clock: "L09", owner: "coordinator", late: "2026-05-02 00:00", never: Verdict::Missed,
        start: &[r#"grade wbo 2026-03-30T15:40 follow-up.risk-grade-assigned.v1 {"grade": "L2", "assessors": 2, "assessed_at": "@now"}"#,
            r#"plan wbo 2026-04-03T09:00 case-conference.plan-adopted.v1 {"adopted_at": "@now", "review_at": "2026-05-01", "tasks": [], "owners": []}"#],
        due: "2026-05-01", // the grade would give three months
        stop: r#"look wbo 2026-05-01T09:00 case-conference.plan-revised.v1 {"plan": "@plan", "revised_at": "@now", "outcome": "unchanged", "review_at": "2026-06-01"}"# },
];
