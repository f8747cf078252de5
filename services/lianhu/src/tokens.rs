//! `lianhu agency`: agencies and their tokens.

use crate::client::Server;
use crate::failure::Failure;
use clap::{Args, Subcommand};
use serde_json::json;

/// Agencies and their tokens.
#[derive(Subcommand)]
pub enum AgencyCommand {
    /// Issue a token to an agency (operator); it is shown this once
    Token(Token),
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
        let Self::Token(token) = self;
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
