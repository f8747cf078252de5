//! The facts of which the tests of guardianship speak: incident A, and what may go otherwise.

use jurisdiction::{Rules, given};
use vocabulary::case_conference::{CaseConference, Concluded};
use vocabulary::given::said;
use vocabulary::guardianship::{
    ChildRemoved, ChildReturned, GuardianNotifiedToCollect, Guardianship as Said, GuardianshipAssessed,
    LongTermGuardianshipStarted, PlacementHandedOver, ProtectionOrderApplied, ProtectionOrderDecided,
    ProtectionOrderExpired, ProtectionOrderExtended, ProtectionOrderReviewed, ProtectionOrderServed,
    RestorationDecided, ReturnNoticeGiven, RevocationDecided, RevocationPetitioned, SafetyAssessed,
    TemporaryGuardianshipEnded, TemporaryGuardianshipStarted,
};
use vocabulary::intake::{CaseOpened, Intake};
use vocabulary::mandatory_reporting::{EmergencyMeasuresTaken, MandatoryReporting};
use vocabulary::{AgencyCode, CaseFact, Child, Fact, Instant, Version};

pub(super) const ORDER: &str = "00000000-0000-4000-8000-000000000001";
pub(super) const SECOND: &str = "00000000-0000-4000-8000-000000000002";
pub(super) const OTHER: &str = "00000000-0000-4000-8000-000000000009";

/// The small region, with a care centre and a court.
pub(super) fn rules() -> Rules {
    let mut files = given::files();
    for (code, role) in [("mpc", "care-centre"), ("crt", "court")] {
        let named = format!("code = \"{code}\"\nname = {{ zh = \"测试\", en = \"Test\" }}\nlevel = 1\n");
        let roles =
            format!("from = \"2020-01-01\"\nroles = [{{ role = \"{role}\", from = \"2020-01-01\" }}]\n");
        files[0].content.push_str(&format!("\n[[agency]]\n{named}{roles}"));
    }
    Rules::read(&files, Version(1)).unwrap()
}

pub(super) fn code(agency: &str) -> AgencyCode {
    AgencyCode::parse(agency).unwrap()
}

/// What happened at that minute, and was recorded at once.
pub(super) fn at(agency: &str, minute: &str, id: &str, fact: impl Into<Fact>) -> CaseFact {
    let mut fact = said(agency, id, fact);
    fact.attributes.time = time(minute);
    fact.recorded = Instant::parse(&time(minute)).unwrap();
    fact
}

pub(super) fn time(minute: &str) -> String {
    format!("{}:00+08:00", minute.replace(' ', "T"))
}

pub(super) fn opened() -> CaseFact {
    let opened = CaseOpened {
        opened_at: time("2026-03-30 15:20"),
        reports: vec![OTHER.to_owned()],
        children: vec![Child { label: "A".into(), age_band: "6-13".into(), sex: "female".into() }],
        lead: code("psb"),
    };
    at("wbo", "2026-03-30 15:20", OTHER, Intake::CaseOpened(opened))
}

pub(super) fn danger(danger_now: bool) -> CaseFact {
    let (assessed_at, tool_version) = (time("2026-03-30 15:30"), "safety-2.1".to_owned());
    let assessed = SafetyAssessed { assessed_at, danger_now, tool_version };
    at("psb-03", "2026-03-30 15:30", OTHER, Said::SafetyAssessed(assessed))
}

pub(super) fn measures() -> CaseFact {
    let said =
        EmergencyMeasuresTaken { measures: vec!["separated".to_owned()], taken_at: time("2026-03-30 15:25") };
    at("vil-03", "2026-03-30 15:25", OTHER, MandatoryReporting::EmergencyMeasuresTaken(said))
}

pub(super) fn removed() -> CaseFact {
    let removed = ChildRemoved { removed_at: time("2026-03-30 20:05"), ground: "suspect-in-home".to_owned() };
    at("psb-03", "2026-03-30 20:05", OTHER, Said::ChildRemoved(removed))
}

pub(super) fn placed_with(to: &str, written: bool) -> CaseFact {
    let placed = PlacementHandedOver { to: code(to), handed_over_at: time("2026-03-30 21:10"), written };
    at("psb-03", "2026-03-30 21:10", OTHER, Said::PlacementHandedOver(placed))
}

pub(super) fn placed() -> CaseFact {
    placed_with("mpc", true)
}

pub(super) fn temporary_until(until: &str) -> CaseFact {
    let (ground, started_at) = ("92-6".to_owned(), time("2026-03-30 21:20"));
    let started = TemporaryGuardianshipStarted { ground, started_at, until: until.to_owned() };
    at("cab", "2026-03-30 21:20", OTHER, Said::TemporaryGuardianshipStarted(started))
}

pub(super) fn temporary() -> CaseFact {
    temporary_until("2027-03-30")
}

pub(super) fn applied(id: &str, to: &str) -> CaseFact {
    let applied = ProtectionOrderApplied { to: code(to), urgent: true, applied_at: time("2026-03-31 10:00") };
    at("cab", "2026-03-31 10:00", id, Said::ProtectionOrderApplied(applied))
}

pub(super) fn decided_with(change: impl FnOnce(&mut ProtectionOrderDecided)) -> CaseFact {
    let mut decided = ProtectionOrderDecided {
        application: ORDER.to_owned(),
        granted: true,
        decided_at: time("2026-04-01 08:40"),
        valid_to: Some("2026-10-01".to_owned()),
        to: Some(vec![code("psb-03")]),
    };
    change(&mut decided);
    at("crt", "2026-04-01 08:40", OTHER, Said::ProtectionOrderDecided(decided))
}

pub(super) fn granted() -> CaseFact {
    decided_with(|_| {})
}

pub(super) fn refused() -> CaseFact {
    decided_with(|decided| {
        decided.granted = false;
        decided.valid_to = None;
    })
}

pub(super) fn served_on(recipients: &[&str], to: &str) -> CaseFact {
    let served = ProtectionOrderServed {
        application: ORDER.to_owned(),
        served_on: recipients.iter().map(|&recipient| recipient.to_owned()).collect(),
        served_at: time("2026-04-01 11:30"),
        to: Some(vec![code(to)]),
    };
    at("crt", "2026-04-01 11:30", OTHER, Said::ProtectionOrderServed(served))
}

pub(super) fn served() -> CaseFact {
    served_on(&["applicant", "respondent", "police", "committee"], "psb-03")
}

pub(super) fn expired_at(by: &str, minute: &str, valid_to: &str) -> CaseFact {
    let expired = ProtectionOrderExpired { application: ORDER.to_owned(), valid_to: valid_to.to_owned() };
    at(by, minute, OTHER, Said::ProtectionOrderExpired(expired))
}

pub(super) fn expired() -> CaseFact {
    expired_at("bus", "2026-10-02 00:00", "2026-10-01")
}

pub(super) fn concluded(result: &str) -> CaseFact {
    let concluded = Concluded {
        conference: OTHER.to_owned(),
        result: result.to_owned(),
        concluded_at: time("2026-07-16 16:30"),
        attended: vec![code("cab")],
        child_view: "heard".to_owned(),
        decisions: Vec::new(),
    };
    at("wbo", "2026-07-16 16:30", OTHER, CaseConference::Concluded(concluded))
}

pub(super) fn assessed(purpose: &str, result_grade: &str) -> CaseFact {
    let assessed = GuardianshipAssessed {
        purpose: purpose.to_owned(),
        result_grade: result_grade.to_owned(),
        assessed_at: time("2026-06-30 16:00"),
        valid_until: "2026-12-30".to_owned(),
    };
    at("mpc", "2026-06-30 16:00", OTHER, Said::GuardianshipAssessed(assessed))
}

pub(super) fn able() -> CaseFact {
    assessed("return", "able-with-support")
}

pub(super) fn notified_at(minute: &str) -> CaseFact {
    let notified = GuardianNotifiedToCollect { notified_at: time(minute), due: "2026-07-23".to_owned() };
    at("mpc", minute, OTHER, Said::GuardianNotifiedToCollect(notified))
}

pub(super) fn notified() -> CaseFact {
    notified_at("2026-07-20 09:00")
}

pub(super) fn returned_at(minute: &str) -> CaseFact {
    at("mpc", minute, OTHER, Said::ChildReturned(ChildReturned { returned_at: time(minute) }))
}

pub(super) fn returned() -> CaseFact {
    returned_at("2026-07-22 10:00")
}

pub(super) fn ended(end_reason: &str) -> CaseFact {
    let (ended_at, end_reason) = (time("2026-07-22 10:30"), end_reason.to_owned());
    let ended = TemporaryGuardianshipEnded { ended_at, end_reason };
    at("mpc", "2026-07-22 10:30", OTHER, Said::TemporaryGuardianshipEnded(ended))
}

pub(super) fn extended(valid_to: &str) -> CaseFact {
    let extended = ProtectionOrderExtended {
        application: ORDER.to_owned(),
        extended_at: time("2026-09-28 10:00"),
        valid_to: valid_to.to_owned(),
        doc_hash: None,
    };
    at("crt", "2026-09-28 10:00", OTHER, Said::ProtectionOrderExtended(extended))
}

pub(super) fn reviewed(outcome: &str) -> CaseFact {
    let reviewed = ProtectionOrderReviewed {
        application: ORDER.to_owned(),
        requested_at: time("2026-04-03 10:00"),
        decided_at: time("2026-04-08 10:00"),
        outcome: outcome.to_owned(),
        doc_hash: None,
    };
    at("crt", "2026-04-08 10:00", OTHER, Said::ProtectionOrderReviewed(reviewed))
}

pub(super) fn notice_to(agency: &str) -> CaseFact {
    let notice = ReturnNoticeGiven { to: vec![code(agency)], given_at: time("2026-07-22 16:00") };
    at("mpc", "2026-07-22 16:00", OTHER, Said::ReturnNoticeGiven(notice))
}

/// The petition that the tests know as this.
pub(super) const PETITION: &str = "00000000-0000-4000-8000-000000000003";
/// The decision on it.
pub(super) const DECISION: &str = "00000000-0000-4000-8000-000000000004";

pub(super) fn petitioned_to(to: &str) -> CaseFact {
    let petitioned = RevocationPetitioned {
        to: code(to),
        petitioned_at: time("2026-05-20 10:00"),
        grounds: vec!["35-3".to_owned()],
        temporary_asked: false,
        supported_by: None,
    };
    at("cab", "2026-05-20 10:00", PETITION, Said::RevocationPetitioned(petitioned))
}

pub(super) fn petitioned() -> CaseFact {
    petitioned_to("crt")
}

pub(super) fn court_decided(outcome: &str, appointed: Option<&str>) -> CaseFact {
    let decided = RevocationDecided {
        petition: PETITION.to_owned(),
        decided_at: time("2026-06-15 10:00"),
        outcome: outcome.to_owned(),
        new_guardian_kind: appointed.map(str::to_owned),
        to: None,
    };
    at("crt", "2026-06-15 10:00", DECISION, Said::RevocationDecided(decided))
}

pub(super) fn revoked() -> CaseFact {
    court_decided("revoked", Some("civil-affairs"))
}

pub(super) fn given_back(outcome: &str) -> CaseFact {
    let decided = RestorationDecided {
        revocation: DECISION.to_owned(),
        decided_at: time("2026-10-15 10:00"),
        outcome: outcome.to_owned(),
        child_heard: true,
        to: None,
    };
    at("crt", "2026-10-15 10:00", OTHER, Said::RestorationDecided(decided))
}

pub(super) fn long_term(ground: &str) -> CaseFact {
    let (ground, started_at) = (ground.to_owned(), time("2026-06-16 10:00"));
    at(
        "cab",
        "2026-06-16 10:00",
        OTHER,
        Said::LongTermGuardianshipStarted(LongTermGuardianshipStarted { ground, started_at }),
    )
}
