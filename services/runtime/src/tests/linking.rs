//! Two reports of the same child: one history goes on for both.

use super::*;
use vocabulary::Position;
use vocabulary::intake::LinkOutcome;

impl Fixture {
    /// What the follower does, once over the whole ledger.
    async fn relate(&self) {
        for stored in self.ledger.range(Position(0), 1_000).unwrap() {
            self.bus.relate(&stored).await.unwrap();
        }
    }

    async fn refused(&self, agency: &str, event: &Value) -> String {
        let answer = self.publish(agency, event).await;
        let Err(Problem::Refused(refusal)) = answer else { panic!("{answer:?}") };
        refusal.code.to_owned()
    }

    fn kinds(&self, history: &HistoryId) -> Vec<String> {
        let look = |folded: &crate::history::Folded| {
            folded.facts.iter().map(|fact| fact.attributes.kind.to_string()).collect()
        };
        self.bus.histories.with(history, look).unwrap()
    }
}

fn link(number: u64, case: &HistoryId, other: &HistoryId) -> Value {
    let data = json!({"other": other, "reason_code": "same-child", "linked_at": AT});
    event(number, "wbo", "intake.reports-linked.v1", Some(case), data)
}

fn unlink(number: u64, of: u64, case: &HistoryId) -> Value {
    let data = json!({"link": id(of), "reason_code": "other-child", "unlinked_at": AT});
    event(number, "wbo", "intake.reports-unlinked.v1", Some(case), data)
}

fn told(number: u64, of: u64, case: &HistoryId) -> Value {
    let data = json!({"report": id(of), "kind": "outcome", "to": "hsp-01", "sent_at": AT});
    event(number, "psb-03", "justice.reporter-feedback-sent.v1", Some(case), data)
}

/// How the link with that number was settled.
fn outcome(bus: &Fixture, case: &HistoryId, of: u64) -> Option<LinkOutcome> {
    let look = |folded: &crate::history::Folded| {
        folded.facts.iter().find_map(|fact| match &fact.fact {
            vocabulary::Fact::Intake(vocabulary::intake::Intake::LinkSettled(said))
                if said.link.as_str() == id(of) =>
            {
                Some(said.outcome)
            }
            _ => None,
        })
    };
    bus.bus.histories.with(case, look).unwrap()
}

/// Two reports, linked: the case that goes on, and the history that it has taken over.
async fn linked() -> (Fixture, HistoryId, HistoryId) {
    let bus = adopted().await;
    let case = bus.publish("hsp-01", &report(1)).await.unwrap().subject;
    let other = bus.publish("hsp-01", &report(2)).await.unwrap().subject;
    bus.publish("wbo", &link(3, &case, &other)).await.unwrap();
    bus.relate().await;
    (bus, case, other)
}

#[tokio::test]
async fn a_linked_history_takes_its_reporters_loop_only_until_the_link_is_undone() {
    let (bus, case, other) = linked().await;
    assert_eq!(bus.kinds(&other).last().unwrap(), "intake.report-absorbed.v1");
    let measures = json!({"measures": ["separated"], "taken_at": AT});
    let kind = "mandatory-reporting.emergency-measures-taken.v1";
    let measures = event(4, "psb-03", kind, Some(&other), measures);
    assert_eq!(bus.refused("psb-03", &measures).await, "intake.history-linked");
    bus.publish("psb-03", &acknowledgement(5, 2, &other)).await.unwrap();
    bus.publish("wbo", &unlink(6, 3, &other)).await.unwrap();
    bus.relate().await;
    bus.publish("psb-03", &measures).await.unwrap();
    assert_eq!(outcome(&bus, &case, 3), Some(LinkOutcome::Unlinked));
}

#[tokio::test]
async fn what_a_linked_history_no_longer_takes_is_owed_in_it_again_when_the_link_is_undone() {
    let bus = clocks::whole().await;
    let case = bus.publish("hsp-01", &report(1)).await.unwrap().subject;
    let other = bus.publish("hsp-01", &report(2)).await.unwrap().subject;
    let accepted =
        json!({"report": id(2), "accepted_at": "2026-03-30T14:15:00+08:00", "receipt_no": "J0001"});
    let kind = "mandatory-reporting.police-accepted.v1";
    bus.publish("psb-03", &event(3, "psb-03", kind, Some(&other), accepted)).await.unwrap();
    bus.publish("wbo", &link(4, &case, &other)).await.unwrap();
    bus.relate().await;
    let states = |clock: &str| {
        let all = bus.bus.case_clocks(&caller("psb-03"), &other, crate::AsOf::Now).unwrap();
        let of = all.into_iter().filter(|item| item.clock == clock);
        of.map(|item| (item.state, item.due_day.unwrap())).collect::<Vec<_>>()
    };
    let ended = (crate::ClockState::Ended, "2026-04-02".to_owned());
    bus.at("2026-04-10T09:00:00+08:00").await;
    assert_eq!(states("K06"), std::slice::from_ref(&ended), "the decision whether to file");
    let breach = |kind: &&String| *kind == "governance.clock-breached.v1";
    assert_eq!(
        bus.kinds(&other).iter().filter(breach).count(),
        1,
        "of K02: its own authority has not registered it"
    );
    let registered = json!({"report": id(2), "registered_at": AT, "register_no": "BA-0001"});
    let kind = "mandatory-reporting.registered-with-authority.v1";
    bus.publish("hlt", &event(5, "hlt", kind, Some(&other), registered)).await.unwrap();
    let undone =
        json!({"link": id(4), "reason_code": "other-child", "unlinked_at": "2026-04-10T09:00:00+08:00"});
    bus.says(6, "wbo", "intake.reports-unlinked.v1", Some(&other), undone).await;
    bus.relate().await;
    let again = |state| vec![ended.clone(), (state, "2026-04-13".to_owned())];
    assert_eq!(states("K06"), again(crate::ClockState::Running));
    bus.at("2026-04-14T09:00:00+08:00").await;
    assert_eq!(states("K06"), again(crate::ClockState::Missed));
}

#[tokio::test]
async fn the_case_that_goes_on_owes_the_other_reporter_an_answer() {
    let (bus, case, other) = linked().await;
    assert_eq!(outcome(&bus, &case, 3), None);
    bus.publish("psb-03", &told(4, 1, &case)).await.unwrap();
    bus.relate().await;
    assert_eq!(outcome(&bus, &case, 3), None);
    bus.publish("psb-03", &told(5, 2, &other)).await.unwrap();
    bus.relate().await;
    assert_eq!(outcome(&bus, &case, 3), Some(LinkOutcome::Answered));
    let before = *bus.ledger.head().borrow();
    bus.relate().await;
    assert_eq!(*bus.ledger.head().borrow(), before, "what was said is not said again");
}

#[tokio::test]
async fn a_history_is_linked_by_who_has_a_part_in_it_and_only_while_it_goes_on_by_itself() {
    let (bus, case, other) = linked().await;
    let third = bus.publish("hsp-01", &report(7)).await.unwrap().subject;
    assert_eq!(bus.refused("wbo", &link(8, &third, &other)).await, "intake.history-linked");
    assert_eq!(bus.refused("wbo", &link(8, &third, &case)).await, "intake.has-links");
    assert_eq!(bus.refused("wbo", &link(8, &third, &third)).await, "intake.linked-to-itself");
    let nowhere = HistoryId::parse("case-0123456789abcdef").unwrap();
    let answer = bus.publish("wbo", &link(8, &third, &nowhere)).await;
    assert!(matches!(answer, Err(Problem::NotFound)), "{answer:?}");
    let data = json!({"other": third, "reason_code": "same-child", "linked_at": AT});
    let foreign = event(9, "psb-04", "intake.reports-linked.v1", Some(&case), data);
    assert!(bus.publish("psb-04", &foreign).await.is_err());
}

#[tokio::test]
async fn of_two_links_to_one_history_the_first_is_made_and_the_other_is_not() {
    let bus = adopted().await;
    let mut cases = Vec::new();
    for number in 1..=3 {
        cases.push(bus.publish("hsp-01", &report(number)).await.unwrap().subject);
    }
    bus.publish("wbo", &link(4, &cases[0], &cases[2])).await.unwrap();
    bus.publish("wbo", &link(5, &cases[1], &cases[2])).await.unwrap();
    bus.relate().await;
    assert_eq!(outcome(&bus, &cases[0], 4), None);
    assert_eq!(outcome(&bus, &cases[1], 5), Some(LinkOutcome::NotMade));
    bus.relate().await;
    assert_eq!(outcome(&bus, &cases[0], 4), None);
}

#[tokio::test]
async fn the_follower_of_a_running_bus_makes_the_link() {
    let bus = adopted().await;
    let case = bus.publish("hsp-01", &report(1)).await.unwrap().subject;
    let other = bus.publish("hsp-01", &report(2)).await.unwrap().subject;
    bus.publish("wbo", &link(3, &case, &other)).await.unwrap();
    let running = tokio::spawn(bus.bus.clone().run(crate::Duties::ALL));
    for _ in 0..3_000 {
        if bus.kinds(&other).iter().any(|kind| kind == "intake.report-absorbed.v1") {
            running.abort();
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nobody has absorbed it");
}

#[tokio::test]
async fn a_child_is_tied_to_a_file_in_which_the_agency_has_a_part() {
    let bus = adopted().await;
    let case = bus.opened().await;
    let kind = "follow-up.child-registered.v1";
    let mut data = CONTRACTS.get(kind).unwrap().schema["examples"][0].clone();
    data["registered_at"] = AT.into();
    let file = bus.publish("cdr-07", &event(4, "cdr-07", kind, None, data)).await.unwrap().subject;
    let is = |agency: &str, number, file: &str| {
        let data = json!({"label": "A", "file": file, "identified_at": AT});
        event(number, agency, "intake.child-identified.v1", Some(&case), data)
    };
    let nobodys = format!("child-{}", "0".repeat(32));
    assert!(matches!(bus.publish("wbo", &is("wbo", 5, &nobodys)).await, Err(Problem::NotFound)));
    let not_its = bus.publish("psb-03", &is("psb-03", 5, file.as_str())).await;
    assert!(matches!(not_its, Err(Problem::NotFound)), "the police have no part in that file");
    bus.publish("wbo", &is("wbo", 5, file.as_str())).await.unwrap();
}
