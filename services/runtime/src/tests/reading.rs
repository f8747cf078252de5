//! Reading when something is wrong: a case that cannot be read stands still, says so, and stops nobody else.

use super::*;
use crate::{AsOf, CaseFilter, Phase};
use vocabulary::{TypeName, Version};

/// Appends a fact that does not have the shape of its type: a newer program wrote it, or the record is damaged.
async fn poison(fixture: &Fixture, case: &HistoryId) {
    let kind = TypeName::parse("intake.report-acknowledged.v1").unwrap();
    let time = fixture.bus.now().to_string();
    let fact = fixture.bus.own_data("poison", time, None, kind, Default::default()).unwrap();
    let (rules, now) = (fixture.bus.rules().unwrap(), fixture.bus.now());
    let record = fixture.bus.record(case, Version(1), now, &rules, vec![fact]).unwrap();
    fixture.ledger.append(record).await.unwrap();
}

#[tokio::test]
async fn a_case_that_cannot_be_read_stands_still_and_says_so_and_the_others_go_on() {
    let fixture = adopted().await;
    let wrong = fixture.publish("hsp-01", &report(1)).await.unwrap().subject;
    let sound = fixture.publish("hsp-01", &report(2)).await.unwrap().subject;
    fixture.settle().await;
    poison(&fixture, &wrong).await;
    fixture.publish("psb-03", &acknowledgement(3, 2, &sound)).await.unwrap();
    fixture.settle().await;
    let status = fixture.bus.status().unwrap();
    assert_eq!((status.parked, status.stopped), (1, vec![]));
    let list = fixture.bus.cases(&caller("wbo"), &CaseFilter::default(), None, 10).unwrap();
    let of = |case: &HistoryId| list.items.iter().find(|item| item.case == *case).unwrap();
    assert!(of(&wrong).parked.as_ref().is_some_and(|why| !why.contains('7')), "not which record: {list:?}");
    assert_eq!(of(&wrong).phase, Some(Phase::Received), "what could be read stands");
    assert_eq!((of(&sound).phase, &of(&sound).parked), (Some(Phase::Acknowledged), &None));
    let page = fixture.bus.case(&caller("wbo"), &wrong, AsOf::Now).unwrap();
    assert!(page.case.parked.is_some(), "its own page says so, too");
    let stranger = fixture.bus.case(&caller("sch-12"), &wrong, AsOf::Now);
    assert!(matches!(stranger, Err(Problem::NotFound)), "{stranger:?}");
    let told = fixture.bus.feed(&caller("wbo"), 0, 10).unwrap();
    assert_eq!(told.len(), 3, "two reports and what was said of the case that can be read");
    let more = fixture.publish("psb-03", &acknowledgement(4, 1, &wrong)).await;
    assert!(matches!(more, Err(Problem::Damaged(_))), "nothing is decided on what cannot be read: {more:?}");
}

#[tokio::test]
async fn no_calendar_for_a_year_means_no_date_and_not_a_year_without_holidays() {
    let fixture = bare();
    fixture.bus.adopt(&demo_files_with_clocks()).await.unwrap();
    let mut early = report(1);
    early["time"] = "2023-12-29T14:18:00+08:00".into();
    early["data"]["discovered_at"] = "2023-12-29T14:05:00+08:00".into();
    let case = fixture.publish("hsp-01", &early).await.unwrap().subject;
    let accepted =
        json!({"report": id(1), "accepted_at": "2023-12-29T14:25:00+08:00", "receipt_no": "PSB-0001"});
    let kind = "mandatory-reporting.police-accepted.v1";
    let mut accepted = event(2, "psb-03", kind, Some(&case), accepted);
    accepted["time"] = "2023-12-29T14:25:00+08:00".into();
    fixture.publish("psb-03", &accepted).await.unwrap();
    fixture.settle().await;
    let clocks = fixture.bus.case_clocks(&caller("wbo"), &case, AsOf::Now).unwrap();
    let k06 = clocks.iter().find(|clock| clock.clock == "K06").unwrap();
    assert_eq!((k06.state, k06.due), (crate::ClockState::Undetermined, None));
    assert!(
        k06.no_due.as_ref().is_some_and(|why| why.contains("no calendar is adopted for 2024")),
        "{k06:?}"
    );
    let k02 = clocks.iter().find(|clock| clock.clock == "K02").unwrap();
    assert_eq!(k02.state, crate::ClockState::Missed, "hours need no calendar: the others go on");
}
