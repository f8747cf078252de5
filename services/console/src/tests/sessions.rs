//! Sessions: what opens them, what ends them, and what their file is worth.

use super::instant;
use crate::session::Sessions;
use std::time::Duration;
use tempfile::TempDir;

const IDLE: Duration = Duration::from_secs(1_800);

#[test]
fn a_session_ends_when_no_page_is_asked_for() {
    let sessions = Sessions::new(IDLE, 1, None);
    let id = sessions.open("token", instant("2026-03-30T09:00:00Z")).unwrap();
    assert!(sessions.find(&id, instant("2026-03-30T09:30:00Z"), true).is_some());
    // an open stream asks without prolonging it
    assert!(sessions.find(&id, instant("2026-03-30T09:59:00Z"), false).is_some());
    assert!(sessions.find(&id, instant("2026-03-30T10:00:01Z"), false).is_none());
    assert!(sessions.find(&id, instant("2026-03-30T09:31:00Z"), false).is_none(), "it is over for good");
}

#[test]
fn a_session_outlives_a_restart_and_its_file_opens_nothing() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("sessions");
    let now = instant("2026-03-30T09:00:00Z");
    let id = Sessions::new(IDLE, 1, Some(file.clone())).open("demo-token", now).unwrap();

    let kept = std::fs::read_to_string(&file).unwrap();
    assert!(
        !kept.contains("demo-token") && !kept.contains(&hex::encode("demo-token")) && !kept.contains(&id)
    );
    let again = Sessions::new(IDLE, 1, Some(file.clone()));
    assert_eq!(&*again.find(&id, now, true).unwrap().token, "demo-token");
    let other = "0".repeat(64);
    assert!(again.find(&other, now, true).is_none());

    again.close(&id);
    assert!(again.find(&id, now, true).is_none());
    assert!(Sessions::new(IDLE, 1, Some(file)).find(&id, now, true).is_none(), "signing out is kept too");
}

#[test]
fn a_sealed_token_opens_under_its_own_id_only() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("sessions");
    let now = instant("2026-03-30T09:00:00Z");
    let sessions = Sessions::new(IDLE, 1, Some(file.clone()));
    let (one, two) = (sessions.open("token-one", now).unwrap(), sessions.open("token-two", now).unwrap());
    // who can write the file puts the token of one under the name of the other
    let text = std::fs::read_to_string(&file).unwrap();
    let rows: Vec<serde_json::Value> = text.lines().map(|row| serde_json::from_str(row).unwrap()).collect();
    let swapped = |of: usize, sealed: usize| {
        let mut row = rows[of].clone();
        row["sealed"] = rows[sealed]["sealed"].clone();
        row.to_string()
    };
    std::fs::write(&file, format!("{}\n{}\n", swapped(0, 1), swapped(1, 0))).unwrap();
    let again = Sessions::new(IDLE, 1, Some(file));
    assert!(again.find(&one, now, true).is_none());
    assert!(again.find(&two, now, true).is_none());
}
