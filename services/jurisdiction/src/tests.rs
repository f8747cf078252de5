//! The rules of a jurisdiction as sentences: what is refused and where, what holds when, who sees what.

mod calendar_faults;
mod clock_faults;
mod clock_rounds;
mod closure_faults;
mod conference_faults;
mod dates;
mod levels;
mod matrix_faults;
mod roster_faults;

use crate::{RuleFile, Rules, given};
use vocabulary::{AgencyCode, Instant, Version};

fn code(text: &str) -> AgencyCode {
    AgencyCode::parse(text).unwrap()
}

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

fn file(path: &str, content: &str) -> RuleFile {
    RuleFile { path: path.to_owned(), content: content.to_owned() }
}

/// What is wrong with these files, as it is printed.
fn faults(files: &[RuleFile]) -> Vec<String> {
    Rules::read(files, Version(1)).expect_err("faults").iter().map(ToString::to_string).collect()
}

#[test]
fn the_demonstration_district_reads() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/jurisdictions/demo");
    let read = |path: &str| file(path, &std::fs::read_to_string(folder.join(path)).unwrap());
    let files = ["agencies.toml", "visibility.toml", "closure.toml"].map(read);
    let rules = Rules::read(&files, Version(4)).unwrap();
    assert!(rules.demo());
    assert_eq!((rules.region().as_str(), rules.version()), ("999901", Version(4)));
    let now = at("2026-03-30T06:19:00Z");
    assert!(rules.agencies(now).count() > 50);
    assert!(rules.holders("coordinator", now).iter().all(|holder| rules.sees_region(holder, now)));
}

#[test]
fn before_the_first_adoption_nobody_is_known_and_nothing_is_visible() {
    let region = vocabulary::Region::parse("999901").unwrap();
    let (rules, now) = (Rules::none(&region), at("2026-03-30T06:19:00Z"));
    assert_eq!((rules.region(), rules.version(), rules.demo()), (&region, Version(0), false));
    assert!(!rules.known(&code("psb")) && rules.agencies(now).next().is_none());
    assert_eq!(levels::level(&rules, "state", "psb", Default::default()), crate::Level::None);
}

#[test]
fn the_digest_of_a_file_is_that_of_its_content() {
    let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(file("agencies.toml", "").digest(), empty);
}

#[test]
fn a_file_that_is_missing_or_given_twice_or_unexpected_is_refused() {
    let [agencies, visibility, closure] = given::files().try_into().unwrap();
    let extra = file("clock.toml", "");
    assert_eq!(
        faults(&[agencies.clone(), agencies.clone(), extra, closure.clone()]),
        [
            "agencies.toml:1: the file is given twice",
            "clock.toml:1: this is not a rule file that anything reads",
            "visibility.toml:1: the file is missing",
        ]
    );
    assert_eq!(faults(&[visibility.clone(), closure]), ["agencies.toml:1: the file is missing"]);
    assert_eq!(faults(&[agencies, visibility]), ["closure.toml:1: the file is missing"]);
}

#[test]
fn the_faults_of_all_files_are_told_at_once_in_order() {
    let broken = [
        file("visibility.toml", "\n[columns"),
        file("closure.toml", "\n\na = 1\n"),
        file("agencies.toml", "a = \nb = \n"),
    ];
    let lines: Vec<String> =
        faults(&broken).iter().map(|f| f.split(": ").next().unwrap().to_owned()).collect();
    assert_eq!(lines, ["agencies.toml:1", "agencies.toml:2", "closure.toml:3", "visibility.toml:2"]);
}
