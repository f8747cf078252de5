use super::*;
use ledger::faulty::Fault;
use vocabulary::id::HistoryKind;

#[tokio::test]
async fn rules_act_together_or_not_at_all() {
    let fixture = bare();
    assert_eq!(fixture.bus.rules().unwrap().agencies(fixture.bus.now()).count(), 0);
    fixture.ledger.fail_next(Fault::Lost);
    assert!(fixture.bus.adopt(&demo_files()).await.is_err());
    assert_eq!(fixture.bus.rules().unwrap().version().0, 0, "nothing is half adopted");
    let adopted = fixture.bus.adopt(&demo_files()).await.unwrap();
    assert_eq!((adopted.version.0, adopted.changed.len()), (4, 3));
    assert!(fixture.bus.rules().unwrap().agencies(fixture.bus.now()).count() > 40);
}

#[tokio::test]
async fn a_crash_between_files_and_adoption_is_made_good_by_the_next_call() {
    let fixture = bare();
    fixture.ledger.fail_next(Fault::Kept); // the first file is there, the answer is lost
    assert!(fixture.bus.adopt(&demo_files()).await.is_err());
    assert_eq!(fixture.bus.rules().unwrap().version().0, 0);
    let adopted = fixture.bus.adopt(&demo_files()).await.unwrap();
    assert_eq!(adopted.version.0, 4, "three files and one adoption, none of them twice");
}

#[tokio::test]
async fn the_same_rules_again_change_nothing() {
    let fixture = adopted().await;
    let head = *fixture.ledger.head().borrow();
    assert_eq!(fixture.bus.adopt(&demo_files()).await.unwrap().changed, Vec::<String>::new());
    assert_eq!(*fixture.ledger.head().borrow(), head);
}

#[tokio::test]
async fn a_changed_file_is_published_alone_and_adopted_with_the_others() {
    let fixture = adopted().await;
    let before = fixture.bus.rules().unwrap().version();
    let mut files = demo_files();
    files[0].content.push_str("\n# a comment\n");
    let adopted = fixture.bus.adopt(&files).await.unwrap();
    assert_eq!((adopted.version.0, adopted.changed), (before.0 + 2, vec!["agencies.toml".to_owned()]));
    let back = fixture.bus.adopt(&demo_files()).await.unwrap();
    assert_eq!(
        (back.version.0, back.changed),
        (before.0 + 3, vec!["agencies.toml".to_owned()]),
        "its content is known"
    );
}

#[tokio::test]
async fn a_bad_file_is_refused_with_its_line_and_nothing_moves() {
    let fixture = adopted().await;
    let (before, head) = (fixture.bus.rules().unwrap().version(), *fixture.ledger.head().borrow());
    let mut files = demo_files();
    files[1].content = files[1].content.replacen("coordinator = \"full\"", "coordinator = \"fully\"", 1);
    let Err(Problem::Rules(faults)) = fixture.bus.adopt(&files).await else { panic!("not refused") };
    assert!(faults[0].file == "visibility.toml" && faults[0].line > 1, "{faults:?}");
    assert_eq!((fixture.bus.rules().unwrap().version(), *fixture.ledger.head().borrow()), (before, head));
}

#[tokio::test]
async fn rules_of_the_demo_and_real_ones_do_not_mix() {
    let fixture = bare();
    let mut files = demo_files();
    files[0].content = files[0].content.replace("demo = true", "");
    assert!(matches!(fixture.bus.adopt(&files).await, Err(Problem::Demo)));
    let mut files = demo_files();
    files[0].content = files[0].content.replace("region = \"999901\"", "region = \"999902\"");
    assert!(matches!(fixture.bus.adopt(&files).await, Err(Problem::Rules(_))), "of another region");
}

#[tokio::test]
async fn a_token_opens_its_agency_until_it_ends_or_the_agency_does() {
    let fixture = adopted().await;
    let hospital = AgencyCode::parse("hsp-01").unwrap();
    let until = Instant::parse("2026-04-01T00:00:00+08:00").unwrap();
    let issued = fixture.bus.issue_token(&hospital, Some("emr adapter".into()), Some(until)).await.unwrap();
    assert_eq!(fixture.bus.authenticate(&issued.token).unwrap(), caller("hsp-01"));
    assert!(matches!(fixture.bus.authenticate("lh_hsp-01_guess"), Err(Problem::Unauthenticated)));
    let reopened = fixture.another("again");
    assert_eq!(reopened.authenticate(&issued.token).unwrap(), caller("hsp-01"), "it stands in the ledger");
    fixture.clock.set("2026-04-01T00:00:00+08:00");
    assert!(matches!(fixture.bus.authenticate(&issued.token), Err(Problem::Unauthenticated)));
    let retired = AgencyCode::parse("psb-09").unwrap();
    assert!(matches!(fixture.bus.issue_token(&retired, None, None).await, Err(Problem::UnknownAgency)));
    let histories = fixture.ledger.histories(HistoryKind::Agency).unwrap();
    let stored = fixture.ledger.read(&histories[0], vocabulary::Version(0)).unwrap()[0].record.to_bytes();
    assert!(!String::from_utf8(stored).unwrap().contains(&issued.token), "only its hash is kept");
}

#[tokio::test]
async fn a_retired_agency_loses_its_access_with_its_place_on_the_roster() {
    let fixture = adopted().await;
    fixture.clock.set("2025-06-01T12:00:00+08:00");
    let station = AgencyCode::parse("psb-09").unwrap();
    let issued = fixture.bus.issue_token(&station, None, None).await.unwrap();
    assert!(fixture.bus.authenticate(&issued.token).is_ok());
    fixture.clock.set("2026-06-01T12:00:00+08:00");
    assert!(matches!(fixture.bus.authenticate(&issued.token), Err(Problem::OffRoster)));
}

#[tokio::test]
async fn a_vault_that_is_older_than_the_ledger_is_refused() {
    let fixture = adopted().await;
    for number in 1..400 {
        fixture.publish("hsp-01", &report(number)).await.unwrap();
    }
    let (fresh, views) = (vault(&fixture.dir, "fresh"), fixture.dir.path().join("again"));
    let opened = open_with(fixture.ledger.clone(), fresh, fixture.clock.clone(), &views);
    assert!(matches!(opened, Err(Problem::Damaged(why)) if why.contains("restore the vault")));
}

#[tokio::test]
async fn another_vault_than_that_of_the_ledger_is_refused() {
    let fixture = adopted().await;
    fixture.publish("hsp-01", &report(1)).await.unwrap();
    let (fresh, views) = (vault(&fixture.dir, "fresh"), fixture.dir.path().join("again"));
    let opened = open_with(fixture.ledger.clone(), fresh, fixture.clock.clone(), &views);
    assert!(matches!(opened, Err(Problem::Damaged(why)) if why.contains("does not open")));
}
