//! Incident A, told to a running district: every line is admitted or refused as its file says, though all of it is
//! told late.

use super::district::Process;
use crate::harness::repository;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Plays the incident at a gateway; the stages that had a part in it.
#[track_caller]
pub fn played(gateway: &Process) -> BTreeSet<String> {
    let text = std::fs::read_to_string(repository("tests/scenarios/incident-a.jsonl")).unwrap();
    let lines = text.lines().filter(|line| line.starts_with('{'));
    let mut opened: BTreeMap<String, Value> = BTreeMap::new();
    let mut stages = BTreeSet::new();
    for line in lines {
        let mut document: Value = serde_json::from_str(line).unwrap();
        let refused = document.as_object_mut().unwrap().remove("refused");
        document.as_object_mut().unwrap().remove("recordedtime");
        if let Some(of) = document["subject"].as_str().and_then(|subject| subject.strip_prefix("of:")) {
            document["subject"] = opened[of].clone();
        }
        let (_, agency) = document["source"].as_str().unwrap().rsplit_once('/').unwrap();
        let answer = gateway.agency(agency).publish(&document);
        match refused {
            Some(code) => assert_eq!(answer.body["code"], code, "{document}\n{}", answer.text),
            None => assert_eq!(answer.status, 201, "{document}\n{}", answer.text),
        }
        if answer.status == 201 {
            let id = document["id"].as_str().unwrap().to_owned();
            opened.insert(id, answer.body["subject"].clone());
            let (stage, _) = document["type"].as_str().unwrap().split_once('.').unwrap();
            stages.insert(stage.to_owned());
        }
    }
    stages
}
