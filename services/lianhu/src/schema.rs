//! `lianhu schema`: the contracts hold themselves.

use crate::failure::Failure;
use clap::{Args, Subcommand};
use contract::Contracts;
use contract::check::FORMS;
use contract::published::Forms;
use contract::words::WORDS;
use std::fs;
use std::path::{Path, PathBuf};

/// The contracts.
#[derive(Subcommand)]
pub enum SchemaCommand {
    /// Check contracts: they load, their examples pass, each rule is broken by an invalid example, and what was
    /// published has not changed but by new optional properties
    Check(Check),
    /// Note the form of each contract in <dir>/published.json: from then on it is published
    Publish(Publish),
}

/// Check contracts.
#[derive(Args)]
pub struct Check {
    /// Folder with <stage>/<fact>.v<n>.json [default: the contracts of this program]
    dir: Option<PathBuf>,
}

/// Publish contracts.
#[derive(Args)]
pub struct Publish {
    /// Folder with <stage>/<fact>.v<n>.json
    dir: PathBuf,
}

impl SchemaCommand {
    /// Runs the command.
    pub fn run(self, json: bool) -> Result<(), Failure> {
        match self {
            Self::Check(check) => check.run(json),
            Self::Publish(publish) => publish.run(json),
        }
    }
}

impl Check {
    fn run(self, json: bool) -> Result<(), Failure> {
        let (contracts, forms) = match &self.dir {
            None => (Contracts::published(), Contracts::published_forms().map_err(damaged)?),
            Some(dir) => (read(dir)?, published(dir)?),
        };
        let contracts = contracts.map_err(|error| Failure::Faults(vec![error.to_string()]))?;
        sound(&contracts, &forms)?;
        let (count, published, digest) = (contracts.all().count(), forms.count(), contracts.digest());
        match json {
            true => {
                let said = serde_json::json!({"types": count, "published": published, "digest": digest});
                println!("{said}");
            }
            false => println!("{count} contracts hold themselves, {published} of them published ({digest})"),
        }
        Ok(())
    }
}

impl Publish {
    fn run(self, json: bool) -> Result<(), Failure> {
        let contracts = read(&self.dir)?.map_err(|error| Failure::Faults(vec![error.to_string()]))?;
        let before = published(&self.dir)?;
        sound(&contracts, &before)?;
        let (forms, path) = (Forms::of(&contracts), self.dir.join(FORMS));
        fs::write(&path, forms.text()).map_err(|error| Failure::file(&path, error))?;
        let (count, new) = (forms.count(), forms.count() - before.count());
        match json {
            true => println!("{}", serde_json::json!({"published": count, "new": new})),
            false => println!("{count} contracts are published, {new} of them now"),
        }
        Ok(())
    }
}

/// The contracts hold themselves, and those that were published have not changed.
fn sound(contracts: &Contracts, forms: &Forms) -> Result<(), Failure> {
    let mut faults = contracts.faults();
    faults.extend(forms.changes(&Forms::of(contracts)).iter().map(ToString::to_string));
    if faults.is_empty() { Ok(()) } else { Err(Failure::Faults(faults)) }
}

fn read(dir: &Path) -> Result<Result<Contracts, contract::schema::Unusable>, Failure> {
    let files = files(dir)?;
    Ok(Contracts::read(files.iter().map(|(path, text)| (path.as_str(), text.as_str()))))
}

/// What was published of a folder; nothing where it has no such file yet.
fn published(dir: &Path) -> Result<Forms, Failure> {
    let path = dir.join(FORMS);
    match fs::read_to_string(&path) {
        Ok(text) => Forms::read(&text).map_err(damaged),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Forms::default()),
        Err(error) => Err(Failure::file(&path, error)),
    }
}

fn damaged(error: serde_json::Error) -> Failure {
    Failure::Faults(vec![format!("{FORMS}: {error}")])
}

/// The schema files of a folder, by `<stage>/<fact>.v<n>.json`, and its common words.
fn files(dir: &Path) -> Result<Vec<(String, String)>, Failure> {
    let list = |dir: &Path| -> Result<Vec<PathBuf>, Failure> {
        let entries =
            fs::read_dir(dir).and_then(|entries| entries.map(|entry| entry.map(|e| e.path())).collect());
        let mut entries: Vec<PathBuf> = entries.map_err(|error| Failure::file(dir, error))?;
        entries.sort();
        Ok(entries)
    };
    let mut files = Vec::new();
    let words = dir.join(WORDS);
    if words.is_file() {
        let text = fs::read_to_string(&words).map_err(|error| Failure::file(&words, error))?;
        files.push((WORDS.to_owned(), text));
    }
    for stage in list(dir)?.into_iter().filter(|path| path.is_dir()) {
        for file in list(&stage)?.into_iter().filter(|path| path.extension().is_some_and(|e| e == "json")) {
            let text = fs::read_to_string(&file).map_err(|error| Failure::file(&file, error))?;
            files.push((file.strip_prefix(dir).unwrap_or(&file).display().to_string(), text));
        }
    }
    Ok(files)
}
