//! The roles that a process may have.

use clap::ValueEnum;

/// A role of the bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Role {
    /// Leads and reports: arrive, are acknowledged, forwarded, linked
    Intake,
    /// The statutory report
    MandatoryReporting,
    /// One place, one interview
    OneStop,
    /// One agency asks another to act
    Referral,
    /// Conferences and plans
    CaseConference,
    /// Safety, removal, placement, orders
    Guardianship,
    /// Contacts, visits, grades
    FollowUp,
    /// Closing
    Closure,
    /// Says what is to be said of clocks
    Clocks,
    /// Records what agencies are told
    Disclosure,
    /// Keeps the feed streams of agencies on NATS
    Views,
    /// HTTP, the console, and agencies on NATS
    Gateway,
    /// The keys
    Vault,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Intake,
        Self::MandatoryReporting,
        Self::OneStop,
        Self::Referral,
        Self::CaseConference,
        Self::Guardianship,
        Self::FollowUp,
        Self::Closure,
        Self::Clocks,
        Self::Disclosure,
        Self::Views,
        Self::Gateway,
        Self::Vault,
    ];

    /// Its name, as the command line and the service have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Intake => "intake",
            Self::MandatoryReporting => "mandatory-reporting",
            Self::OneStop => "one-stop",
            Self::Referral => "referral",
            Self::CaseConference => "case-conference",
            Self::Guardianship => "guardianship",
            Self::FollowUp => "follow-up",
            Self::Closure => "closure",
            Self::Clocks => "clocks",
            Self::Disclosure => "disclosure",
            Self::Views => "views",
            Self::Gateway => "gateway",
            Self::Vault => "vault",
        }
    }

    /// Whether it decides about the facts of a stage.
    pub fn is_stage(self) -> bool {
        self <= Self::Closure
    }

    /// Whether it protects or reveals values.
    pub fn needs_keys(self) -> bool {
        self.is_stage() || self == Self::Gateway
    }
}
