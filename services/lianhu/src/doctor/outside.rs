//! The folder from outside: who may enter, what is missing, how much room there is. No store is opened.

use super::line::Line;
use crate::folder::Folder;
use std::fs;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// Below this the disk will soon be full.
const LITTLE_BYTES: u64 = 1 << 30;
/// Below this the next segment of a store may not fit any more.
const NOTHING_BYTES: u64 = 64 << 20;

/// Looks at the folder, and whether an address is free.
pub fn look(folder: &Folder, listen: Option<SocketAddr>) -> Vec<Line> {
    let path = folder.path();
    let mut lines = vec![enter(path), root_key(&path.join("root.key"))];
    lines.push(operator(&path.join("operator.token")));
    lines.push(disk(path));
    lines.extend(listen.map(free));
    lines
}

/// The rights that others than the owner have to a file.
fn others(path: &Path) -> io::Result<u32> {
    fs::metadata(path).map(|file| file.permissions().mode() & 0o077)
}

fn enter(path: &Path) -> Line {
    let close = "chmod 700; the next start does it too";
    match others(path) {
        Ok(0) => Line::ok("folder", format!("{}, its owner alone may enter", path.display())),
        Ok(_) => Line::warn("folder", format!("others may enter {}", path.display()), close),
        Err(error) => Line::bad("folder", format!("{}: {error}", path.display()), "look who owns it"),
    }
}

fn root_key(path: &Path) -> Line {
    match others(path) {
        Ok(0) => Line::ok("root.key", "its owner alone may read it"),
        Ok(_) => Line::bad("root.key", "others may read it", "chmod 600 root.key, and ask who has read it"),
        Err(error) => {
            Line::bad("root.key", error, "restore it from a backup: without it nothing protected opens")
        }
    }
}

fn operator(path: &Path) -> Line {
    match others(path) {
        Ok(0) => Line::ok("operator.token", "its owner alone may read it"),
        Ok(_) => Line::bad("operator.token", "others may read it", "delete it: the next start makes another"),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Line::warn("operator.token", "it is missing", "the next start makes one")
        }
        Err(error) => Line::bad("operator.token", error, "look who owns it"),
    }
}

/// Free bytes on the disk of a folder.
pub fn free_bytes(path: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(path)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Bytes as a person reads them.
pub fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes >> 20)
}

fn disk(path: &Path) -> Line {
    let room = "make room, or move the folder to a larger disk while the bus is stopped";
    match free_bytes(path) {
        Ok(free) if free < NOTHING_BYTES => Line::bad("disk", format!("{} free", mebibytes(free)), room),
        Ok(free) if free < LITTLE_BYTES => Line::warn("disk", format!("{} free", mebibytes(free)), room),
        Ok(free) => Line::ok("disk", format!("{} free", mebibytes(free))),
        Err(error) => Line::warn("disk", error, "ask df how much room there is"),
    }
}

fn free(at: SocketAddr) -> Line {
    match TcpListener::bind(at) {
        Ok(_) => Line::ok("listen", format!("{at} is free")),
        Err(error) => {
            Line::bad("listen", format!("{at}: {error}"), "choose another address, or stop what has it")
        }
    }
}
