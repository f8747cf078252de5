//! The stages side by side: each folds the same history into its own state, and the stage that owns a fact
//! decides on it.

use intake::Intake;
use jurisdiction::Rules;
use mandatory_reporting::MandatoryReporting;
use referral::Referral;
use std::mem::take;
use vocabulary::{CaseFact, Consequence, Fact, Proposed, Refusal, Stage};

/// What all stages remember of one history.
#[derive(Clone, Default)]
pub(crate) struct States {
    intake: <Intake as Stage<Rules>>::State,
    mandatory_reporting: <MandatoryReporting as Stage<Rules>>::State,
    referral: <Referral as Stage<Rules>>::State,
}

impl States {
    /// Folds one more fact into every stage.
    pub(crate) fn evolve(&mut self, fact: &CaseFact) {
        self.intake = Intake::evolve(take(&mut self.intake), fact);
        self.mandatory_reporting = MandatoryReporting::evolve(take(&mut self.mandatory_reporting), fact);
        self.referral = Referral::evolve(take(&mut self.referral), fact);
    }

    /// The decision of the stage that owns the fact. A fact without a Rust type is admitted by role and
    /// involvement alone; facts of the bus about itself are never proposed.
    pub(crate) fn admit(&self, proposed: &Proposed, rules: &Rules) -> Result<Vec<Consequence>, Refusal> {
        match &proposed.fact {
            Fact::Intake(_) => Intake::admit(&self.intake, proposed, rules),
            Fact::MandatoryReporting(_) => {
                MandatoryReporting::admit(&self.mandatory_reporting, proposed, rules)
            }
            Fact::Referral(_) => Referral::admit(&self.referral, proposed, rules),
            Fact::Governance(_) | Fact::Other => Ok(Vec::new()),
        }
    }
}
