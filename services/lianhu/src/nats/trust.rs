//! The trust folder: the seeds from which everything that the district's NATS servers believe is signed. Whoever
//! has `operator.seed` can let anybody in, so the folder belongs on one machine, 0700, its files 0600, and into
//! the backups.
//!
//! `operator.*` the root · `system.*` the account of the servers themselves · `lianhu.*` the account of the bus ·
//! `<kind>.creds` its users · `agencies/<code>/` one account for each agency · `trust.conf` what servers include;
//! it holds no secret.

use super::claims::{self, Claim};
use super::connect::secret;
use super::rights::Kind;
use crate::failure::Failure;
use nkeys::KeyPair;
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// A trust folder.
pub struct Trust(PathBuf);

/// One command at a time changes a trust folder.
pub struct Held(#[allow(dead_code, reason = "held until it is dropped")] File);

impl Trust {
    /// A folder that must be there, and be private.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        if !path.join("operator.seed").is_file() {
            return Err(Failure::Usage(format!(
                "{} is no trust folder; lianhu nats init --dir {} makes it",
                path.display(),
                path.display()
            )));
        }
        let mode = fs::metadata(path).map_err(|error| Failure::file(path, error))?.permissions().mode();
        match mode & 0o077 {
            0 => Ok(Self(path.to_owned())),
            _ => Err(Failure::Store(format!("{}: others can enter it; chmod 700", path.display()))),
        }
    }

    /// A folder in which nothing is yet.
    pub fn empty(path: &Path) -> Result<Self, Failure> {
        folder(path)?;
        Ok(Self(path.to_owned()))
    }

    /// Waits until no other command changes this folder.
    pub fn hold(&self) -> Result<Held, Failure> {
        let path = self.0.join("lock");
        let failed = |error| Failure::file(&path, error);
        let file = File::options().create(true).append(true).open(&path).map_err(failed)?;
        file.set_permissions(fs::Permissions::from_mode(0o600)).map_err(failed)?;
        file.lock().map_err(failed)?;
        Ok(Held(file))
    }

    /// A file of the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// What a file of one line holds.
    pub fn read(&self, name: &str) -> Result<String, Failure> {
        self.creds(name).map(|text| text.trim().to_owned())
    }

    /// Credentials, to their last line end: readers of them look for it.
    pub fn creds(&self, name: &str) -> Result<String, Failure> {
        secret(&self.path(name))
    }

    /// What a file of one line holds, if it is there.
    pub fn find(&self, name: &str) -> Result<Option<String>, Failure> {
        if self.path(name).exists() { self.read(name).map(Some) } else { Ok(None) }
    }

    /// The key whose seed a file holds.
    pub fn key(&self, name: &str) -> Result<KeyPair, Failure> {
        KeyPair::from_seed(&self.read(name)?).map_err(claims::broken)
    }

    /// Writes a file, whole or not at all.
    pub fn write(&self, name: &str, text: &str) -> Result<(), Failure> {
        write(&self.path(name), text)
    }

    /// Removes a file, if it is there.
    pub fn remove(&self, name: &str) -> Result<(), Failure> {
        let path = self.path(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Failure::file(&path, error)),
            _ => Ok(()),
        }
    }

    /// Writes the seed of a key.
    pub fn keep(&self, name: &str, key: &KeyPair) -> Result<(), Failure> {
        self.write(name, &key.seed().map_err(claims::broken)?)
    }
}

/// Makes a user of an account, and its credentials. For the public key read [`user_of`].
pub fn user(account: &KeyPair, name: &str, said: serde_json::Value, now: i64) -> Result<String, Failure> {
    let key = KeyPair::new_user();
    let claim = Claim { subject: key.public_key(), name: name.to_owned(), issued_at: now, nats: said };
    let (jwt, seed) = (claims::sign(account, &claim)?, key.seed().map_err(claims::broken)?);
    Ok(format!(
        "-----BEGIN NATS USER JWT-----\n{jwt}\n------END NATS USER JWT------\n\n\
         This file is a key: whoever has it speaks as {name}.\n\n\
         -----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n"
    ))
}

/// The claim in credentials.
pub fn jwt_of(creds: &str) -> &str {
    creds.lines().find(|line| line.starts_with("ey")).unwrap_or_default()
}

/// The public key of the user that credentials speak for.
pub fn user_of(creds: &str) -> Result<String, Failure> {
    Ok(claims::read(jwt_of(creds))?["sub"].as_str().unwrap_or_default().to_owned())
}

/// A user of the bus's own account.
pub fn service_user(account: &KeyPair, kind: Kind, now: i64) -> Result<String, Failure> {
    let rights = kind.rights();
    user(account, kind.name(), claims::user(&rights.publish, &rights.subscribe, &["STANDARD"]), now)
}

/// A folder for its owner alone, with those above it that are missing.
pub fn folder(path: &Path) -> Result<(), Failure> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| Failure::file(path, error))
}

/// Writes a file for its owner alone. A crash leaves the old one or the new one.
pub fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error| Failure::file(path, error);
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // a temporary file is its owner's alone from its first byte
    let mut file = tempfile::NamedTempFile::new_in(parent).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    if !text.ends_with('\n') {
        file.write_all(b"\n").map_err(failed)?;
    }
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    File::open(parent).and_then(|parent| parent.sync_all()).map_err(failed)
}
