//! Health: whether this process should get requests. No token, and nothing that needs one.

use crate::App;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use runtime::Status;
use serde_json::{Value, json};

/// `GET /readyz`: 200 when nothing has stopped and rules are in force, otherwise 503 with the same body.
pub(crate) async fn ready(State(shared): App) -> (StatusCode, Json<Value>) {
    match shared.bus.status() {
        Ok(status) => {
            let ready = status.stopped.is_empty() && status.rules.0 > 0;
            (if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, Json(public(status)))
        }
        Err(problem) => {
            tracing::warn!(%problem, "the bus cannot say how it is");
            let nothing = json!({"timezone": null, "head": null, "rules": null, "disclosed": null, "views": null, "stopped": ["ledger"]});
            (StatusCode::SERVICE_UNAVAILABLE, Json(nothing))
        }
    }
}

/// Which part stopped; why stands in the log, because the reason of a store may name files and hosts.
fn public(mut status: Status) -> Value {
    for stopped in &mut status.stopped {
        let part = stopped.split(':').next().unwrap_or_default().len();
        stopped.truncate(part);
    }
    json!(status)
}
