//! Rule files, and what is wrong with them: every fault names its file and line, for the person who wrote it.

use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use std::fmt::Display;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};
use vocabulary::TypeName;

/// One file of a jurisdiction, as it is published and adopted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFile {
    /// Path within the jurisdiction's folder, such as `agencies.toml`.
    pub path: String,
    /// The file.
    pub content: String,
}

impl RuleFile {
    /// `sha256:` and the hash of the content, by which an adoption names the file.
    pub fn digest(&self) -> String {
        format!("sha256:{}", hex::encode(Sha256::digest(&self.content)))
    }
}

/// The folder of the fact types that a region has beside those of the program.
pub const CONTRACTS: &str = "schemas";

/// Something wrong with a rule file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{file}:{line}: {reason}")]
pub struct Fault {
    /// Path within the jurisdiction's folder.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong, in words.
    pub reason: String,
}

impl RuleFile {
    /// Where the file stands among contracts, `<stage>/<fact>.v<n>.json`, if it is one: a fact type of the region's
    /// own. The rules do not read it; `contract` does.
    pub fn contract(&self) -> Option<&str> {
        let within = self.path.strip_prefix(CONTRACTS)?.strip_prefix('/')?;
        (within.ends_with(".json") && within.matches('/').count() == 1).then_some(within)
    }

    /// The fact type whose contract the file is, if it is one.
    pub fn kind(&self) -> Option<TypeName> {
        let name = self.contract()?.strip_suffix(".json")?.replacen('/', ".", 1);
        TypeName::parse(&name).ok()
    }

    /// Whether the file stands directly in that folder of the jurisdiction.
    pub(crate) fn is_in(&self, folder: &str) -> bool {
        let name = self.path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'));
        name.is_some_and(|name| name.ends_with(".toml") && !name.contains('/'))
    }
}

/// Files that are missing, given twice, or not of a jurisdiction at all. Those of a folder may be any number.
pub(crate) fn misplaced(
    files: &[RuleFile],
    expected: &[&str],
    optional: &[&str],
    folders: &[&str],
) -> Vec<Fault> {
    let fault =
        |file: &str, reason: &str| Fault { file: file.to_owned(), line: 1, reason: reason.to_owned() };
    let count = |path: &str| files.iter().filter(|file| file.path == path).count();
    let mut faults = Vec::new();
    for path in expected {
        match count(path) {
            0 => faults.push(fault(path, "the file is missing")),
            1 => {}
            _ => faults.push(fault(path, "the file is given twice")),
        }
    }
    for (place, file) in files.iter().enumerate().filter(|(_, file)| !expected.contains(&file.path.as_str()))
    {
        let known = optional.contains(&file.path.as_str())
            || file.contract().is_some()
            || folders.iter().any(|folder| file.is_in(folder));
        if !known {
            faults.push(fault(&file.path, "this is not a rule file that anything reads"));
        } else if files[..place].iter().any(|earlier| earlier.path == file.path) {
            faults.push(fault(&file.path, "the file is given twice"));
        }
    }
    faults
}

/// One file while it is read: turns places in its text into lines, and collects what is wrong.
pub(crate) struct Reader<'a> {
    file: &'a RuleFile,
    faults: &'a mut Vec<Fault>,
    before: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(file: &'a RuleFile, faults: &'a mut Vec<Fault>) -> Self {
        let before = faults.len();
        Self { file, faults, before }
    }

    /// Whether nothing is wrong with this file so far.
    pub(crate) fn clean(&self) -> bool {
        self.faults.len() == self.before
    }

    /// How much is wrong so far, in all files.
    pub(crate) fn faults(&self) -> usize {
        self.faults.len()
    }

    /// The line on which a span begins, from 1.
    pub(crate) fn line(&self, span: &Range<usize>) -> usize {
        let before = &self.file.content.as_bytes()[..span.start.min(self.file.content.len())];
        1 + before.iter().filter(|byte| **byte == b'\n').count()
    }

    /// Something is wrong on this line.
    pub(crate) fn fault(&mut self, line: usize, reason: impl Into<String>) {
        self.faults.push(Fault { file: self.file.path.clone(), line, reason: reason.into() });
    }

    /// The document; `None` when it is not TOML.
    pub(crate) fn document(&mut self) -> Option<Spanned<DeTable<'a>>> {
        let (table, errors) = DeTable::parse_recoverable(&self.file.content);
        errors.iter().for_each(|error| self.misshapen(error));
        errors.is_empty().then_some(table)
    }

    /// A part of the document as its type; `None` when a key is unknown, missing or of another kind. Parts
    /// are read one by one, so that a slip in one row does not hide those in the others.
    pub(crate) fn part<T: DeserializeOwned>(&mut self, part: Spanned<DeValue<'_>>) -> Option<T> {
        T::deserialize(ValueDeserializer::from(part)).map_err(|error| self.misshapen(&error)).ok()
    }

    /// A word of the document as its type.
    pub(crate) fn word<T, E: Display>(
        &mut self,
        word: &Spanned<String>,
        read: fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        let line = self.line(&word.span());
        read(word.get_ref()).map_err(|why| self.fault(line, format!("`{word}`: {why}"))).ok()
    }

    /// A number of hours, days or months.
    pub(crate) fn number(&mut self, number: &Spanned<u16>) -> Option<u16> {
        if (1..=9999).contains(number.get_ref()) {
            return Some(*number.get_ref());
        }
        let line = self.line(&number.span());
        self.fault(line, "expected a number from 1 to 9999");
        None
    }

    fn misshapen(&mut self, error: &toml::de::Error) {
        let line = self.line(&error.span().unwrap_or_default());
        self.fault(line, error.message().replace('\n', "; "));
    }
}
