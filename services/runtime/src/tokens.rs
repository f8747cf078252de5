//! Tokens of agencies. A token is 256 random bits; what is kept, as a fact in `agency-<code>`, is its hash.

use crate::bus::Bus;
use crate::problem::Problem;
use crate::publish::Caller;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ledger::{Follower, Ledger, Stored};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use vocabulary::governance::{AgencyTokenIssued, Governance};
use vocabulary::id::HistoryKind;
use vocabulary::{AgencyCode, CaseFact, Fact, HistoryId, Instant, Position, Version};

/// A token that was just issued: the only moment at which it can be read.
pub struct Issued {
    /// Whose it is.
    pub agency: AgencyCode,
    /// The token.
    pub token: String,
    /// When it ends.
    pub expires_at: Option<Instant>,
}

/// The hashes of all tokens.
pub(crate) struct Tokens {
    by_hash: RwLock<HashMap<String, AgencyTokenIssued>>,
    read_through: Position,
}

fn hash(token: &str) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(token)))
}

impl Tokens {
    /// Reads the tokens of all agencies.
    pub(crate) fn read(ledger: &dyn Ledger) -> Result<Self, Problem> {
        let read_through = *ledger.head().borrow();
        let tokens = Self { by_hash: RwLock::default(), read_through };
        for history in ledger.histories(HistoryKind::Agency)? {
            tokens.apply(&ledger.read(&history, Version(0))?)?;
        }
        Ok(tokens)
    }

    /// Follows the ledger for tokens that other processes issue.
    pub(crate) async fn follow(&self, ledger: Arc<dyn Ledger>) {
        let mut follower = Follower::follow(ledger, self.read_through);
        while let Ok(records) = follower.next().await {
            if let Err(error) = self.apply(&records) {
                tracing::error!(%error, "a token cannot be read");
                return;
            }
        }
    }

    fn apply(&self, records: &[Stored]) -> Result<(), Problem> {
        for stored in records.iter().filter(|stored| stored.record.history.kind() == HistoryKind::Agency) {
            let facts = CaseFact::of_record(stored.position, &stored.record);
            for fact in facts.map_err(|error| Problem::Damaged(error.to_string()))? {
                if let Fact::Governance(Governance::AgencyTokenIssued(issued)) = fact.fact {
                    self.add(issued);
                }
            }
        }
        Ok(())
    }

    fn add(&self, issued: AgencyTokenIssued) {
        let mut by_hash = self.by_hash.write().unwrap_or_else(PoisonError::into_inner);
        by_hash.insert(issued.token_hash.clone(), issued);
    }

    fn find(&self, token: &str) -> Option<AgencyTokenIssued> {
        self.by_hash.read().unwrap_or_else(PoisonError::into_inner).get(&hash(token)).cloned()
    }
}

impl Bus {
    /// Who holds this token. Only the hash is looked up, so the time that it takes says nothing of a token.
    ///
    /// # Errors
    /// [`Problem::Unauthenticated`]: unknown, ended, or of the demo outside the demo; [`Problem::OffRoster`]:
    /// the agency is not on the roster any more.
    pub fn authenticate(&self, token: &str) -> Result<Caller, Problem> {
        let issued = self.tokens.find(token).ok_or(Problem::Unauthenticated)?;
        // an end that cannot be read has come: a token is never longer-lived than it says
        let ended = issued
            .expires_at
            .as_deref()
            .is_some_and(|at| Instant::parse(at).map_or(true, |at| at <= self.now()));
        if ended || (issued.demo == Some(true) && !self.demo) {
            return Err(Problem::Unauthenticated);
        }
        if self.rules()?.agency(&issued.agency, self.now()).is_none() {
            return Err(Problem::OffRoster);
        }
        Ok(Caller { agency: issued.agency })
    }

    /// The agency that another door has already recognised, if it is on the roster now.
    ///
    /// # Errors
    /// [`Problem::OffRoster`]; the ledger is away.
    pub fn enrolled(&self, agency: &AgencyCode) -> Result<Caller, Problem> {
        match self.rules()?.agency(agency, self.now()) {
            Some(_) => Ok(Caller { agency: agency.clone() }),
            None => Err(Problem::OffRoster),
        }
    }

    /// Issues a token to an agency on the roster.
    ///
    /// # Errors
    /// The roster does not know the agency; a store is away.
    pub async fn issue_token(
        &self,
        agency: &AgencyCode,
        label: Option<String>,
        expires_at: Option<Instant>,
    ) -> Result<Issued, Problem> {
        let mut random = [0; 32];
        getrandom::fill(&mut random).map_err(|error| Problem::Unavailable(error.to_string()))?;
        let token = format!("lh_{agency}_{}", URL_SAFE_NO_PAD.encode(random));
        self.issue(agency, &token, label, expires_at, None).await?;
        Ok(Issued { agency: agency.clone(), token, expires_at })
    }

    /// Gives every agency of the demo the token `demo-<agency>`. In any other mode this is refused.
    ///
    /// # Errors
    /// This is not the demo; a store is away.
    pub async fn issue_demo_tokens(&self) -> Result<(), Problem> {
        if !self.demo {
            return Err(Problem::Demo);
        }
        let rules = self.rules()?;
        let agencies: Vec<AgencyCode> =
            rules.agencies(self.now()).map(|agency| agency.code.clone()).collect();
        for agency in agencies {
            let token = format!("demo-{agency}");
            if self.tokens.find(&token).is_none() {
                self.issue(&agency, &token, None, None, Some(true)).await?;
            }
        }
        Ok(())
    }

    async fn issue(
        &self,
        agency: &AgencyCode,
        token: &str,
        label: Option<String>,
        expires_at: Option<Instant>,
        demo: Option<bool>,
    ) -> Result<(), Problem> {
        let now = self.now();
        if self.rules()?.agency(agency, now).is_none() {
            return Err(Problem::UnknownAgency);
        }
        let issued = AgencyTokenIssued {
            agency: agency.clone(),
            token_hash: hash(token),
            issued_at: now.to_string(),
            label,
            expires_at: expires_at.map(|at| at.to_string()),
            demo,
        };
        let id = uuid::Uuid::new_v4().to_string();
        let fact =
            self.own_fact(&id, now.to_string(), None, &Governance::AgencyTokenIssued(issued.clone()).into())?;
        self.say(&HistoryId::agency(agency), vec![fact]).await?;
        self.tokens.add(issued);
        Ok(())
    }
}
