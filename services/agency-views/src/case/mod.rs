//! A case as a desk shows it: how far it has come, who leads, what waits on whom, which clocks run. One fold of
//! one history; the same for a list, a page, and a page as of an earlier moment.
//!
//! Every value carries the fact that made it so ([`Known`]): whoever renders the case shows a value to an
//! agency only where that agency was told of that fact.

mod breach;
mod clock;
mod duty;
mod known;
mod phase;
mod referral;
mod track;

pub use breach::Breach;
pub use clock::ClockRow;
pub use duty::{Duty, DutyKind, Party};
pub use known::Known;
pub use phase::Phase;
pub use referral::{ReferralPhase, ReferralRow};
pub use track::{Track, TrackName};

use duty::Duties;
use jurisdiction::Rules;
use known::known;
use phase::Phases;
use referral::Referrals;
use serde::{Deserialize, Serialize};
use track::Tracks;
use vocabulary::follow_up::FollowUp;
use vocabulary::governance::Governance;
use vocabulary::intake::Intake;
use vocabulary::mandatory_reporting::MandatoryReporting;
use vocabulary::referral::Referral;
use vocabulary::withdrawal::standing;
use vocabulary::{AgencyCode, CaseFact, Child, Fact, FactRef, Instant};

/// One case, folded.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// When the first fact was recorded, and where it stands.
    pub opened: Option<(Instant, FactRef)>,
    /// Who coordinates, where that has changed since it was opened.
    #[serde(default)]
    pub hosts: Option<Vec<AgencyCode>>,
    /// The last fact.
    pub last: Option<FactRef>,
    /// How far it has come.
    phases: Phases,
    /// The risk grade: the last one that somebody assigned or changed.
    pub grade: Option<Known<String>>,
    /// The agency that leads.
    pub lead: Option<Known<AgencyCode>>,
    /// The children, as labels.
    pub children: Option<Known<Vec<Child>>>,
    /// Justice, safety, guardianship, protection order.
    tracks: Tracks,
    /// What waits on whom.
    duties: Duties,
    /// The referrals.
    referrals: Referrals,
    /// The breaches that the bus has announced.
    pub breaches: Vec<Breach>,
}

impl Case {
    /// Folds one more fact in. One that withdraws another changes what stands before it: then [`Case::of`] is due.
    pub fn evolve(&mut self, fact: &CaseFact) {
        self.opened.get_or_insert((fact.recorded, fact.at));
        self.last = Some(fact.at);
        self.phases.evolve(fact);
        self.tracks.evolve(fact);
        self.duties.evolve(fact);
        self.referrals.evolve(fact);
        self.note(fact);
    }

    /// The fold of a history, of what stands of it at its end.
    pub fn of<'f>(facts: impl IntoIterator<Item = &'f CaseFact>) -> Self {
        let mut case = Self::default();
        standing(facts).into_iter().for_each(|fact| case.evolve(fact));
        case
    }

    fn note(&mut self, fact: &CaseFact) {
        match &fact.fact {
            Fact::FollowUp(FollowUp::RiskGradeAssigned(said)) => {
                self.grade = Some(known(&said.grade.to_string(), "grade", fact));
            }
            Fact::FollowUp(FollowUp::RiskGradeChanged(said)) => {
                self.grade = Some(known(&said.to.to_string(), "to", fact));
            }
            Fact::Intake(Intake::CaseOpened(opened)) => {
                self.lead = Some(known(&opened.lead, "lead", fact));
                self.children = Some(known(&opened.children, "children", fact));
            }
            Fact::Intake(Intake::IndicatorAlertRaised(alert)) => self.name(&alert.children, fact),
            Fact::Intake(Intake::LeadReceived(lead)) => {
                lead.children.iter().for_each(|children| self.name(children, fact));
            }
            Fact::MandatoryReporting(MandatoryReporting::ReportFiled(filed)) => {
                self.name(&filed.children, fact);
            }
            Fact::Referral(Referral::LeadAccepted(said)) => self.lead = Some(known(&said.lead, "lead", fact)),
            Fact::Intake(_)
            | Fact::MandatoryReporting(_)
            | Fact::OneStop(_)
            | Fact::Referral(_)
            | Fact::CaseConference(_)
            | Fact::Guardianship(_)
            | Fact::FollowUp(FollowUp::VisitRecorded(_)) // what the visitor saw is not yet the grade of the case
            | Fact::Closure(_)
            | Fact::Other => {}
            Fact::Governance(Governance::CoordinatorChanged(said)) => self.hosts = Some(said.to.clone()),
            Fact::Governance(said) => breach::note(&mut self.breaches, said),
        }
    }

    /// A report labels its children; the coordinator's opening of the case has the last word.
    fn name(&mut self, children: &[Child], fact: &CaseFact) {
        if self.lead.is_none() && !children.is_empty() {
            self.children = Some(known(&children.to_vec(), "children", fact));
        }
    }

    /// How far the case has come.
    pub fn phase(&self) -> Option<&Known<Phase>> {
        self.phases.now()
    }

    /// How its tracks stand.
    pub fn tracks(&self) -> impl Iterator<Item = (TrackName, &Known<String>)> {
        self.tracks.all()
    }

    /// What waits on whom, the oldest first; clocks are apart.
    pub fn duties(&self) -> &[Duty] {
        self.duties.all()
    }

    /// Its referrals, in the order of their making.
    pub fn referrals(&self) -> &[ReferralRow] {
        self.referrals.all()
    }

    /// The number for people: year and ledger position of the first fact.
    pub fn number(&self, rules: &Rules) -> String {
        self.opened.map_or_else(String::new, |(at, first)| {
            format!("{}-{:06}", rules.local_date(at).year(), first.sequence.0)
        })
    }
}
