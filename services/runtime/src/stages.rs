//! The stages side by side: each folds the same history into its own state, and the stage that owns a fact
//! decides on it.

use case_conference::CaseConference;
use closure::Closure;
use follow_up::FollowUp;
use guardianship::Guardianship;
use intake::Intake;
use jurisdiction::Rules;
use mandatory_reporting::MandatoryReporting;
use one_stop::OneStop;
use referral::Referral;
use std::collections::BTreeSet;
use std::mem::take;
use vocabulary::withdrawal::standing;
use vocabulary::{Attributes, CaseFact, Consequence, Fact, Instant, Proposed, Refusal, Stage, TypeName};

/// Every stage once, in the order in which a case meets them; its facts go by the same name.
macro_rules! stages {
    ($($field:ident: $stage:ident,)+) => {
        /// What all stages remember of one history.
        #[derive(Clone, Default)]
        pub(crate) struct States { $(pub(crate) $field: <$stage as Stage<Rules>>::State,)+ }

        impl States {
            /// What they remember of what stands of a history at its end.
            pub(crate) fn of(facts: &[CaseFact]) -> Self {
                let mut states = Self::default();
                standing(facts).into_iter().for_each(|fact| states.evolve(fact));
                states
            }

            /// Folds one more fact into every stage.
            pub(crate) fn evolve(&mut self, fact: &CaseFact) {
                $(self.$field = $stage::evolve(take(&mut self.$field), fact);)+
            }

            /// The decision of the stage that owns the fact. A fact without a Rust type is admitted by role and
            /// involvement alone; facts of the bus about itself are never proposed. What a closed case still
            /// takes is for `closure` to say, and what an absorbed one takes for `intake`.
            pub(crate) fn admit(&self, proposed: &Proposed, rules: &Rules) -> Result<Vec<Consequence>, Refusal> {
                self.takes(&proposed.attributes.kind)?;
                match &proposed.fact {
                    $(Fact::$stage(_) => $stage::admit(&self.$field, proposed, rules),)+
                    Fact::Governance(_) | Fact::Other => Ok(Vec::new()),
                }
            }
        }
    };
}

stages! {
    intake: Intake,
    mandatory_reporting: MandatoryReporting,
    one_stop: OneStop,
    referral: Referral,
    case_conference: CaseConference,
    guardianship: Guardianship,
    follow_up: FollowUp,
    closure: Closure,
}

/// A fact on its way into a history, with what no stage folds: which of its clocks hold a closing back.
pub(crate) fn proposed<'f>(
    (attributes, fact): (&Attributes, &Fact),
    now: Instant,
    history: impl IntoIterator<Item = &'f CaseFact>,
    rules: &Rules,
) -> Proposed {
    let held_by = match fact {
        Fact::Closure(_) => statutory_clock::holding(history, rules, now),
        _ => BTreeSet::new(),
    };
    Proposed { held_by, ..Proposed::new(attributes.clone(), fact.clone(), now) }
}

impl States {
    /// Whether the history still takes a fact of this type.
    pub(crate) fn takes(&self, kind: &TypeName) -> Result<(), Refusal> {
        closure::takes(&self.closure, kind)?;
        intake::takes(&self.intake, kind)
    }

    /// Whether another history may take over the reports of this one.
    pub(crate) fn linkable(&self) -> Result<(), Refusal> {
        closure::open(&self.closure).and_then(|()| intake::linkable(&self.intake))
    }
}
