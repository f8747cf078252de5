//! The registry: one file for each child, told to those who keep it, and no case.

use super::*;
use crate::render::FeedItem;
use vocabulary::governance::Form;

/// The first example of a contract.
fn example(kind: &str) -> Value {
    CONTRACTS.get(kind).unwrap().schema["examples"][0].clone()
}

fn feed(bus: &Fixture, agency: &str) -> Vec<FeedItem> {
    bus.bus.feed(&caller(agency), 0, 1_000).unwrap()
}

fn forms(bus: &Fixture, agency: &str) -> Vec<Form> {
    feed(bus, agency).iter().map(|item| item.form).collect()
}

/// A child is registered by the village's director, who names the station and the township.
async fn registered(bus: &Fixture) -> HistoryId {
    let kind = "follow-up.child-registered.v1";
    bus.publish("cdr-07", &event(1, "cdr-07", kind, None, example(kind))).await.unwrap().subject
}

#[tokio::test]
async fn the_file_of_a_child_is_told_to_those_who_keep_it() {
    let bus = adopted().await;
    let file = registered(&bus).await;
    assert!(file.as_str().starts_with("child-"), "{file}");
    bus.settle().await;
    assert_eq!(forms(&bus, "cdr-07"), [Form::Full], "its own word");
    let station = &feed(&bus, "wst-02")[0];
    assert_eq!((station.form, &station.event["subject"]), (Form::Full, &json!(file)));
    assert_eq!(station.event["data"]["identity"], example("follow-up.child-registered.v1")["identity"]);
    assert_eq!(forms(&bus, "cab"), [Form::Full], "the authority of who registers");
    assert_eq!(forms(&bus, "wst-01"), [], "another station");
    assert_eq!(forms(&bus, "sch-15"), [], "a school that nobody has told");
    let school = example("follow-up.care-entrusted.v1");
    bus.publish("cdr-07", &event(2, "cdr-07", "follow-up.care-entrusted.v1", Some(&file), school))
        .await
        .unwrap();
    bus.settle().await;
    let school = feed(&bus, "sch-15");
    let told: Vec<_> = school.iter().map(|item| (item.form, item.backfill)).collect();
    assert_eq!(told, [(Form::Coarse, true), (Form::Masked, false)]);
    assert_eq!(school[1].event["data"]["carer"]["name"], "测试乙", "whom the school may call");
}

#[tokio::test]
async fn who_keeps_no_file_of_a_child_cannot_write_in_it() {
    let bus = adopted().await;
    let file = registered(&bus).await;
    let kind = "follow-up.contact-made.v1";
    let foreign = event(2, "cdr-03", kind, Some(&file), example(kind));
    assert!(matches!(bus.publish("cdr-03", &foreign).await, Err(Problem::NotFound)));
    let own = event(3, "cdr-07", kind, Some(&file), example(kind));
    assert_eq!(bus.publish("cdr-07", &own).await.unwrap().subject, file);
}

#[tokio::test]
async fn the_file_of_a_child_is_not_among_the_cases() {
    let bus = adopted().await;
    registered(&bus).await;
    let case = bus.publish("hsp-01", &report(2)).await.unwrap().subject;
    bus.settle().await;
    for agency in ["cab", "wbo"] {
        let cases = bus.bus.cases(&caller(agency), &Default::default(), None, 10).unwrap();
        let known: Vec<&HistoryId> = cases.items.iter().map(|item| &item.case).collect();
        let expected: &[&HistoryId] = if agency == "wbo" { &[&case] } else { &[] };
        assert_eq!((known.as_slice(), cases.total), (expected, expected.len()), "{agency}");
    }
    assert_eq!(feed(&bus, "wbo").len(), 2, "the feed tells of both");
}
