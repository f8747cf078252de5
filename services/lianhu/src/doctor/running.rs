//! The folder is in use: the bus itself says how it is.

use super::line::Line;
use crate::client::Server;

/// Asks the bus.
pub fn look(server: &Server) -> Vec<Line> {
    let status = match server.get_public("/readyz") {
        Ok(status) => status,
        Err(failure) => {
            let fix = "the folder is in use, but not by the bus at --server: name the right one, or stop what uses it";
            return vec![Line::bad("server", failure, fix)];
        }
    };
    let stopped = status["stopped"].as_array().cloned().unwrap_or_default();
    let stopped = stopped.iter().filter_map(|why| why.as_str()).collect::<Vec<_>>().join("; ");
    let running = if stopped.is_empty() { Ok("all run") } else { Err(stopped) };
    let head = &status["head"];
    let follower =
        |name: &'static str, key: &str| Line::ok(name, format!("through record {} of {head}", status[key]));
    vec![
        Line::ok("server", "answers; the folder is in use by it, the vault too"),
        Line::ok("ledger", format!("head {head}; stop the bus to have every record read")),
        Line::ok("rules", format!("version {}", status["rules"])),
        follower("disclosure", "disclosed"),
        follower("views", "views"),
        Line::of("followers", running, "see the log, mend the cause, restart"),
    ]
}
