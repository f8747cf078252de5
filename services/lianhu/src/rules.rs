//! `lianhu rules`: the rule files of a jurisdiction, from a folder to the bus.

use crate::client::{Server, show};
use crate::failure::Failure;
use clap::{Args, Subcommand};
use include_dir::{Dir, include_dir};
use jurisdiction::{RuleFile, Rules};
use runtime::Problem;
use std::fs;
use std::path::{Path, PathBuf};
use vocabulary::Version;

static DEMO: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../deploy/jurisdictions/demo");

/// The rules of the region.
#[derive(Subcommand)]
pub enum RulesCommand {
    /// Adopt the rule files of a folder on a running bus, all or none (operator)
    Apply(Apply),
}

/// Adopt the rule files of a folder.
#[derive(Args)]
pub struct Apply {
    /// Folder of the jurisdiction, such as deploy/jurisdictions/demo
    dir: PathBuf,
    #[command(flatten)]
    server: Server,
}

impl RulesCommand {
    /// Runs the command.
    pub fn run(self, json: bool) -> Result<(), Failure> {
        let Self::Apply(apply) = self;
        let files: Vec<_> = read(&apply.dir)?
            .into_iter()
            .map(|file| serde_json::json!({"path": file.path, "content": file.content}))
            .collect();
        let body = serde_json::json!({"files": files}).to_string();
        let answer = apply.server.operator_post("/v1/rules", &body)?;
        show(&answer, json, |adopted| format!("rules in force: version {}", adopted["version"]));
        Ok(())
    }
}

/// The rule files of the demo, which are part of this program.
pub fn demo() -> Vec<RuleFile> {
    let file = |file: &include_dir::File<'_>| {
        Some(RuleFile { path: file.path().to_str()?.to_owned(), content: file.contents_utf8()?.to_owned() })
    };
    fn within<'d>(dir: &'d Dir<'d>) -> Vec<&'d include_dir::File<'d>> {
        dir.files().chain(dir.dirs().flat_map(within)).collect()
    }
    within(&DEMO).into_iter().filter(|file| is_rule(file.path())).filter_map(file).collect()
}

/// The rule files of a folder: every `.toml` in it, and the contracts in `schemas/`, by their path from there.
pub fn read(dir: &Path) -> Result<Vec<RuleFile>, Failure> {
    let mut files = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| Failure::file(&folder, error))? {
            let path = entry.map_err(|error| Failure::file(&folder, error))?.path();
            if path.is_dir() {
                open.push(path);
            } else if is_rule(path.strip_prefix(dir).unwrap_or(&path)) {
                let content = fs::read_to_string(&path).map_err(|error| Failure::file(&path, error))?;
                let relative = path.strip_prefix(dir).unwrap_or(&path).display().to_string();
                files.push(RuleFile { path: relative, content });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// What rule files say, before anybody adopted them.
pub fn of(files: &[RuleFile]) -> Result<Rules, Failure> {
    Rules::read(files, Version(0)).map_err(|faults| explain(Problem::Rules(faults)))
}

/// Whether the file at this path of a jurisdiction says anything to the bus.
fn is_rule(path: &Path) -> bool {
    let contract = path.starts_with(jurisdiction::CONTRACTS) && path.extension().is_some_and(|e| e == "json");
    contract || path.extension().is_some_and(|extension| extension == "toml")
}

/// Rule files that are refused, as file, line and reason.
pub fn explain(problem: Problem) -> Failure {
    match problem {
        Problem::Rules(faults) => Failure::Faults(faults.iter().map(ToString::to_string).collect()),
        Problem::Demo => {
            Failure::Usage("these rules are marked demo = true: they work with --demo only".to_owned())
        }
        other => other.into(),
    }
}
