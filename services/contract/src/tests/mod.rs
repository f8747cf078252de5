//! The contracts hold themselves, and the door holds against bad input.

mod cloudevents;
mod evolution;
mod published;
mod words;

use crate::{Contracts, Envelope, Rejection};
use serde_json::{Value, json};
use std::sync::LazyLock;

/// Compiling every schema takes a while, and every test asks for them many times.
static CONTRACTS: LazyLock<Contracts> =
    LazyLock::new(|| Contracts::published().unwrap_or_else(|e| panic!("{e}")));

fn contracts() -> &'static Contracts {
    &CONTRACTS
}

/// A structured event around data.
fn event(kind: &str, data: &Value) -> Value {
    let subject = contracts().get(kind).is_some_and(|c| c.opens() != crate::Opens::Always);
    let mut event = json!({
        "specversion": "1.0", "id": "0c6a5b9e-0000-4000-8000-000000000001", "source": "/999901/hsp-01",
        "type": kind, "time": "2026-03-30T14:18:00+08:00", "data": data,
    });
    if subject {
        let history = contracts().get(kind).map(|c| c.history().word()).unwrap_or("case");
        event["subject"] = format!("{history}-999901").into();
    }
    event
}

fn structured(event: &Value) -> Result<Envelope, Rejection> {
    Envelope::structured(event.to_string().as_bytes())
}

/// Pointer and code of every violation.
fn places(rejection: &Rejection) -> Vec<(String, String)> {
    rejection.violations().iter().map(|v| (v.pointer.clone(), v.code.clone())).collect()
}
