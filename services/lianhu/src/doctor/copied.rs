//! A copy of the stores, to be opened in place of the folder itself. It holds what the folder holds, without
//! the root key, and goes when it was looked at. A look that is killed leaves it: `.lianhu-doctor-…` beside
//! the data folder may be deleted.

use super::line::Line;
use super::outside::{free_bytes, mebibytes};
use super::progress::Progress;
use crate::failure::Failure;
use crate::folder::Folder;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// What is copied. The root key, without which the vault opens nothing, stays where it is.
const STORES: [&str; 3] = ["ledger", "vault", "views"];
/// What must be left on the disk: a look must not fill it.
const LEFT_BYTES: u64 = 64 << 20;

/// The copy, readable by its owner alone.
pub struct Copied(TempDir);

impl Copied {
    /// Copies the stores of a folder that is kept shut.
    ///
    /// # Errors
    /// There is no room, or a file cannot be read or written.
    pub fn of(folder: &Folder, scratch: Option<&Path>, progress: &Progress) -> Result<Self, Failure> {
        let from = fs::canonicalize(folder.path()).map_err(|error| Failure::file(folder.path(), error))?;
        let beside = scratch.or(from.parent()).unwrap_or(&from);
        let mut files = Vec::new();
        for store in STORES.iter().filter(|store| from.join(store).exists()) {
            list(&from, Path::new(store), &mut files)?;
        }
        let bytes: u64 = files.iter().map(|(_, bytes)| bytes).sum();
        let free = free_bytes(beside).map_err(|error| Failure::file(beside, error))?;
        if free < bytes.saturating_add(LEFT_BYTES) {
            let (bytes, free) = (mebibytes(bytes), mebibytes(free));
            return Err(Failure::Store(format!("{bytes} to copy, {free} free at {}", beside.display())));
        }
        let dir = TempDir::with_prefix_in(".lianhu-doctor-", beside);
        let dir = dir.map_err(|error| Failure::file(beside, error))?;
        for (done, (path, _)) in (1..).zip(&files) {
            progress.at("copying file", done, files.len() as u64);
            let to = dir.path().join(path);
            let made = to.parent().map_or(Ok(()), fs::create_dir_all);
            let copied = made.and_then(|()| fs::copy(from.join(path), &to));
            copied.map_err(|error| Failure::file(path, error))?;
        }
        Ok(Self(dir))
    }

    /// Looks at the copy, and removes it.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn look(self, look: impl FnOnce(&Path) -> Vec<Line>) -> Result<Vec<Line>, Failure> {
        let (lines, path) = (look(self.0.path()), self.0.path().to_owned());
        self.0.close().map_err(|error| Failure::file(&path, error))?;
        Ok(lines)
    }
}

/// The files below a path, each with the bytes that it takes on the disk.
fn list(from: &Path, path: &Path, files: &mut Vec<(PathBuf, u64)>) -> Result<(), Failure> {
    let failed = |error| Failure::file(&from.join(path), error);
    for entry in fs::read_dir(from.join(path)).map_err(failed)? {
        let path = path.join(entry.map_err(failed)?.file_name());
        let about = fs::metadata(from.join(&path)).map_err(failed)?;
        match about.is_dir() {
            true => list(from, &path, files)?,
            false => files.push((path, about.blocks() * 512)),
        }
    }
    Ok(())
}
