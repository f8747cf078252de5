//! The tracks of a case: what goes on side by side while the case has one lifecycle. A justice track may run for
//! two years while a placement ends in a month.

use super::known::{Known, by_type, known};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use vocabulary::guardianship::Guardianship;
use vocabulary::mandatory_reporting::MandatoryReporting;
use vocabulary::{CaseFact, Fact, Instant};

/// Which track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrackName {
    /// Police, procuratorate, court.
    Justice,
    /// Where the child is, and whether it is safe there.
    Safety,
    /// Who has guardianship.
    Guardianship,
    /// The protection order.
    ProtectionOrder,
}

impl TrackName {
    /// The code by which it is written everywhere.
    pub fn code(self) -> &'static str {
        match self {
            Self::Justice => "justice",
            Self::Safety => "safety",
            Self::Guardianship => "guardianship",
            Self::ProtectionOrder => "protection-order",
        }
    }
}

impl fmt::Display for TrackName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The first state of justice: the police have it.
const ACCEPTED: &str = "accepted";

/// A track as an answer shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Track {
    /// Which.
    pub track: TrackName,
    /// Its state, a code.
    pub state: String,
    /// Since when.
    pub since: Instant,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Tracks(BTreeMap<TrackName, Known<String>>);

impl Tracks {
    pub(super) fn all(&self) -> impl Iterator<Item = (TrackName, &Known<String>)> {
        self.0.iter().map(|(name, state)| (*name, state))
    }

    pub(super) fn evolve(&mut self, fact: &CaseFact) {
        match &fact.fact {
            Fact::MandatoryReporting(
                MandatoryReporting::PoliceAccepted(_) | MandatoryReporting::SuspectedCrimeTransferred(_),
            ) => self.begin(TrackName::Justice, ACCEPTED, fact),
            Fact::MandatoryReporting(MandatoryReporting::CaseFilingDeclined(_)) => self.decline(fact),
            Fact::MandatoryReporting(MandatoryReporting::CriminalCaseFiled(_)) => {
                self.set(TrackName::Justice, "criminal-filed", fact);
            }
            Fact::Guardianship(said) => self.guard(said, fact),
            Fact::Other => self.judge(fact),
            Fact::Intake(_)
            | Fact::MandatoryReporting(_)
            | Fact::OneStop(_)
            | Fact::Referral(_)
            | Fact::CaseConference(_)
            | Fact::FollowUp(_)
            | Fact::Closure(_)
            | Fact::Governance(_) => {}
        }
    }

    fn guard(&mut self, said: &Guardianship, fact: &CaseFact) {
        use TrackName::{Guardianship as Guardian, ProtectionOrder, Safety};
        match said {
            Guardianship::SafetyAssessed(said) => {
                self.set(Safety, if said.danger_now { "danger" } else { "safe" }, fact);
            }
            Guardianship::ChildRemoved(_) => self.set(Safety, "removed", fact),
            Guardianship::PlacementHandedOver(_) => self.set(Safety, "placed", fact),
            Guardianship::ChildReturned(_) => self.set(Safety, "returned", fact),
            Guardianship::TemporaryGuardianshipStarted(_) => self.set(Guardian, "temporary", fact),
            Guardianship::TemporaryGuardianshipEnded(said) => {
                self.0.insert(Guardian, known(&said.end_reason, "end_reason", fact));
            }
            Guardianship::ProtectionOrderApplied(_) => self.set(ProtectionOrder, "applied", fact),
            Guardianship::ProtectionOrderDecided(said) => {
                let outcome = if said.granted { "granted" } else { "refused" };
                self.set(ProtectionOrder, outcome, fact);
            }
            Guardianship::ProtectionOrderServed(_) => self.set(ProtectionOrder, "active", fact),
            Guardianship::ProtectionOrderExpired(_) => self.set(ProtectionOrder, "expired", fact),
            Guardianship::ProtectionOrderReviewed(said) if said.outcome == "revoked" => {
                self.0.insert(ProtectionOrder, known(&said.outcome, "outcome", fact));
            }
            Guardianship::PlacementTransferredToKin(_) => self.set(Safety, "kin", fact),
            Guardianship::AdoptionCompleted(_) => self.set(Guardian, "adopted", fact),
            Guardianship::LongTermGuardianshipStarted(_) => self.set(Guardian, "long-term", fact),
            Guardianship::RevocationDecided(said) if said.outcome == "revoked" => {
                self.0.insert(Guardian, known(&said.outcome, "outcome", fact));
            }
            Guardianship::RestorationDecided(said) if said.outcome == "restored" => {
                self.0.insert(Guardian, known(&said.outcome, "outcome", fact));
            }
            Guardianship::RevocationPetitioned(_)
            | Guardianship::RevocationDecided(_)
            | Guardianship::RestorationDecided(_)
            | Guardianship::GuardianshipAssessed(_)
            | Guardianship::GuardianNotifiedToCollect(_)
            | Guardianship::ProtectionOrderExtended(_)
            | Guardianship::ProtectionOrderReviewed(_)
            | Guardianship::ReturnNoticeGiven(_) => {}
        }
    }

    /// Facts of justice have no Rust type: their names say what a track needs.
    fn judge(&mut self, fact: &CaseFact) {
        let state = match fact.attributes.kind.as_str() {
            "justice.case-transferred-for-prosecution.v1" => "to-prosecution",
            "justice.prosecution-decided.v1" => match fact.clear.get("outcome").and_then(|o| o.as_str()) {
                Some("prosecute") => "prosecuted",
                _ => "prosecution-decided",
            },
            "justice.judgment-delivered.v1" => "judged",
            _ => return,
        };
        self.set(TrackName::Justice, state, fact);
    }

    /// What was declined on one report takes nothing from what was filed on another.
    fn decline(&mut self, fact: &CaseFact) {
        if self.0.get(&TrackName::Justice).is_none_or(|known| known.value == ACCEPTED) {
            self.set(TrackName::Justice, "filing-declined", fact);
        }
    }

    fn begin(&mut self, name: TrackName, state: &str, fact: &CaseFact) {
        if !self.0.contains_key(&name) {
            self.set(name, state, fact);
        }
    }

    fn set(&mut self, name: TrackName, state: &str, fact: &CaseFact) {
        self.0.insert(name, by_type(state.to_owned(), fact));
    }
}
