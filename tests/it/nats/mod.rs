//! NATS: who may speak on the district's servers, and the files by which they are run.

mod cluster;
mod deployed;
mod hostile;
pub mod hub;
mod least;
mod rotation;
mod services;
mod trust;
mod written;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// A file or folder is for its owner alone.
#[track_caller]
fn is_private(path: &Path, mode: u32) {
    let found = fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(found, mode, "{} is {found:o}", path.display());
}
