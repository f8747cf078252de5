//! Why a command failed, and with which exit code.

use ledger::LedgerError;
use runtime::Problem;
use vault::VaultError;

/// A command that did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The words of the command do not fit together.
    #[error("{0}")]
    Usage(String),
    /// There is no such thing for whoever asks.
    #[error("{0}")]
    NotFound(String),
    /// A server answered with a problem.
    #[error("{said}")]
    Answered {
        /// HTTP status.
        status: u16,
        /// The problem, as a person reads it.
        said: String,
    },
    /// No server answers.
    #[error("{0} does not answer: {1}")]
    Unreachable(String, String),
    /// The address to serve cannot be had.
    #[error("cannot serve {0}: {1}; choose another with --listen")]
    Address(std::net::SocketAddr, std::io::Error),
    /// Contracts or rules with faults.
    #[error("{}", .0.join("\n        "))]
    Faults(Vec<String>),
    /// Lines of a scenario that did not end as its file says.
    #[error("otherwise than the file says:\n        {}", .0.join("\n        "))]
    Otherwise(Vec<String>),
    /// What is there already stands against it, and must stay as it is.
    #[error("{code}: {why}")]
    Stands {
        /// What it is, for programs.
        code: &'static str,
        /// The same for a person, and what to do.
        why: String,
    },
    /// A store is away, in use or damaged.
    #[error("{0}")]
    Store(String),
    /// The bus itself said no.
    #[error("{0}")]
    Bus(#[from] Problem),
    /// A file cannot be read or written.
    #[error("{0}: {1}")]
    File(String, std::io::Error),
}

impl Failure {
    /// A file that cannot be read or written.
    pub fn file(path: &std::path::Path, error: std::io::Error) -> Self {
        Self::File(path.display().to_string(), error)
    }

    /// The exit code.
    pub fn code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::NotFound(_) => 3,
            Self::Answered { status, .. } => match status {
                401 | 403 => 6,
                404 => 3,
                409 | 412 => 4,
                400 | 413 | 415 | 422 => 5,
                429 | 503 => 7,
                _ => 1,
            },
            Self::Unreachable(..) | Self::Address(..) => 7,
            Self::Otherwise(_) | Self::Stands { .. } => 4,
            Self::Faults(_) | Self::Bus(Problem::Rules(_)) => 5,
            Self::Store(_) | Self::Bus(Problem::Damaged(_)) => 8,
            Self::Bus(Problem::Unavailable(_) | Problem::Busy) => 7,
            Self::Bus(Problem::Demo) => 6,
            Self::Bus(_) | Self::File(..) => 1,
        }
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        Self::Store(format!("ledger: {error}"))
    }
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        Self::Store(format!("vault: {error}"))
    }
}
