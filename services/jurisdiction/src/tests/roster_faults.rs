//! Each fault of a roster, with its line.

use super::*;

/// Lines 1 to 8; what a test appends begins on line 9.
const HEAD: &str = r#"region = "999901"
timezone = "Asia/Shanghai"
name = { zh = "测试", en = "Test" }
[[agency]]
code = "psb"
name = { zh = "公安", en = "Police" }
level = 1
from = "2020-01-01"
"#;

const POLICE: &str = "roles = [{ role = \"police\", from = \"2020-01-01\" }]\n";

const MATRIX: &str = r#"
[conditions]
mandate = { granted_by = [] }
[columns]
police = ["police"]
[scope]
region = []
"#;

/// An agency, on six lines: `[[agency]]`, code, name, level, from, and what is appended.
fn agency(code: &str, rest: &str) -> String {
    let name = "name = { zh = \"\", en = \"\" }";
    format!("[[agency]]\ncode = \"{code}\"\n{name}\nlevel = 2\nfrom = \"2020-01-01\"\n{rest}\n")
}

fn read(roster: &str) -> Vec<String> {
    faults(&[file("agencies.toml", roster), file("visibility.toml", MATRIX), file("closure.toml", "")])
}

/// The head, the police with their role on line 9, and further rows from line 10.
fn rows(rows: &[String]) -> Vec<String> {
    read(&[HEAD, POLICE, &rows.concat()].concat())
}

#[test]
fn a_region_needs_its_code_its_time_zone_and_its_name() {
    let head = |from: &str, to: &str| read(&[&HEAD.replace(from, to), POLICE].concat());
    assert_eq!(head("region = \"999901\"\n", ""), ["agencies.toml:1: missing field `region`"]);
    assert_eq!(head("timezone = \"Asia/Shanghai\"\n", ""), ["agencies.toml:1: missing field `timezone`"]);
    assert_eq!(
        head("999901", "9999"),
        ["agencies.toml:1: `9999`: not a valid region: expected a division code of 6, 9 or 12 digits"]
    );
    for nowhere in ["Asia/Nowhere", "Etc/Unknown", ""] {
        let fault = format!("`{nowhere}`: not a time zone: expected a name such as Asia/Shanghai");
        assert_eq!(head("Asia/Shanghai", nowhere), [format!("agencies.toml:2: {fault}")]);
    }
    assert_eq!(
        head("en = \"Test\"", "en = \"Test\", fr = \"\""),
        ["agencies.toml:3: unknown field `fr`, expected `zh` or `en`"]
    );
    assert_eq!(
        read("region = \"999901\"\ntimezone = \"UTC\"\nname = { zh = \"\", en = \"\" }\nagency = 1\n"),
        ["agencies.toml:4: `agency` is a list of tables: [[agency]]"]
    );
}

#[test]
fn a_key_that_nobody_reads_or_that_is_missing_is_refused_in_every_row() {
    let rows = rows(&[
        agency("psb-01", "roles = []\nboss = \"psb\""),
        agency("psb-02", "roles = [{ role = \"police\" }]"),
        agency("psb-03", "roles = [{ role = \"police\", from = \"2020-01-01\", till = \"2021-01-01\" }]"),
        agency("psb-04", "roles = []\nparent = 3"),
        agency("psb-05", "roles = []\nparent = [{ agency = \"psb\", since = \"2020-01-01\" }]"),
        agency("psb-06", ""),
    ]);
    let lines: Vec<&str> = rows.iter().map(|fault| fault.split(", expected").next().unwrap()).collect();
    assert_eq!(
        lines,
        [
            "agencies.toml:16: unknown field `boss`",
            "agencies.toml:22: missing field `from`",
            "agencies.toml:28: unknown field `till`",
            "agencies.toml:35: invalid type: integer `3`",
            "agencies.toml:42: unknown field `since`",
            "agencies.toml:43: missing field `roles`",
        ]
    );
}

#[test]
fn codes_dates_and_levels_are_of_their_pattern() {
    let row = agency(
        "psb-03-1",
        "until = \"2026-02-30\"\nparent = \"?\"\nauthority = [{ agency = \"\", from = \"20200101\" }]\n\
         roles = [{ role = \"Police\", from = \"2020-1-1\" }]",
    );
    let lines: Vec<String> = rows(&[row.replace("level = 2", "level = 4")]);
    let lines: Vec<&str> = lines.iter().map(|fault| fault.split(": expected").next().unwrap()).collect();
    assert_eq!(
        lines,
        [
            "agencies.toml:11: `psb-03-1`: not a valid agency code",
            "agencies.toml:13: `level` is 1 (district), 2 (township or street) or 3 (village or community)",
            "agencies.toml:15: `2026-02-30`: not a date",
            "agencies.toml:16: `?`: not a valid agency code",
            "agencies.toml:17: `20200101`: not a date",
            "agencies.toml:17: ``: not a valid agency code",
            "agencies.toml:18: `2020-1-1`: not a date",
            "agencies.toml:18: `Police`: not a valid role",
        ]
    );
}

#[test]
fn an_agency_stands_once_and_capitals_do_not_make_another() {
    assert_eq!(
        rows(&[agency("psb", "roles = []"), agency("PSB", "roles = []")]),
        [
            "agencies.toml:11: `psb` stands already on line 5",
            "agencies.toml:17: `PSB`: not a valid agency code: expected letters and digits, with at most one \
             hyphenated unit, such as psb-03",
        ]
    );
}

#[test]
fn no_agency_may_speak_as_the_bus() {
    let fault = "agencies.toml:11: `bus`: the bus itself speaks under this code";
    assert_eq!(rows(&[agency("bus", "roles = []")]), [fault]);
}

#[test]
fn a_term_ends_after_it_begins() {
    let ends = |line: usize| {
        format!(
            "agencies.toml:{line}: `until` is the first day on which it no longer holds, and must be after `from`"
        )
    };
    assert_eq!(rows(&[agency("psb-03", "roles = []\nuntil = \"2020-01-01\"")]), [ends(16)]);
    let role = "roles = [\n{ role = \"police\", from = \"2021-01-01\",\n until = \"2020-06-01\" }]";
    assert_eq!(rows(&[agency("psb-03", role)]), [ends(17)]);
    let parent = "roles = []\nparent = [{ agency = \"psb\", from = \"2021-01-01\", until = \"2021-01-01\" }]";
    assert_eq!(rows(&[agency("psb-03", parent)]), [ends(16)]);
}

#[test]
fn nothing_holds_outside_the_time_of_its_agency() {
    let outside = |line: usize| {
        format!(
            "agencies.toml:{line}: this holds outside the time in which the agency itself is on the roster"
        )
    };
    let early = agency("psb-03", "roles = [{ role = \"police\", from = \"2019-12-31\" }]");
    let late = agency(
        "psb-09",
        "until = \"2025-12-31\"\nroles = [{ role = \"police\", from = \"2020-01-01\", until = \"2026-01-01\" }]",
    );
    assert_eq!(rows(&[early, late]), [outside(15), outside(22)]);
}

#[test]
fn a_role_is_not_held_twice_at_a_time() {
    let roles = "roles = [\n{ role = \"police\", from = \"2020-01-01\", until = \"2022-01-01\" },\n\
                 { role = \"school\", from = \"2020-01-01\" },\n{ role = \"police\", from = \"2021-12-31\" }]";
    let fault = "agencies.toml:18: `police`: this role holds at the same time, by line 16";
    assert_eq!(rows(&[agency("psb-03", roles)]), [fault]);
}

#[test]
fn an_agency_has_one_parent_and_one_authority_at_a_time() {
    for relation in ["parent", "authority"] {
        let two = format!(
            "roles = []\n{relation} = [\n{{ agency = \"psb\", from = \"2020-01-01\" }},\n\
             {{ agency = \"cab\", from = \"2024-04-26\" }}]"
        );
        let fault = "agencies.toml:18: `cab`: another agency holds at the same time, by line 17";
        assert_eq!(rows(&[agency("wbo", &two), agency("cab", "roles = []")]), [fault]);
    }
}

#[test]
fn a_parent_and_an_authority_are_on_the_roster_as_long_as_they_are_named() {
    for relation in ["parent", "authority"] {
        let unknown = agency("psb-03", &format!("roles = []\n{relation} = \"edu\""));
        assert_eq!(rows(&[unknown]), ["agencies.toml:16: `edu` is not on the roster"]);
        let closed = agency("cab", "roles = []\nuntil = \"2024-04-26\"");
        let open = agency("wbo", &format!("roles = []\n{relation} = \"cab\""));
        let fault = "agencies.toml:23: `cab` is not on the roster for all of that time";
        assert_eq!(rows(&[closed, open]), [fault]);
    }
}

#[test]
fn no_agency_is_its_own_ancestor() {
    let under = |code: &str, parent: &str| agency(code, &format!("roles = []\nparent = {parent}"));
    assert_eq!(
        rows(&[under("psb-03", "\"psb-03\"")]),
        ["agencies.toml:16: `psb-03` is its own parent, directly or by others"]
    );
    let later = "[{ agency = \"wbo\", from = \"2024-04-26\" }]";
    assert_eq!(
        rows(&[under("wbo", "\"cab\""), under("cab", "\"feo\""), under("feo", later)]),
        ["agencies.toml:30: `feo` is its own parent, directly or by others"]
    );
}
