//! A fact type, an agency, a clock and a closure criterion are added to a running bus with data files alone.

use crate::demo::{real, real_rules};
use crate::harness::client::{Caller, of_type};
use crate::harness::command::{Ended, lianhu_at};
use crate::harness::facts::{Case, event, report, uuid, when};
use crate::harness::{Server, Site, eventually, repository};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A running region, and a folder with its rules to change.
struct Region {
    _site: Site,
    server: Server,
    operator: String,
    rules: TempDir,
}

impl Region {
    fn new() -> Self {
        let (site, server, operator) = real();
        let rules = tempfile::tempdir().unwrap();
        real_rules(rules.path());
        Self { _site: site, server, operator, rules }
    }

    fn apply(&self) -> Ended {
        lianhu_at(self.server.at, &self.operator, &["rules", "apply", self.path("").to_str().unwrap()], "")
    }

    fn agency(&self, code: &str) -> Caller {
        let token = lianhu_at(self.server.at, &self.operator, &["agency", "token", code], "").done();
        self.server.bearer(token.trim())
    }

    fn path(&self, file: &str) -> std::path::PathBuf {
        self.rules.path().join(file)
    }

    fn append(&self, file: &str, text: &str) {
        let before = fs::read_to_string(self.path(file)).unwrap_or_default();
        fs::write(self.path(file), before + text).unwrap();
    }
}

/// A fact type of the district: a contract of the program under another name.
fn growth(folder: &Path, change: impl FnOnce(&mut Value)) {
    let text = fs::read_to_string(repository("schemas/health/return-to-school-assessed.v1.json")).unwrap();
    let mut schema: Value = serde_json::from_str(&text).unwrap();
    schema["$id"] = "urn:lianhu:health.growth-checked.v1".into();
    schema["title"] = "Growth checked".into();
    schema["x-zh"]["title"] = "生长发育检查".into();
    change(&mut schema);
    fs::create_dir_all(folder.join("schemas/health")).unwrap();
    fs::write(folder.join("schemas/health/growth-checked.v1.json"), schema.to_string()).unwrap();
}

#[test]
fn a_fact_type_needs_one_file() {
    let region = Region::new();
    let (hospital, police) = (region.agency("hsp-01"), region.agency("psb-03"));
    let case = Case::of(&hospital, &report("hsp-01", "psb-03", "体检时发现多处陈旧性伤痕。"));
    let data = json!({"assessed_at": when(), "result": "not-yet", "findings": "身高低于同龄水平。"});
    let said = case.says("hsp-01", "health.growth-checked.v1", data);
    hospital.publish(&said).refused(422, "unknown-type");

    growth(region.rules.path(), |_| ());
    region.apply().done();
    hospital.admitted(&said);
    region.server.settled();
    let items = police.told_of("health.growth-checked.v1");
    let told = of_type(&items, "health.growth-checked.v1")[0];
    assert_eq!(told["event"]["data"]["result"], "not-yet", "{told}");
    assert!(told["event"]["data"]["findings"].is_null(), "what it may not see is withheld: {told}");
    let timeline = police.get(&format!("/v1/cases/{}/timeline", case.subject)).expect(200).to_string();
    assert!(timeline.contains("生长发育检查"), "{timeline}");
    let types = region.server.stranger().get("/v1/types").expect(200).to_string();
    assert!(types.contains("health.growth-checked.v1"), "{types}");
    let schema = region.server.stranger().get("/v1/schemas/health.growth-checked.v1").expect(200);
    assert_eq!(schema["title"], "Growth checked");
    let bad = case.says("hsp-01", "health.growth-checked.v1", json!({"assessed_at": when(), "result": "x"}));
    hospital.publish(&bad).refused_at(422, "contract-violation", "/data/result", "enum");

    // facts of it stand in the ledger: it changes by new optional properties alone, and stays
    growth(region.rules.path(), |schema| schema["properties"]["result"]["x-group"] = "narrative".into());
    let place = "health.growth-checked.v1#/properties/result/x-group: contract.place-changed";
    region.apply().refused(5, &["schemas/health/growth-checked.v1.json:1: ", place]);
    fs::remove_file(region.path("schemas/health/growth-checked.v1.json")).unwrap();
    region.apply().refused(5, &["contract.type-removed"]);
    growth(region.rules.path(), |_| ());
    region.apply().done();
}

#[test]
fn a_fact_type_of_the_district_has_a_name_and_a_stage_of_its_own_and_holds_itself() {
    let region = Region::new();
    let built_in = "schemas/health/return-to-school-assessed.v1.json";
    growth(region.rules.path(), |_| ());
    fs::copy(repository(built_in), region.path(built_in)).unwrap();
    region.apply().refused(5, &[&format!("{built_in}:1: contract.local-shadows")]);
    fs::remove_file(region.path(built_in)).unwrap();

    let schema = fs::read_to_string(region.path("schemas/health/growth-checked.v1.json")).unwrap();
    fs::create_dir_all(region.path("schemas/zoo")).unwrap();
    let zoo = schema.replace("health.growth-checked", "zoo.growth-checked");
    fs::write(region.path("schemas/zoo/growth-checked.v1.json"), zoo).unwrap();
    region.apply().refused(5, &["schemas/zoo/growth-checked.v1.json:1: contract.local-stage"]);
    fs::remove_dir_all(region.path("schemas/zoo")).unwrap();

    growth(region.rules.path(), |schema| {
        schema["properties"]["result"]["x-words"] = json!({});
    });
    region.apply().refused(5, &["the code `full-attendance` has no words"]);
    growth(region.rules.path(), |schema| drop(schema.as_object_mut().unwrap().remove("x-opens")));
    region.apply().refused(5, &["schemas/health/growth-checked.v1.json:1: "]);
}

#[test]
fn an_agency_needs_a_row() {
    let region = Region::new();
    let none = lianhu_at(region.server.at, &region.operator, &["agency", "token", "hsp-09"], "");
    none.refused(5, &["unknown-agency"]);
    let row = r#"
[[agency]]
code = "hsp-09"
name = { zh = "示范区新院(虚构)", en = "New Hospital of the Demonstration District (fictional)" }
level = 1
from = "2020-01-01"
authority = "hlt"
roles = [
  { role = "hospital", from = "2020-01-01" },
  { role = "mandated-reporter", from = "2020-01-01" },
]
"#;
    region.append("agencies.toml", row);
    region.apply().done();
    let (hospital, police) = (region.agency("hsp-09"), region.agency("psb-03"));
    Case::of(&hospital, &report("hsp-09", "psb-03", "体检时发现多处陈旧性伤痕。"));
    region.server.settled();
    assert_eq!(police.feed()[0]["event"]["source"], "/999901/hsp-09");
    assert_eq!(region.agency("hlt").feed().len(), 1, "its health authority is told");
}

#[test]
fn a_clock_needs_a_row() {
    let region = Region::new();
    let row = r#"
[[clock]]
id = "D01"
name = { zh = "接报回电", en = "Calling the reporter back" }
obligation = { zh = "两小时内回电报告单位", en = "Call the reporting unit back within two hours" }
kind = "local"
from = "2020-01-01"
owner = { agency_in = ["filed_to"] }
starts = [{ fact = "mandatory-reporting.report-filed.v1", per = "id" }]
stops = [{ fact = "intake.report-acknowledged.v1", per = "report", at = "acknowledged_at" }]
due = [{ hours = 2 }]
[clock.basis]
law = "本区规定"
article = "-"
text = { zh = "本区规定。", en = "The district's own." }
"#;
    let (hospital, police) = (region.agency("hsp-01"), region.agency("psb-03"));
    let case = Case::of(&hospital, &report("hsp-01", "psb-03", "体检时发现多处陈旧性伤痕。"));
    region.append("clocks/district.toml", row);
    region.apply().done();
    let clock = || {
        let clocks = police.get(&format!("/v1/cases/{}/clocks", case.subject)).expect(200);
        let mut found = clocks["items"].as_array().unwrap().iter().filter(|clock| clock["clock"] == "D01");
        found.next().cloned().ok_or_else(|| clocks.to_string())
    };
    let running = eventually("the clock runs", clock);
    assert_eq!((&running["state"], &running["owners"]), (&json!("running"), &json!(["psb-03"])));
    police.admitted(&case.acknowledged("psb-03"));
    eventually("it is met", || {
        let clock = clock()?;
        if clock["state"] == "met" { Ok(()) } else { Err(clock.to_string()) }
    });
}

#[test]
fn a_closure_criterion_needs_a_row() {
    let region = Region::new();
    let (hospital, police, host) = (region.agency("hsp-01"), region.agency("psb-03"), region.agency("wbo"));
    let case = Case::of(&hospital, &report("hsp-01", "psb-03", "体检时发现多处陈旧性伤痕。"));
    police.admitted(&case.acknowledged("psb-03"));
    host.admitted(&case.opened_by_coordinator());
    let proposal = uuid();
    let proposed = json!({"proposed_at": when(), "closure_type": "returned-stable"});
    let mut proposed = event("psb-03", "closure.proposed.v1", Some(&case.subject), proposed);
    proposed["id"] = proposal.as_str().into();
    police.admitted(&proposed);
    let closed = json!({"proposal": proposal, "closed_at": when(), "closure_type": "returned-stable"});
    let closed = event("wbo", "closure.closed.v1", Some(&case.subject), closed);
    let unmet = || {
        let problem = host.publish(&closed).refused(409, "closure.not-yet");
        problem["unmet"]
            .as_array()
            .unwrap()
            .iter()
            .map(|id| id.as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert!(!unmet().contains(&"safety-seen-this-week".to_owned()));
    let row = r#"
[[criterion]]
id = "safety-seen-this-week"
name = { zh = "一周内评估安全", en = "Safety assessed within the week" }
kind = "local"
from = "2020-01-01"
predicate = "safety-assessed"
days = 7
[criterion.basis]
law = "本区规定"
article = "-"
text = { zh = "本区规定。", en = "The district's own." }
"#;
    region.append("closure.toml", row);
    region.apply().done();
    assert!(unmet().contains(&"safety-seen-this-week".to_owned()), "{:?}", unmet());
}
