//! `lianhu agency`: agencies and their tokens; their place on NATS is given by `nats::provision`.

use crate::client::Server;
use crate::failure::Failure;
use crate::nats::provision::Provision;
use clap::{Args, Subcommand};
use serde_json::json;

/// Agencies: their tokens, and their place on NATS.
#[derive(Subcommand)]
pub enum AgencyCommand {
    /// Issue a token to an agency (operator); it is shown this once
    Token(Token),
    /// Let an agency in over NATS: its account, its feed, its credentials
    Provision(Provision),
}

/// Issue a token.
#[derive(Args)]
pub struct Token {
    /// Code of the agency, such as hsp-01
    agency: String,
    /// What it is for
    #[arg(long)]
    label: Option<String>,
    /// When it ends, RFC 3339
    #[arg(long, value_name = "TIME")]
    expires_at: Option<String>,
    #[command(flatten)]
    server: Server,
}

impl AgencyCommand {
    /// Runs the command.
    pub fn run(self, json: bool) -> Result<(), Failure> {
        match self {
            Self::Token(token) => token.issue(json),
            Self::Provision(provision) => provision.run(json),
        }
    }
}

impl Token {
    fn issue(self, json: bool) -> Result<(), Failure> {
        let token = self;
        let mut body = json!({"agency": token.agency});
        for (name, value) in [("label", token.label), ("expires_at", token.expires_at)] {
            if let Some(value) = value {
                body[name] = value.into();
            }
        }
        let answer = token.server.operator_post("/v1/tokens", &body.to_string())?;
        crate::client::show(&answer, json, |answer| answer["token"].as_str().unwrap_or_default().to_owned());
        Ok(())
    }
}
