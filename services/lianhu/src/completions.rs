//! `lianhu completions`: the words of this command, for a shell.

use crate::Cli;
use crate::failure::Failure;
use clap::{Args, CommandFactory as _};
use clap_complete::Shell;
use std::io::Write as _;

/// Print completions.
#[derive(Args)]
pub struct Completions {
    /// The shell; for bash: lianhu completions bash > /etc/bash_completion.d/lianhu
    shell: Shell,
}

impl Completions {
    /// Prints the script.
    pub fn run(self) -> Result<(), Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "lianhu", &mut script);
        let printed = std::io::stdout().write_all(&script);
        printed.map_err(|error| Failure::file("standard output".as_ref(), error))
    }
}
