//! The replay of a short history.

use crate::{Change, ClockEvent, walk};
use jurisdiction::{RuleFile, Rules, given};
use vocabulary::given::said;
use vocabulary::governance::{FactWithdrawn, Governance};
use vocabulary::mandatory_reporting::{CriminalCaseFiled, MandatoryReporting, PoliceAccepted, ReportFiled};
use vocabulary::{AgencyCode, CaseFact, Child, Instant, Position, Version};

const REPORT: &str = "00000000-0000-4000-8000-000000000001";

const CLOCK: &str = r#"[[clock]]
id = "K06"
name = { zh = "", en = "" }
obligation = { zh = "", en = "" }
kind = "law"
from = "2020-01-01"
owner = { publisher = "start" }
starts = [{ fact = "mandatory-reporting.police-accepted.v1", per = "report", at = "accepted_at" }]
stops = [{ fact = "mandatory-reporting.criminal-case-filed.v1", per = "report", at = "filed_at" }]
due = [{ hours = 72 }]
basis = { law = "", article = "", text = { zh = "", en = "" } }
"#;

fn rules(version: u64, clock: &str) -> Rules {
    let mut files = given::files();
    files.push(RuleFile { path: "clocks/a.toml".to_owned(), content: clock.to_owned() });
    Rules::read(&files, Version(version)).unwrap()
}

fn history() -> Vec<CaseFact> {
    let filed = ReportFiled {
        discovered_at: "2026-03-30T14:05:00+08:00".to_owned(),
        filed_to: AgencyCode::parse("psb-03").unwrap(),
        reporter_type: "medical".to_owned(),
        situation_code: "R2".to_owned(),
        children: vec![Child { label: "A".into(), age_band: "6-13".into(), sex: "female".into() }],
    };
    let accepted = PoliceAccepted {
        report: REPORT.to_owned(),
        accepted_at: "2026-03-30T14:25:00+08:00".to_owned(),
        receipt_no: "J1".to_owned(),
        matters: Vec::new(),
        competent: None,
    };
    let case_filed = CriminalCaseFiled {
        report: REPORT.to_owned(),
        filed_at: "2026-03-30T16:10:00+08:00".to_owned(),
        direct_ground: None,
    };
    let facts = [
        said("hsp-01", REPORT, MandatoryReporting::ReportFiled(filed)),
        said("psb-03", "b", MandatoryReporting::PoliceAccepted(accepted)),
        said("psb", "c", MandatoryReporting::CriminalCaseFiled(case_filed)),
    ];
    let placed = |(place, mut fact): (u64, CaseFact)| {
        fact.at.sequence = Position(place);
        fact
    };
    (1..).zip(facts).map(placed).collect()
}

fn changed(what: &str, steps: &[crate::Step], at: usize) -> Option<(Option<String>, Option<String>)> {
    let of = |change: &&Change| change.what == what;
    steps[at].changes.iter().find(of).map(|change| (change.from.clone(), change.to.clone()))
}

#[test]
fn each_fact_is_met_with_what_it_changes_and_the_clocks_that_it_starts_and_stops() {
    let rules = rules(3, CLOCK);
    let steps = walk(&history(), &[rules.clone(), rules.clone(), rules]);
    assert_eq!(changed("phase", &steps, 0), Some((None, Some("received".to_owned()))));
    assert_eq!(
        changed("phase", &steps, 1),
        Some((Some("received".to_owned()), Some("acknowledged".to_owned())))
    );
    assert_eq!(
        changed("justice", &steps, 2),
        Some((Some("accepted".to_owned()), Some("criminal-filed".to_owned())))
    );
    let events = |at: usize| steps[at].clocks.iter().map(|c| c.event).collect::<Vec<_>>();
    assert_eq!(
        (events(0), events(1), events(2)),
        (vec![], vec![ClockEvent::Started], vec![ClockEvent::Stopped])
    );
    let stop = steps[2].clocks[0].clock.stopped.map(|stop| stop.time);
    assert_eq!(stop, Instant::parse("2026-03-30T16:10:00+08:00").ok());
}

#[test]
fn each_fact_is_met_under_the_rules_of_its_day() {
    let (then, later) = (rules(3, CLOCK), rules(7, &CLOCK.replace("hours = 72", "hours = 24")));
    let steps = walk(&history(), &[then.clone(), then, later]);
    assert_eq!(steps.iter().map(|step| step.rules.0).collect::<Vec<_>>(), [3, 3, 7]);
    let moved = &steps[2].clocks[0];
    assert_eq!(moved.event, ClockEvent::Moved, "other rules count the same start otherwise");
    assert_eq!(moved.clock.due_at(), Instant::parse("2026-03-31T14:25:00+08:00").ok());
}

#[test]
fn a_withdrawal_gives_back_what_the_fact_had_changed_and_the_clock_that_it_had_stopped() {
    let rules = rules(3, CLOCK);
    let withdrawal = |of: &CaseFact, place: u64| {
        let taken_back =
            FactWithdrawn { fact: of.attributes.id.clone(), reason_code: "said-twice".to_owned() };
        let mut fact =
            said(of.attributes.source.agency.as_str(), "back", Governance::FactWithdrawn(taken_back));
        fact.at.sequence = Position(place);
        fact
    };
    let mut facts = history();
    facts.push(withdrawal(&facts[2], 4));
    facts.push(withdrawal(&facts[1], 5));
    let steps = walk(&facts, &vec![rules; 5]);
    let events = |at: usize| steps[at].clocks.iter().map(|c| c.event).collect::<Vec<_>>();
    assert_eq!((events(3), events(4)), (vec![ClockEvent::Resumed], vec![ClockEvent::Gone]));
    let accepted = Some((Some("criminal-filed".to_owned()), Some("accepted".to_owned())));
    assert_eq!(changed("justice", &steps, 3), accepted);
    let again = steps[3].changes.iter().find(|change| change.what == "justice").unwrap();
    assert_eq!(again.to_fact, Some(facts[1].at), "the earlier fact says so, not the withdrawal");
    assert_eq!(changed("justice", &steps, 4), Some((Some("accepted".to_owned()), None)));
}
