//! `lianhu schema`: the contracts hold themselves.

use crate::failure::Failure;
use clap::{Args, Subcommand};
use contract::Contracts;
use std::fs;
use std::path::{Path, PathBuf};

/// The contracts.
#[derive(Subcommand)]
pub enum SchemaCommand {
    /// Check contracts: they load, their examples pass, each rule is broken by an invalid example
    Check(Check),
}

/// Check contracts.
#[derive(Args)]
pub struct Check {
    /// Folder with <stage>/<fact>.v<n>.json [default: the contracts of this program]
    dir: Option<PathBuf>,
}

impl SchemaCommand {
    /// Runs the command.
    pub fn run(self, json: bool) -> Result<(), Failure> {
        let Self::Check(check) = self;
        let contracts = match &check.dir {
            None => Contracts::published(),
            Some(dir) => {
                let files = files(dir)?;
                Contracts::read(files.iter().map(|(path, text)| (path.as_str(), text.as_str())))
            }
        };
        let contracts = contracts.map_err(|error| Failure::Faults(vec![error.to_string()]))?;
        let faults: Vec<String> = contracts
            .all()
            .flat_map(|contract| {
                contract.faults().into_iter().map(move |fault| format!("{}: {fault}", contract.kind))
            })
            .collect();
        if !faults.is_empty() {
            return Err(Failure::Faults(faults));
        }
        let (count, digest) = (contracts.all().count(), contracts.digest());
        match json {
            true => println!("{}", serde_json::json!({"types": count, "digest": digest})),
            false => println!("{count} contracts hold themselves ({digest})"),
        }
        Ok(())
    }
}

/// The schema files of a folder, by `<stage>/<fact>.v<n>.json`.
fn files(dir: &Path) -> Result<Vec<(String, String)>, Failure> {
    let list = |dir: &Path| -> Result<Vec<PathBuf>, Failure> {
        let entries =
            fs::read_dir(dir).and_then(|entries| entries.map(|entry| entry.map(|e| e.path())).collect());
        let mut entries: Vec<PathBuf> = entries.map_err(|error| Failure::file(dir, error))?;
        entries.sort();
        Ok(entries)
    };
    let mut files = Vec::new();
    for stage in list(dir)?.into_iter().filter(|path| path.is_dir()) {
        for file in list(&stage)?.into_iter().filter(|path| path.extension().is_some_and(|e| e == "json")) {
            let text = fs::read_to_string(&file).map_err(|error| Failure::file(&file, error))?;
            files.push((file.strip_prefix(dir).unwrap_or(&file).display().to_string(), text));
        }
    }
    Ok(files)
}
