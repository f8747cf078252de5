//! NATS: who may speak on the servers of a district.

mod cluster;
mod hostile;
pub mod hub;
mod least;
mod rotation;
mod services;
mod trust;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// A file or folder is for its owner alone.
#[track_caller]
fn is_private(path: &Path, mode: u32) {
    let found = fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(found, mode, "{} is {found:o}", path.display());
}
