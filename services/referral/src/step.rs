//! The steps of a referral: who takes each, and in which phases.

use crate::Refusal;
use crate::state::{Phase, Request};
use vocabulary::AgencyCode;
use vocabulary::referral::Referral as Said;

/// Which side takes a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// The agency that asks.
    Sender,
    /// The agency that is asked, or its street station.
    Addressee,
    /// The coordinator: its contract lets nobody else say it.
    Coordinator,
}

/// What a fact says of a referral that exists: which one, by which side, and for whom somebody else acts.
pub(crate) struct Step<'s> {
    pub(crate) referral: &'s str,
    pub(crate) side: Side,
    pub(crate) on_behalf_of: Option<&'s AgencyCode>,
}

impl<'s> Step<'s> {
    /// The step that a fact takes; `None` where it makes a referral, or speaks of the lead.
    pub(crate) fn of(said: &'s Said) -> Option<Self> {
        use Side::{Addressee, Coordinator, Sender};
        let (referral, side, on_behalf_of) = match said {
            Said::Received(said) => (&said.referral, Addressee, said.on_behalf_of.as_ref()),
            Said::Accepted(said) => (&said.referral, Addressee, said.on_behalf_of.as_ref()),
            Said::Returned(said) => (&said.referral, Addressee, said.on_behalf_of.as_ref()),
            Said::Started(said) => (&said.referral, Addressee, said.on_behalf_of.as_ref()),
            Said::Held(said) => (&said.referral, Addressee, said.on_behalf_of.as_ref()),
            Said::Resumed(said) => (&said.referral, Addressee, said.on_behalf_of.as_ref()),
            Said::AppointmentMissed(said) => (&said.referral, Addressee, said.on_behalf_of.as_ref()),
            Said::Completed(said) => (&said.referral, Addressee, said.on_behalf_of.as_ref()),
            Said::Failed(said) => (&said.referral, Addressee, said.on_behalf_of.as_ref()),
            Said::CancellationAgreed(said) => (&said.referral, Addressee, said.on_behalf_of.as_ref()),
            Said::CancellationRefused(said) => (&said.referral, Addressee, said.on_behalf_of.as_ref()),
            Said::Claimed(said) => (&said.referral, Addressee, None),
            Said::Cancelled(said) => (&said.referral, Sender, None),
            Said::CancellationRequested(said) => (&said.referral, Sender, None),
            Said::EnteredInError(said) => (&said.referral, Sender, None),
            Said::Arbitrated(said) => (&said.referral, Coordinator, None),
            Said::Made(_) | Said::Offered(_) => return None,
            Said::LeadOffered(_) | Said::LeadAccepted(_) | Said::LeadDeclined(_) => return None,
        };
        Some(Self { referral, side, on_behalf_of })
    }
}

/// May this be said of a referral that has come so far? The table of the closed loop.
pub(crate) fn in_phase(said: &Said, request: &Request) -> Result<(), Refusal> {
    use Phase::{Accepted, InProgress, Made, Offered, OnHold, Received, Returned};
    let phase = request.phase;
    let ended = |late: Refusal| match phase {
        Phase::Cancelled => Refusal::Cancelled,
        Phase::EnteredInError => Refusal::EnteredInError,
        Offered => Refusal::NotClaimed,
        _ => late,
    };
    let asked = request.cancellation_asked;
    match (said, phase) {
        (Said::Received(_), Made) => Ok(()),
        (Said::Received(_), Received) => Err(Refusal::AlreadyReceived),
        (Said::Received(_), _) => Err(ended(Refusal::AlreadyAnswered)),

        (Said::Returned(_), Received) if request.insisted => Err(Refusal::ReturnDecided),
        (Said::Accepted(_) | Said::Returned(_), Received) => Ok(()),
        (Said::Accepted(_) | Said::Returned(_), Made) => Err(Refusal::NotReceived),
        (Said::Accepted(_) | Said::Returned(_), _) => Err(ended(Refusal::AlreadyAnswered)),

        (Said::Claimed(_), Offered) => Ok(()),
        (Said::Claimed(_), Phase::Cancelled | Phase::EnteredInError) => Err(ended(Refusal::AlreadyEnded)),
        (Said::Claimed(_), _) => Err(Refusal::AlreadyClaimed),

        (Said::Started(_), Accepted) => Ok(()),
        (Said::Started(_), InProgress | OnHold) => Err(Refusal::AlreadyStarted),
        (Said::Held(_), Accepted | InProgress) => Ok(()),
        (Said::Held(_), OnHold) => Err(Refusal::OnHold),
        (Said::Resumed(_), OnHold) => Ok(()),
        (Said::Resumed(_), Accepted | InProgress) => Err(Refusal::NotOnHold),
        (Said::AppointmentMissed(_), Accepted | InProgress) => Ok(()),
        (Said::AppointmentMissed(_), OnHold) => Err(Refusal::OnHold),
        (Said::Completed(_), Accepted | InProgress) => Ok(()),
        (Said::Completed(_), OnHold) => Err(Refusal::OnHold),
        (Said::Failed(_), Accepted | InProgress | OnHold) => Ok(()),
        (Said::CancellationAgreed(_) | Said::CancellationRefused(_), InProgress | OnHold) if asked => Ok(()),
        (Said::CancellationAgreed(_) | Said::CancellationRefused(_), Accepted | InProgress | OnHold) => {
            Err(Refusal::NoCancellationAsked)
        }
        (
            Said::Started(_)
            | Said::Held(_)
            | Said::Resumed(_)
            | Said::AppointmentMissed(_)
            | Said::Completed(_)
            | Said::Failed(_)
            | Said::CancellationAgreed(_)
            | Said::CancellationRefused(_),
            Made | Received,
        ) => Err(Refusal::NotAccepted),

        // Until the work has begun the sender alone may take it back; then both sides must agree.
        (Said::Cancelled(_), Offered | Made | Received | Accepted) => Ok(()),
        (Said::Cancelled(_), InProgress | OnHold) => Err(Refusal::WorkBegun),
        (Said::CancellationRequested(_), InProgress | OnHold) if asked => {
            Err(Refusal::CancellationAlreadyAsked)
        }
        (Said::CancellationRequested(_), InProgress | OnHold) => Ok(()),
        (Said::CancellationRequested(_), Offered | Made | Received | Accepted) => Err(Refusal::WorkNotBegun),

        (Said::EnteredInError(_), Offered | Made | Received | Returned) => Ok(()),
        (Said::EnteredInError(_), Accepted | InProgress | OnHold) => Err(Refusal::SomethingRestsOnIt),

        (Said::Arbitrated(_), Returned) => Ok(()),
        (Said::Arbitrated(_), _) => Err(Refusal::NotReturned),

        (_, _) => Err(ended(Refusal::AlreadyEnded)),
    }
}
