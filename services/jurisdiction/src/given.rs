//! A small region for tests: region 999901, with one agency of each kind that a report and a referral meet.

use crate::{RuleFile, Rules};
use vocabulary::Version;

const AGENCIES: &str = include_str!("given/agencies.toml");
const VISIBILITY: &str = include_str!("given/visibility.toml");
const CLOSURE: &str = include_str!("given/closure.toml");

/// The rules of the small region, under version 1.
pub fn rules() -> Rules {
    Rules::read(&files(), Version(1)).expect("the rules of the tests")
}

/// The files of the small region, as they are adopted.
pub fn files() -> Vec<RuleFile> {
    let file = |path: &str, content: &str| RuleFile { path: path.to_owned(), content: content.to_owned() };
    vec![file(crate::AGENCIES, AGENCIES), file(crate::VISIBILITY, VISIBILITY), file(crate::CLOSURE, CLOSURE)]
}
