//! What a stage is: a fold of one history into the little that its own decisions need, and the decision.

use std::collections::BTreeSet;

use crate::{AgencyCode, Attributes, CaseFact, Fact, Instant};

/// A stage of protection work. Both functions are pure: no clock, no I/O, no randomness; time, identity and
/// rules arrive as arguments. `R` is the rules in force (`jurisdiction::Rules`).
pub trait Stage<R> {
    /// What the stage must remember of a history.
    type State: Default + Clone + Send + Sync;

    /// Folds one more fact in. Infallible: a recorded fact is not up for debate.
    fn evolve(state: Self::State, fact: &CaseFact) -> Self::State;

    /// May this become true now? Answers the consequences, or the rule that refuses it.
    ///
    /// # Errors
    /// A [`Refusal`] with a stable code: an answer, not a fault.
    fn admit(state: &Self::State, proposed: &Proposed, rules: &R) -> Result<Vec<Consequence>, Refusal>;
}

/// A fact on its way in: checked by its contract, said by the agency that it names, not yet true.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposed {
    /// The attributes as published.
    pub attributes: Attributes,
    /// What is said.
    pub fact: Fact,
    /// The moment that `recordedtime` will name: it chooses roster and rules.
    pub now: Instant,
    /// To what may end a case: the clocks of the history that are open and hold that back, by their ids. They follow
    /// from the rules, so no stage folds them.
    pub held_by: BTreeSet<String>,
}

impl Proposed {
    /// A fact that nothing holds back.
    pub fn new(attributes: Attributes, fact: Fact, now: Instant) -> Self {
        Self { attributes, fact, now, held_by: BTreeSet::new() }
    }

    /// The agency that speaks.
    pub fn publisher(&self) -> &AgencyCode {
        &self.attributes.source.agency
    }

    /// When it happened, by the publisher's word.
    pub fn happened(&self) -> Instant {
        self.attributes.happened().unwrap_or(self.now)
    }
}

/// A fact that follows from the admitted one; the bus publishes it in the same record.
#[derive(Clone, Debug, PartialEq)]
pub struct Consequence(pub Fact);

/// A rule said no: a stable code, a sentence for a caseworker in both languages, and what exactly is unmet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {en}")]
pub struct Refusal {
    /// Stable code, `<stage>.<rule>`.
    pub code: &'static str,
    /// The sentence in English.
    pub en: &'static str,
    /// The sentence in Chinese.
    pub zh: &'static str,
    /// What is unmet, as codes and references; never words about a person.
    pub unmet: Vec<String>,
}

/// Declares the refusals of a stage: one variant for each rule, its stable code and its sentence in English
/// and Chinese, and `ALL`, by which tests hold that every rule is tried.
#[macro_export]
macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $en:literal, $zh:literal;)+) => {
        /// Why this stage says no.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Refusal { $($(#[$doc])* #[doc = $en] $name,)+ }

        impl Refusal {
            /// Every rule of the stage.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The stable code.
            pub fn code(self) -> &'static str { match self { $(Self::$name => $code),+ } }

            /// The refusal with what is unmet: an id, a code, a label or a day; never words about a person.
            pub fn of(self, unmet: impl ToString) -> $crate::Refusal { self.of_all([unmet]) }

            /// The refusal with everything that is unmet.
            pub fn of_all(self, unmet: impl IntoIterator<Item = impl ToString>) -> $crate::Refusal {
                let unmet = unmet.into_iter().map(|one| one.to_string()).collect();
                $crate::Refusal { unmet, ..self.into() }
            }
        }

        impl From<Refusal> for $crate::Refusal {
            fn from(refusal: Refusal) -> Self {
                let (en, zh) = match refusal { $(Refusal::$name => ($en, $zh)),+ };
                Self { code: refusal.code(), en, zh, unmet: Vec::new() }
            }
        }
    };
}
