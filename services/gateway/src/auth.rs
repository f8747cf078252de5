//! Who asks: an agency by its token, or by the NATS account that it came from; or the operator by the one token
//! that the region has.

use crate::Shared;
use crate::connection::Gate;
use crate::problem::Problem;
use crate::words;
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use runtime::{Bus, Caller};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::sync::Arc;
use subtle::ConstantTimeEq as _;
use vocabulary::AgencyCode;

/// The operator's token. Only its hash is kept, and it prints nothing.
pub struct Operator(Option<[u8; 32]>);

impl Operator {
    /// The operator whose token this is. An empty token opens nothing.
    pub fn new(token: impl AsRef<str>) -> Self {
        let token = token.as_ref().trim();
        Self((!token.is_empty()).then(|| Sha256::digest(token).into()))
    }

    /// Compares hashes in constant time: neither the length nor the first wrong letter shows.
    pub(crate) fn is(&self, token: &str) -> bool {
        let shown: [u8; 32] = Sha256::digest(token).into();
        self.0.is_some_and(|kept| kept.ct_eq(&shown).into())
    }
}

impl fmt::Debug for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Operator")
    }
}

/// An agency that has shown its token with this request.
pub(crate) struct Agency {
    pub(crate) caller: Caller,
    /// Absent when another door has recognised the agency.
    token: Option<String>,
}

/// An agency that another door has recognised: NATS, by the account that a request comes from. Set by code of this
/// crate alone; nothing in an HTTP request can.
#[derive(Clone, Debug)]
pub(crate) struct Recognised(pub(crate) AgencyCode);

impl Agency {
    /// Asks again: a token ends, and an agency leaves the roster, while a stream is open.
    ///
    /// # Errors
    /// As [`Bus::authenticate`].
    pub(crate) fn again(&self, bus: &Bus) -> Result<(), runtime::Problem> {
        match &self.token {
            Some(token) => bus.authenticate(token).map(drop),
            None => bus.enrolled(&self.caller.agency).map(drop),
        }
    }
}

impl FromRequestParts<Arc<Shared>> for Agency {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Problem> {
        if let Some(Recognised(agency)) = parts.extensions.get() {
            return Ok(Self { caller: shared.bus.enrolled(agency)?, token: None });
        }
        let token = bearer(parts)?;
        let caller = shared.bus.authenticate(token)?;
        Ok(Self { caller, token: Some(token.to_owned()) })
    }
}

/// The operator has shown its token with this request.
pub(crate) struct ByOperator;

impl FromRequestParts<Arc<Shared>> for ByOperator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Problem> {
        let token = bearer(parts)?;
        if shared.operator.is(token) {
            return Ok(Self);
        }
        match shared.bus.authenticate(token) {
            Ok(_) | Err(runtime::Problem::OffRoster) => Err(Problem::new(&words::OPERATOR_ONLY)),
            Err(other) => Err(other.into()),
        }
    }
}

/// The operator, or a program on this machine that asks for itself.
pub(crate) struct OperatorOrLocal;

/// What a proxy adds when it asks for somebody else.
const FOR_OTHERS: [&str; 4] = ["forwarded", "via", "x-forwarded-for", "x-real-ip"];

impl FromRequestParts<Arc<Shared>> for OperatorOrLocal {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Problem> {
        let local =
            parts.extensions.get::<ConnectInfo<Gate>>().is_some_and(|ConnectInfo(gate)| gate.is_local());
        if local && !FOR_OTHERS.iter().any(|name| parts.headers.contains_key(*name)) {
            return Ok(Self);
        }
        ByOperator::from_request_parts(parts, shared).await.map(|_| Self)
    }
}

/// The token, when exactly one `Authorization: Bearer` stands in the request.
fn bearer(parts: &Parts) -> Result<&str, Problem> {
    let mut all = parts.headers.get_all(AUTHORIZATION).iter();
    let (first, more) = (all.next(), all.next());
    let scheme_and_token =
        first.filter(|_| more.is_none()).and_then(|value| value.to_str().ok()?.split_once(' '));
    match scheme_and_token {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim()),
        _ => Err(Problem::new(&words::UNAUTHENTICATED)),
    }
}
