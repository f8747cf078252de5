//! The servers and services of a district, through NATS: whether they keep what they acknowledge, whether the
//! ledger is whole, and who is there.

use super::line::Line;
use crate::failure::Failure;
use crate::nats::connect::NatsArgs;
use crate::serve::Role;
use gateway::{Found, services};
use ledger::{LedgerError, Promises, ServerSeen, StreamSeen, servers, stream_seen};

/// Looks at everything that answers.
pub fn look(nats: &NatsArgs, replicas: usize) -> Result<Vec<Line>, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    runtime.map_err(|error| Failure::Store(error.to_string()))?.block_on(async {
        let client = nats.connect("lianhu doctor").await?;
        let promises = Promises { replicas };
        let mut lines = Vec::new();
        match servers(&client).await {
            Ok(seen) => lines.extend(kept(promises, &seen)),
            Err(why) => lines.push(Line::bad("servers", why, "look at the log of the servers")),
        }
        let stream = stream_seen(&client, &promises).await;
        let head = stream.as_ref().ok().and_then(|seen| seen.as_ref()).map(|seen| seen.head.0);
        lines.push(ledger(stream));
        let found =
            services(&client).await.map_err(|why| Failure::Unreachable("NATS".to_owned(), why.to_string()));
        lines.extend(there(&found?, head));
        Ok(lines)
    })
}

/// Each server, and whether all together keep what they acknowledge.
fn kept(promises: Promises, seen: &[ServerSeen]) -> Vec<Line> {
    if let (Err(why), []) = (promises.held_by(seen), seen) {
        return vec![Line::bad(
            "servers",
            why,
            "see deploy/nats: the account of the bus imports it from SYS",
        )];
    }
    let line = |server: &ServerSeen| {
        let fact = format!(
            "{}, nats-server {}, flushes before it acknowledges, its clock {} ms from ours",
            server.name,
            server.version,
            server.ahead.as_millis()
        );
        let held = promises.held_by(std::slice::from_ref(server)).map(|()| fact);
        Line::of("server", held, "change its configuration and restart it; until then nothing is admitted")
    };
    seen.iter().map(line).collect()
}

fn ledger(seen: Result<Option<StreamSeen>, LedgerError>) -> Line {
    match seen {
        Ok(Some(StreamSeen { head, replicas, behind })) if behind.is_empty() => {
            Line::ok("ledger", format!("head {head}, dense from 1, on {replicas} server(s)"))
        }
        Ok(Some(StreamSeen { head, behind, .. })) => {
            let late: Vec<String> =
                behind.iter().map(|(name, lag)| format!("{name} ({lag} records)")).collect();
            let fact = format!("head {head}; behind or away: {}", late.join(", "));
            Line::warn(
                "ledger",
                fact,
                "bring the server back: two of three must be there for anything to be admitted",
            )
        }
        Ok(None) => Line::warn("ledger", "there is none yet", "start a service: the first one makes it"),
        Err(why) => {
            Line::bad("ledger", why, "nothing is admitted on it; restore or correct it, never delete it")
        }
    }
}

/// Each service that answers, and the roles that nobody has.
fn there(found: &[Found], head: Option<u64>) -> Vec<Line> {
    let mut lines: Vec<Line> = found.iter().map(|service| how(service, head)).collect();
    let missing =
        Role::ALL.into_iter().filter(|role| !found.iter().any(|service| service.role == role.name()));
    let missing: Vec<&str> = missing.map(Role::name).collect();
    if !missing.is_empty() {
        let fact = format!("nobody answers for {}", missing.join(", "));
        lines.push(Line::bad("roles", fact, "start them: lianhu serve ROLES; one process may have several"));
    }
    lines
}

fn how(service: &Found, head: Option<u64>) -> Line {
    let Found { role, id, version, requests, health } = service;
    let stopped: Vec<&str> =
        health["stopped"].as_array().into_iter().flatten().filter_map(|why| why.as_str()).collect();
    let who = format!("{role} {version} ({id})");
    if !stopped.is_empty() {
        let fact = format!("{who}: {}", stopped.join("; "));
        return Line::bad("service", fact, "see its log, mend the cause, restart it");
    }
    let views = health["views"].as_u64();
    let behind = match (head, views) {
        (Some(head), Some(views)) => format!(", through record {views} of {head}"),
        _ => String::new(),
    };
    Line::ok("service", format!("{who}: {requests} requests answered{behind}"))
}
