//! Each fault of a matrix, with its line.

use super::*;

/// Lines 1 to 15; the cells of the only group begin on line 16.
const HEAD: &str = r#"[conditions]
mandate = { granted_by = ["justice.legal-aid-assigned.v1"] }
[columns]
police = ["police"]
civil-affairs = ["civil-affairs"]

[scope]
region = ["coordinator"]

[groups.state]
code = "G1"
class = "C1"
name = { zh = "流程", en = "State" }

[groups.state.cells]
"#;

const CELLS: &str = "police = \"full\"\ncivil-affairs = \"full own / none\"\n";

fn read(matrix: &str) -> Vec<String> {
    let [agencies, _, closure] = given::files().try_into().unwrap();
    faults(&[agencies, file("visibility.toml", matrix), closure])
}

fn head(from: &str, to: &str) -> Vec<String> {
    assert!(HEAD.contains(from), "{from}");
    read(&[&HEAD.replace(from, to), CELLS].concat())
}

#[test]
fn the_matrix_of_these_tests_is_whole() {
    let [agencies, _, closure] = given::files().try_into().unwrap();
    assert!(
        Rules::read(&[agencies, file("visibility.toml", &[HEAD, CELLS].concat()), closure], Version(1))
            .is_ok()
    );
}

#[test]
fn every_part_of_the_matrix_is_written_and_no_other() {
    assert_eq!(
        head("region = [\"coordinator\"]", "county = []"),
        ["visibility.toml:8: unknown field `county`, expected `region`"]
    );
    assert_eq!(head("[scope]\nregion = [\"coordinator\"]", ""), ["visibility.toml:1: missing field `scope`"]);
    assert_eq!(
        head("mandate =", "mandates ="),
        ["visibility.toml:2: unknown field `mandates`, expected `mandate`"]
    );
    assert_eq!(
        head("class = \"C1\"", "class = \"C9\""),
        ["visibility.toml:12: unknown variant `C9`, expected one of `C0`, `C1`, `C2`, `C3`, `C4`, `C5`"]
    );
    assert_eq!(head("code = \"G1\"\n", ""), ["visibility.toml:10: missing field `code`"]);
    let groups = HEAD.split("[groups").next().unwrap();
    assert_eq!(
        read(&["groups = 1\n", groups].concat()),
        ["visibility.toml:1: `groups` is tables: [groups.<name>]"]
    );
}

#[test]
fn names_are_of_their_pattern() {
    assert_eq!(
        head("justice.legal-aid-assigned.v1", "legal-aid"),
        ["visibility.toml:2: `legal-aid`: not a valid type: expected <stage>.<fact>.v<n>, \
          such as referral.made.v1"]
    );
    assert_eq!(
        read(&[&HEAD.replace("groups.state", "groups.State"), CELLS].concat()),
        ["visibility.toml:10: `State`: not a valid group: expected lower-case letters, digits and hyphens"]
    );
    assert_eq!(
        head("police = [\"police\"]", "police = [\"Police\"]"),
        ["visibility.toml:4: `Police`: not a valid role: expected lower-case letters, digits and hyphens"]
    );
}

#[test]
fn a_column_or_a_scope_names_roles_that_somebody_holds() {
    assert_eq!(
        head("police = [\"police\"]", "police = [\"police\", \"fire\"]"),
        ["visibility.toml:4: no agency ever holds the role `fire`"]
    );
    assert_eq!(
        head("region = [\"coordinator\"]", "region = [\"governor\"]"),
        ["visibility.toml:8: no agency ever holds the role `governor`"]
    );
}

#[test]
fn a_column_has_a_role_and_a_role_one_column() {
    assert_eq!(
        head("police = [\"police\"]", "police = []"),
        ["visibility.toml:4: column `police` has no role"]
    );
    assert_eq!(
        head("police = [\"police\"]", "police = [\"police\", \"civil-affairs\"]"),
        [
            "visibility.toml:4: the role `civil-affairs` stands in another column already, and reads in one only"
        ]
    );
}

#[test]
fn a_group_has_a_cell_for_every_column_and_for_no_other() {
    assert_eq!(
        read(&[HEAD, "police = \"full\"\n"].concat()),
        ["visibility.toml:15: the cell of column `civil-affairs` is missing"]
    );
    assert_eq!(
        read(&[HEAD, CELLS, "court = \"full\"\n"].concat()),
        ["visibility.toml:18: there is no column `court`"]
    );
}

#[test]
fn a_cell_is_a_level_or_a_level_that_a_condition_widens() {
    let cell = |cell: &str| read(&format!("{HEAD}police = \"full\"\ncivil-affairs = \"{cell}\"\n"));
    for (text, reason) in [
        ("", "not a cell"),
        ("Full", "not a cell"),
        ("all", "not a cell"),
        ("full own", "not a cell"),
        ("full own /", "not a cell"),
        ("/ none", "not a cell"),
        ("full own / none / none", "not a cell"),
        ("full mine / none", "not a condition"),
        ("full / none", "a cell with two levels needs a condition before the stroke"),
        ("none own / full", "a condition may only widen"),
        ("full own / full", "a condition may only widen"),
    ] {
        let faults = cell(text);
        assert!(faults[0].starts_with(&format!("visibility.toml:17: `{text}`: {reason}")), "{faults:?}");
        assert_eq!(faults.len(), 1);
    }
}

#[test]
fn a_glass_that_is_broken_for_no_time_is_a_fault() {
    let with = |glass: &str| head("[scope]", &format!("{glass}\n[scope]"));
    assert_eq!(
        with("[break_glass]\nhours = 0"),
        ["visibility.toml:8: a glass that is broken for no time shows nothing: `hours` is at least 1"]
    );
    assert!(head("[scope]", "[break_glass]\nminutes = 5\n[scope]")[0].contains("minutes"));
}
