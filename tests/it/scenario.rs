//! Incident A, played from its file into a folder that is served afterwards: as if the bus had lived through it.

use crate::harness::command::Ended;
use crate::harness::{Server, Site, repository};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn incident() -> PathBuf {
    repository("tests/scenarios/incident-a.jsonl")
}

/// The lines of a file, each with its number.
fn documents(text: &str) -> Vec<(u64, Value)> {
    let lines = text.lines().enumerate().filter(|(_, line)| line.starts_with('{'));
    lines.map(|(index, line)| (index as u64 + 1, serde_json::from_str(line).unwrap())).collect()
}

#[track_caller]
fn play(file: &Path, site: &Site) -> Ended {
    let (file, data) = (file.to_str().unwrap(), site.data().to_str().unwrap());
    site.lianhu(&["--json", "scenario", "run", file, "--data", data])
}

/// What the runner printed, and its last line.
fn told(stdout: &str) -> (Vec<Value>, Value) {
    let mut all: Vec<Value> = stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let end = all.pop().unwrap();
    (all, end)
}

/// A scenario of these lines, in a file beside a site.
fn written(site: &Site, lines: &[Value]) -> PathBuf {
    let file = site.beside("scenario.jsonl");
    let text: Vec<String> = lines.iter().map(Value::to_string).collect();
    fs::write(&file, text.join("\n")).unwrap();
    file
}

/// The first line of the incident, which opens its case, and the second one, which is refused.
fn opening() -> (Value, Value) {
    let mut lines = documents(&fs::read_to_string(incident()).unwrap()).into_iter().map(|(_, line)| line);
    (lines.next().unwrap(), lines.next().unwrap())
}

#[test]
fn incident_a_goes_as_its_file_says_and_is_served_as_if_it_had_been_lived_through() {
    let site = Site::demo();
    let ended = play(&incident(), &site);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let (lines, end) = told(&ended.stdout);
    let written = documents(&fs::read_to_string(incident()).unwrap());
    as_written(&lines, &written, &end);
    let server = site.up();
    server.settled();
    the_coordinator_has_every_fact_in_order(&server, &lines);
    told_when_it_happened(&server, &lines);
    secrets_stay_with_the_few(&server);
}

/// Every line has its answer, the sum is right, and there is one case.
fn as_written(lines: &[Value], written: &[(u64, Value)], end: &Value) {
    assert_eq!(lines.len(), written.len());
    for (line, (number, document)) in lines.iter().zip(written) {
        assert_eq!((&line["line"], &line["id"]), (&json!(number), &document["id"]));
        assert_eq!(line["problem"]["code"], document["refused"], "{line}");
        assert_eq!(line["receipt"].is_object(), document["refused"].is_null(), "{line}");
    }
    let refused = written.iter().filter(|(_, document)| !document["refused"].is_null()).count();
    assert!(refused >= 8, "the incident shows what is refused, too: {refused}");
    let sum = json!({"lines": lines.len(), "admitted": lines.len() - refused, "duplicates": 0,
                     "refused": refused, "unexpected": 0});
    assert_eq!(end["summary"], sum);
    let case = &lines[0]["receipt"];
    assert_eq!(end["cases"].as_array().unwrap().len(), 1);
    assert_eq!(end["cases"][0]["id"], case["subject"]);
    let number = format!("2026-{:06}", case["sequence"].as_u64().unwrap());
    assert_eq!(end["cases"][0]["number"], number);
}

/// Where facts stand, in the order of a feed; facts of the bus itself are left out.
fn places(feed: &[Value]) -> Vec<String> {
    let said = feed.iter().map(|item| &item["event"]).filter(|event| event["source"] != "/999901/bus");
    said.map(|event| format!("{}.{}", event["sequence"].as_str().unwrap(), event["ordinal"])).collect()
}

fn the_coordinator_has_every_fact_in_order(server: &Server, lines: &[Value]) {
    let receipts = lines.iter().map(|line| &line["receipt"]).filter(|receipt| receipt.is_object());
    let admitted: Vec<String> = receipts.map(|r| format!("{}.{}", r["sequence"], r["ordinal"])).collect();
    assert_eq!(places(&server.agency("wbo").feed()), admitted);
}

/// Everything was recorded at the time of the story, and not at that of the machine.
fn told_when_it_happened(server: &Server, lines: &[Value]) {
    for line in lines.iter().filter(|line| line["receipt"].is_object()) {
        assert_eq!(line["receipt"]["recordedtime"], line["recordedtime"], "{line}");
    }
    let feed = server.agency("wbo").feed();
    let recorded: Vec<&str> =
        feed.iter().map(|item| item["event"]["recordedtime"].as_str().unwrap()).collect();
    assert!(recorded.is_sorted(), "{recorded:?}");
    assert_eq!(
        (recorded[0], recorded[recorded.len() - 1]),
        ("2026-03-30T06:05:00.000000Z", "2026-10-26T02:00:00.000000Z")
    );
}

/// Situation, narrative, medical, forensic and suspect stand with the police, and neither with the new school nor
/// with the service nor with a hotline that had no part.
fn secrets_stay_with_the_few(server: &Server) {
    let secret = secret_properties();
    let police = shown(server, "psb", &secret);
    let groups: BTreeSet<&str> = police.iter().map(|property| secret[property].as_str()).collect();
    let all: BTreeSet<&str> = secret.values().map(String::as_str).collect();
    let used = BTreeSet::from(["forensic", "medical", "narrative", "situation"]);
    assert!(used.is_subset(&groups) && groups.is_subset(&all), "the police read {groups:?}");
    for agency in ["sch-15", "ngo-07", "hl1"] {
        assert_eq!(shown(server, agency, &secret), BTreeSet::new(), "{agency}");
    }
    let addressed = ["education.school-transfer-arranged.v1", "guardianship.return-notice-given.v1"];
    let school = server.agency("sch-15").feed();
    for kind in addressed {
        assert!(school.iter().any(|item| item["event"]["type"] == kind), "the school lacks {kind}");
    }
    assert!(!server.agency("ngo-07").feed().is_empty(), "the service has a part in the case");
    assert_eq!(server.agency("hl1").feed(), Vec::<Value>::new(), "the hotline has none");
}

/// A property of a type.
type Property = (String, String);

/// The secret properties that an agency was shown.
fn shown(server: &Server, agency: &str, secret: &BTreeMap<Property, String>) -> BTreeSet<Property> {
    let mut shown = BTreeSet::new();
    for item in server.agency(agency).feed() {
        let kind = item["event"]["type"].as_str().unwrap();
        for name in item["event"]["data"].as_object().unwrap().keys() {
            shown.insert((kind.to_owned(), name.clone()));
        }
    }
    shown.retain(|property| secret.contains_key(property));
    shown
}

/// The properties of the groups G6 to G10, each with its group, as contracts and matrix say.
fn secret_properties() -> BTreeMap<Property, String> {
    let matrix = fs::read_to_string(repository("deploy/jurisdictions/demo/visibility.toml")).unwrap();
    let mut groups = BTreeSet::new();
    let mut group = "";
    for line in matrix.lines() {
        if let Some(name) = line.strip_prefix("[groups.").and_then(|rest| rest.strip_suffix(']')) {
            group = name;
        }
        let code = line.strip_prefix("code = \"").and_then(|rest| rest.strip_suffix('"'));
        if code.is_some_and(|code| ["G6", "G7", "G8", "G9", "G10"].contains(&code)) {
            groups.insert(group);
        }
    }
    assert_eq!(groups.len(), 5, "{groups:?}");
    let mut secret = BTreeMap::new();
    let stages = fs::read_dir(repository("schemas")).unwrap().map(|entry| entry.unwrap().path());
    for stage in stages.filter(|path| path.is_dir()) {
        for file in fs::read_dir(stage).unwrap().map(|entry| entry.unwrap().path()) {
            let schema: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
            let kind = schema["$id"].as_str().unwrap().trim_start_matches("urn:lianhu:");
            for (name, property) in schema["properties"].as_object().unwrap() {
                let group = property["x-group"].as_str().unwrap();
                if groups.contains(group) {
                    secret.insert((kind.to_owned(), name.clone()), group.to_owned());
                }
            }
        }
    }
    secret
}

#[test]
fn a_line_that_ends_otherwise_than_the_file_says_is_listed_and_the_rest_is_played() {
    let site = Site::demo();
    let (mut alert, mut report) = opening();
    let mut another = alert.clone();
    (alert["refused"], another["id"]) = ("not-found".into(), crate::harness::uuid().into());
    report.as_object_mut().unwrap().remove("refused");
    report["subject"] = format!("of:{}", another["id"].as_str().unwrap()).into();
    let ended = play(&written(&site, &[alert, another, report]), &site);
    ended.refused(
        4,
        &["line 1: admitted, but should be refused: not-found", "line 3: refused", "/data/situation_code"],
    );
    assert!(!ended.stderr.contains("line 2"), "{ended:?}");
    let (lines, end) = told(&ended.stdout);
    let outcomes: Vec<(&str, bool)> = lines
        .iter()
        .map(|line| (line["outcome"].as_str().unwrap(), line["as_expected"].as_bool().unwrap()))
        .collect();
    assert_eq!(outcomes, [("admitted", false), ("admitted", true), ("refused", false)]);
    assert_eq!(lines[2]["problem"]["code"], "contract-violation");
    assert_eq!((&end["summary"]["unexpected"], end["cases"].as_array().unwrap().len()), (&json!(2), 2));
}

#[test]
fn lines_of_a_history_that_was_not_opened_are_not_published() {
    let site = Site::demo();
    let (mut alert, mut report) = opening();
    alert["data"]["colour"] = "green".into();
    report["refused"] = "not-found".into();
    let ended = play(&written(&site, &[alert, report]), &site);
    ended.refused(4, &["line 1: refused", "line 2: not published"]);
    assert_eq!(told(&ended.stdout).1["cases"], json!([]));
}

#[test]
fn a_file_with_faults_is_refused_with_their_lines_before_anything_is_published() {
    let site = Site::demo();
    let (alert, mut report) = opening();
    report["subject"] = "of:nothing".into();
    let file = written(&site, &[alert, report, json!({"time": "2026-03-30T14:00:00+08:00"}), json!(7)]);
    let ended = play(&file, &site);
    ended
        .refused(5, &["scenario.jsonl: line 2: ", "nothing", "line 3: recorded at", "line 4: not an object"]);
    assert!(!site.data().exists());
    play(&site.beside("none.jsonl"), &site).refused(1, &["none.jsonl"]);
    fs::write(&file, "// nothing\n\n").unwrap();
    play(&file, &site).refused(2, &["holds no line"]);
}

#[test]
fn a_line_that_was_played_before_is_a_duplicate_and_recorded_time_never_goes_back() {
    let site = Site::demo();
    let (alert, report) = opening();
    let file = written(&site, &[alert.clone(), report]);
    play(&file, &site).done();
    let (lines, end) = told(&play(&file, &site).done());
    assert_eq!(
        (&lines[0]["outcome"], &lines[0]["receipt"]["duplicate"]),
        (&json!("duplicate"), &json!(true))
    );
    let sum = json!({"lines": 2, "admitted": 0, "duplicates": 1, "refused": 1, "unexpected": 0});
    assert_eq!(end["summary"], sum);

    let mut earlier = alert;
    (earlier["id"], earlier["time"]) = (crate::harness::uuid().into(), "2026-01-12T08:00:00+08:00".into());
    let ended = play(&written(&site, &[earlier]), &site);
    assert!(ended.stderr.contains("written until 2026-03-30T06:05:00"), "{ended:?}");
    let (lines, _) = told(&ended.done());
    assert_eq!(lines[0]["receipt"]["recordedtime"], "2026-03-30T06:05:00.000000Z");
}

#[test]
fn an_invented_case_is_never_played_into_a_folder_with_real_ones() {
    let (site, server, token) = super::demo::real();
    server.stop();
    let rules = tempfile::tempdir().unwrap();
    let rules = super::demo::real_rules(rules.path());
    drop(token);
    let data = site.data().to_str().unwrap();
    let file = written(&site, &[opening().0]);
    play(&file, &site).refused(2, &["real region"]);
    let file = file.to_str().unwrap();
    let run = || site.lianhu(&["scenario", "run", file, "--data", data, "--jurisdiction", &rules]);
    let said = run().done();
    assert!(said.contains("1 admitted") && said.contains("case 2026-"), "{said}");
    run().refused(2, &["cases of a real region"]);
}

#[test]
fn a_made_up_year_is_the_same_again_and_plays_as_it_says() {
    let site = Site::demo();
    let file = site.beside("year.jsonl");
    let args = ["scenario", "generate", "--seed", "7", "--cases", "3", "--until", "2026-06-30"];
    let text = site.lianhu(&args).done();
    assert_eq!(site.lianhu(&args).done(), text, "the same seed, the same bytes");
    fs::write(&file, &text).unwrap();
    let (file, data) = (file.to_str().unwrap(), site.data().to_str().unwrap());
    let said = site.lianhu(&["--json", "scenario", "run", file, "--data", data]).done();
    let end: Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    assert_eq!(end["summary"]["unexpected"], 0, "{end}");
    assert!(end["summary"]["admitted"].as_u64().unwrap() > 20, "{end}");
    assert!(end["lines_per_second"].is_u64() && end["clocks"]["met"].is_u64(), "{end}");
}
