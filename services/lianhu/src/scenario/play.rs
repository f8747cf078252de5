//! Playing: every line is published when the clock of the story says so, and waited for until everybody who may
//! know of it has been told.

use super::file::Line;
use super::outcome::Outcome;
use crate::failure::Failure;
use contract::Envelope;
use runtime::{Bus, Caller, Problem, StoryClock};
use std::collections::HashMap;
use vocabulary::{HistoryId, Instant};

/// Plays all lines, whatever the bus answers.
///
/// # Errors
/// A store or a follower of the bus failed; no line after that is published.
pub async fn lines(
    bus: &Bus,
    clock: &StoryClock,
    lines: &[Line],
    mut told: impl FnMut(&Line, &Outcome),
) -> Result<(), Failure> {
    let mut opened = HashMap::new();
    bus.settled().await?;
    for line in lines {
        announce(bus, clock, line.recorded).await?;
        clock.set(line.recorded);
        let outcome = match line.event(&opened) {
            Some(event) => publish(bus, &event).await?,
            None => Outcome::Orphaned,
        };
        bus.settled().await?;
        if let (Some(id), Some(history)) = (line.opens(), outcome.history()) {
            opened.insert(id.to_owned(), HistoryId::clone(history));
        }
        told(line, &outcome);
    }
    announce(bus, clock, bus.now()).await // what the last line has brought
}

/// Lets the story pass every moment before the next line at which the bus has something to say of a clock.
///
/// # Errors
/// A store or a follower of the bus failed.
pub async fn announce(bus: &Bus, clock: &StoryClock, before: Instant) -> Result<(), Failure> {
    let mut next = bus.announce().await?;
    bus.settled().await?;
    while let Some(moment) = next.filter(|next| *next < before) {
        clock.set(moment);
        next = bus.announce().await?;
        bus.settled().await?;
    }
    Ok(())
}

/// Publishes one event as the agency that its source names.
async fn publish(bus: &Bus, event: &[u8]) -> Result<Outcome, Failure> {
    let answer = match Envelope::structured(event) {
        Ok(envelope) => {
            let caller = Caller { agency: envelope.attributes.source.agency.clone() };
            bus.publish(&caller, envelope, None).await
        }
        Err(rejection) => Err(rejection.into()),
    };
    match answer {
        Ok(receipt) => Ok(Outcome::Admitted(receipt)),
        // not an answer to the line: the bus itself cannot go on
        Err(fault @ (Problem::Busy | Problem::Unavailable(_) | Problem::Damaged(_))) => Err(fault.into()),
        Err(problem) => Ok(Outcome::Refused(gateway::problem_document(problem))),
    }
}
