//! The closure rules of the demonstration district speak of facts as their contracts describe them.

use super::incident::{demo, repository};
use jurisdiction::closure::Predicate;
use serde_json::Value;

#[test]
fn what_a_reporter_is_told_stands_in_the_contract() {
    let text = std::fs::read_to_string(repository("schemas/justice/reporter-feedback-sent.v1.json")).unwrap();
    let contract: Value = serde_json::from_str(&text).unwrap();
    for name in ["report", "kind"] {
        assert_eq!(contract["properties"][name]["x-store"], "clear", "{name}");
    }
    let kinds = contract["properties"]["kind"]["enum"].as_array().unwrap();
    let rules = demo();
    let mut asked = 0;
    for criterion in rules.closing().all() {
        if let Predicate::ReporterTold { kinds: always, when_filed } = &criterion.predicate {
            asked += 1;
            assert!(always.iter().chain(when_filed).all(|kind| kinds.contains(&kind.as_str().into())));
        }
    }
    assert_eq!(asked, 1);
}

#[test]
fn an_id_of_a_condition_can_stand_in_a_rejection() {
    let text = std::fs::read_to_string(repository("schemas/closure/rejected.v1.json")).unwrap();
    let contract: Value = serde_json::from_str(&text).unwrap();
    let most = contract["properties"]["failed"]["maxItems"].as_u64().unwrap();
    assert!(demo().closing().all().len() as u64 <= most);
    assert_eq!(contract["properties"]["failed"]["items"]["pattern"], "^[a-z0-9][a-z0-9.-]{0,63}$");
}
