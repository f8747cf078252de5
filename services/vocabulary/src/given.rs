//! Given, when, then: the tests of a stage read as sentences.

use crate::withdrawal::standing;
use crate::{Attributes, CaseFact, Consequence, Fact, FactRef, Instant, Position, Proposed, Refusal, Stage};
use std::collections::BTreeSet;

/// A fact that an agency says, for tests: `by("psb-03", fact)`.
pub fn by(agency: &str, fact: impl Into<Fact>) -> CaseFact {
    said(agency, "00000000-0000-4000-8000-000000000000", fact)
}

/// As [`by`], with the id by which other facts refer to it.
pub fn said(agency: &str, id: &str, fact: impl Into<Fact>) -> CaseFact {
    let fact = fact.into();
    let (kind, clear) = fact.write().expect("a typed fact");
    let attributes = serde_json::from_value::<Attributes>(serde_json::json!({
        "specversion": "1.0", "id": id, "source": format!("/999901/{agency}"), "type": &kind,
        "time": "2026-03-30T14:18:00+08:00",
    }));
    CaseFact {
        at: FactRef { sequence: Position(1), ordinal: 0 },
        recorded: Instant::parse("2026-03-30T06:19:00Z").expect("a time"),
        attributes: attributes.expect("attributes"),
        fact,
        newer: crate::upcast::upcast(&kind, &clear),
        clear,
        protected: Vec::new(),
    }
}

/// A history so far.
pub struct Given<'r, R, S: Stage<R>> {
    state: S::State,
    rules: &'r R,
    held_by: BTreeSet<String>,
}

/// Starts a sentence: under these rules, after these facts.
pub fn given<'r, S: Stage<R>, R>(rules: &'r R, facts: impl IntoIterator<Item = CaseFact>) -> Given<'r, R, S> {
    let place = |(index, mut fact): (usize, CaseFact)| {
        fact.at.sequence = Position(index as u64 + 1);
        fact
    };
    let facts: Vec<CaseFact> = facts.into_iter().enumerate().map(place).collect();
    Given {
        state: standing(&facts).into_iter().fold(S::State::default(), S::evolve),
        rules,
        held_by: BTreeSet::new(),
    }
}

impl<R, S: Stage<R>> Given<'_, R, S> {
    /// The state that the facts fold to.
    pub fn state(&self) -> &S::State {
        &self.state
    }

    /// While these clocks hold a closing back.
    pub fn held_by(self, clocks: &[&str]) -> Self {
        Self { held_by: clocks.iter().map(|&clock| clock.to_owned()).collect(), ..self }
    }

    /// Somebody says one more.
    pub fn when(&self, fact: CaseFact) -> Then {
        let proposed = Proposed::new(fact.attributes, fact.fact, fact.recorded);
        Then(S::admit(&self.state, &Proposed { held_by: self.held_by.clone(), ..proposed }, self.rules))
    }
}

/// What the stage answered.
pub struct Then(Result<Vec<Consequence>, Refusal>);

impl Then {
    /// It became true, with these consequences and no others.
    #[track_caller]
    pub fn then_admitted(self, consequences: impl IntoIterator<Item = Fact>) {
        let expected: Vec<_> = consequences.into_iter().map(Consequence).collect();
        assert_eq!(self.0, Ok(expected));
    }

    /// It was refused under this code.
    #[track_caller]
    pub fn then_refused(self, code: &str) {
        assert_eq!(self.0.map_err(|refusal| refusal.code), Err(code));
    }
}
