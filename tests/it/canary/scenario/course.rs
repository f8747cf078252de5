//! The course of a case whose facts have an order: referrals that end, a conference and its plan, grades and
//! visits, and the closing.

use super::Scenario;
use crate::harness::facts::when;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

impl Scenario<'_> {
    /// A lead that seems to tell of the same child; the bus absorbs its history, which then goes on by itself again.
    pub(super) fn a_second_lead_is_linked_and_unlinked(&mut self, case: &str) {
        let lead = json!({"channel": "hotline-12345", "received_at": when(), "urgency": "urgent", "addressed_to": "psb-03"});
        let (_, other) = self.say("hl1", "intake.lead-received.v1", None, lead);
        let linked = json!({"other": other, "reason_code": "same-child", "linked_at": when()});
        let (link, _) = self.say("wbo", "intake.reports-linked.v1", Some(case), linked);
        let absorbed = |item: &Value| item["event"]["type"] == "intake.report-absorbed.v1";
        let deadline = Instant::now() + Duration::from_secs(30);
        while !self.server.agency("wbo").feed().iter().any(absorbed) {
            assert!(Instant::now() < deadline, "nobody has absorbed {other}");
            std::thread::sleep(Duration::from_millis(20));
        }
        let unlinked = json!({"link": link, "reason_code": "other-child", "unlinked_at": when()});
        self.say("wbo", "intake.reports-unlinked.v1", Some(&other), unlinked);
    }

    /// The referral that was accepted is completed; another one fails; a third is taken back.
    pub(super) fn referrals_end(&mut self, case: &str, accepted: &str) {
        let on = Some(case);
        let completed = json!({"referral": accepted, "completed_at": when(), "outcome": "goal-met"});
        self.say("ngo-07", "referral.completed.v1", on, completed);
        let failing = self.referred_to_the_same(case);
        self.say("ngo-07", "referral.received.v1", on, json!({"referral": failing, "received_at": when()}));
        self.say("ngo-07", "referral.accepted.v1", on, json!({"referral": failing, "accepted_at": when()}));
        let failed = json!({"referral": failing, "failed_at": when(), "reason_code": "declined"});
        self.say("ngo-07", "referral.failed.v1", on, failed);
        let mistaken = self.referred_to_the_same(case);
        let cancelled = json!({"referral": mistaken, "cancelled_at": when(), "reason_code": "by-mistake"});
        self.say("wbo", "referral.cancelled.v1", on, cancelled);
        self.referrals_go_on(case);
    }

    /// What goes beyond one question and one answer: work that waits and is ended by both sides, a return that the
    /// coordinator decides on, a mistake, an open referral, the lead.
    fn referrals_go_on(&mut self, case: &str) {
        let on = Some(case);
        let step = |play: &mut Self, by: &str, what: &str, referral: &str, more: Value| {
            let mut data = json!({"referral": referral});
            data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            play.say(by, &format!("referral.{what}.v1"), on, data);
        };
        let begun = self.referred_to_the_same(case);
        step(self, "ngo-07", "received", &begun, json!({"received_at": when()}));
        step(self, "ngo-07", "accepted", &begun, json!({"accepted_at": when()}));
        step(self, "ngo-07", "started", &begun, json!({"started_at": when()}));
        step(self, "ngo-07", "held", &begun, json!({"held_at": when(), "reason_code": "child-away"}));
        step(self, "ngo-07", "resumed", &begun, json!({"resumed_at": when()}));
        step(
            self,
            "ngo-07",
            "appointment-missed",
            &begun,
            json!({"missed_at": when(), "missed_by": "child"}),
        );
        let asked = json!({"requested_at": when(), "reason_code": "plan-changed"});
        step(self, "wbo", "cancellation-requested", &begun, asked.clone());
        let refused = json!({"refused_at": when(), "reason_code": "child-needs-it"});
        step(self, "ngo-07", "cancellation-refused", &begun, refused);
        step(self, "wbo", "cancellation-requested", &begun, asked);
        step(self, "ngo-07", "cancellation-agreed", &begun, json!({"agreed_at": when()}));

        let returned = self.referred_to_the_same(case);
        step(self, "ngo-07", "received", &returned, json!({"received_at": when()}));
        step(
            self,
            "ngo-07",
            "returned",
            &returned,
            json!({"returned_at": when(), "reason_code": "no-capacity"}),
        );
        let stands = json!({"decision": "return-stands", "arbitrated_at": when()});
        step(self, "wbo", "arbitrated", &returned, stands);
        let mistaken = self.referred_to_the_same(case);
        step(self, "wbo", "entered-in-error", &mistaken, json!({"found_at": when()}));

        let offered = json!({"to": ["ngo-07", "ngo-11"], "purpose": "visit", "urgency": "routine"});
        let (open, _) = self.say("wbo", "referral.offered.v1", on, offered);
        step(self, "ngo-11", "claimed", &open, json!({"by": "ngo-11", "claimed_at": when()}));
        let lead = json!({"to": "cab", "offered_at": when()});
        let (offer, _) = self.say("wbo", "referral.lead-offered.v1", on, lead.clone());
        let declined = json!({"offer": offer, "declined_at": when(), "reason_code": "no-capacity"});
        self.say("cab", "referral.lead-declined.v1", on, declined);
        let (offer, _) = self.say("wbo", "referral.lead-offered.v1", on, lead);
        let accepted = json!({"offer": offer, "lead": "cab", "accepted_at": when()});
        self.say("cab", "referral.lead-accepted.v1", on, accepted);
    }

    fn referred_to_the_same(&mut self, case: &str) -> String {
        let made = json!({"to": "ngo-07", "purpose": "visit", "urgency": "routine"});
        self.say("wbo", "referral.made.v1", Some(case), made).0
    }

    /// The agencies confer and plan; the station, which is invited, visits and proposes to close too early.
    pub(super) fn the_agencies_confer_plan_and_follow_up(&mut self, case: &str) {
        let on = Some(case);
        let requested = json!({"requested_at": when(), "reason_code": "nobody-responsible"});
        self.say("cab", "case-conference.requested.v1", on, requested);
        let convened =
            json!({"kind": "case", "participants": ["cab", "wst-01"], "at": when(), "child_heard": true});
        let (conference, _) = self.say("wbo", "case-conference.convened.v1", on, convened);
        let answered = json!({"conference": conference, "answer": "attends", "answered_at": when()});
        self.say("cab", "case-conference.invitation-answered.v1", on, answered);
        let reported = json!({"conference": conference, "submitted_at": when()});
        self.say("cab", "case-conference.report-submitted.v1", on, reported);
        let concluded = json!({"conference": conference, "result": "plan", "concluded_at": when(),
                               "attended": ["cab", "wst-01"], "child_view": "written"});
        self.say("wbo", "case-conference.concluded.v1", on, concluded);
        let plan = json!({"adopted_at": when(), "review_at": "2030-02-12", "owners": ["wst-01"],
                          "tasks": [{"task": "visits", "owner": "wst-01", "due": "2030-01-31"}]});
        let (plan, _) = self.say("wbo", "case-conference.plan-adopted.v1", on, plan);
        let minutes = json!({"conference": conference, "to": ["cab", "wst-01"], "sent_at": when()});
        self.say("wbo", "case-conference.minutes-sent.v1", on, minutes);
        let looked_at =
            json!({"plan": plan, "revised_at": when(), "outcome": "unchanged", "review_at": "2030-03-12"});
        self.say("wbo", "case-conference.plan-revised.v1", on, looked_at);
        let declined =
            json!({"plan": plan, "task": "visits", "declined_at": when(), "reason_code": "no-capacity"});
        self.say("wst-01", "case-conference.task-declined.v1", on, declined);
        let given = json!({"plan": plan, "task": "visits", "owner": "cab", "due": "2030-01-31", "assigned_at": when()});
        self.say("wbo", "case-conference.task-assigned.v1", on, given);
        let accepted = json!({"plan": plan, "task": "visits", "accepted_at": when()});
        self.say("cab", "case-conference.task-accepted.v1", on, accepted);
        let done = json!({"plan": plan, "task": "visits", "completed_at": when(), "result_code": "goal-met"});
        self.say("cab", "case-conference.task-completed.v1", on, done);
        let graded = json!({"grade": "L3", "scheme": "district-five-grades", "scheme_version": "2026.1", "assigned_at": when()});
        self.say("wbo", "follow-up.risk-grade-assigned.v1", on, graded);
        let changed = json!({"from": "L3", "to": "L2", "reason_code": "danger-over", "assessors": 2, "changed_at": when()});
        self.say("wst-01", "follow-up.risk-grade-changed.v1", on, changed);
        let visited = json!({"visited_at": when(), "mode": "scan", "outcome": "ok", "grade": "L1"});
        self.say("wst-01", "follow-up.visit-recorded.v1", on, visited);
        let proposal = self.proposed_to_close(case, "goal-met");
        let rejected = json!({"proposal": proposal, "failed": ["follow-up-finished"], "rejected_at": when()});
        self.say("wbo", "closure.rejected.v1", on, rejected);
    }

    /// Last of all, because a closed case takes nothing more: it goes on inside another one. It is reopened, closes
    /// again, and its file is sealed.
    pub(super) fn the_case_is_closed(&mut self, case: &str) {
        let on = Some(case);
        let proposal = self.proposed_to_close(case, "merged");
        let objected = json!({"proposal": proposal, "objected_at": when(), "reason_code": "work-goes-on"});
        self.say("edu", "closure.objected.v1", on, objected);
        self.say("edu", "closure.consented.v1", on, json!({"proposal": proposal, "consented_at": when()}));
        self.say("wbo", "closure.approved.v1", on, json!({"proposal": proposal, "approved_at": when()}));
        let closed = |proposal| json!({"proposal": proposal, "closed_at": when(), "closure_type": "merged"});
        self.say("wbo", "closure.closed.v1", on, closed(proposal));
        let reopened = json!({"reopened_at": when(), "trigger": "closed-by-mistake"});
        self.say("wbo", "closure.reopened.v1", on, reopened);
        let proposal = self.proposed_to_close(case, "merged");
        self.say("wbo", "closure.closed.v1", on, closed(proposal));
        let sealed = json!({"sealed_at": when(), "retention_class": "standard"});
        self.say("wbo", "closure.file-sealed.v1", on, sealed);
    }

    fn proposed_to_close(&mut self, case: &str, closure_type: &str) -> Value {
        let proposed = json!({"closure_type": closure_type, "proposed_at": when()});
        self.say("wst-01", "closure.proposed.v1", Some(case), proposed).0.into()
    }
}
