//! The samples that integrators copy from work, and share no code with the bus.

use crate::harness::command::run;
use crate::harness::repository;
use std::process::Command;

#[test]
fn the_sample_verifier_confirms_the_golden_records() {
    let mut python = Command::new("python3");
    python.arg(repository("deploy/samples/verify_record.py")).arg(repository("tests/golden/record-v1.json"));
    run(python, "").done();
}

#[test]
fn the_sample_verifier_finds_a_changed_record() {
    let golden = std::fs::read_to_string(repository("tests/golden/record-v1.json")).unwrap();
    assert!(golden.contains("2026-03-30T"), "the golden records are of another day: change this test");
    let changed = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(changed.path(), golden.replacen("2026-03-30T", "2026-03-29T", 1)).unwrap();
    let mut python = Command::new("python3");
    python.arg(repository("deploy/samples/verify_record.py")).arg(changed.path());
    let ended = run(python, "");
    assert_ne!(ended.code, 0, "{ended:?}");
}
