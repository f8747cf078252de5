//! The root key: the one secret under which all others lie. It is a file of the operator, outside the store,
//! so that neither a copy of the store nor a copy of the ledger opens anything.

use crate::VaultError;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use zeroize::Zeroizing;

const HEX_DIGITS: usize = 64;

/// 32 random bytes. Wiped when dropped; never printed.
pub struct RootKey(pub(crate) Zeroizing<[u8; 32]>);

impl fmt::Debug for RootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RootKey")
    }
}

impl RootKey {
    /// Reads the root key (64 hexadecimal digits and a line end), or makes one with mode 0600 where the file
    /// does not exist.
    ///
    /// # Errors
    /// [`VaultError::Permissions`] when group or others have any right to the file;
    /// [`VaultError::NotARootKey`] when it holds anything else; [`VaultError::Unavailable`].
    pub fn load_or_create(path: &Path) -> Result<Self, VaultError> {
        match OpenOptions::new().read(true).open(path) {
            Ok(file) => Self::load(&file, path),
            // `create_new`: of two processes that start at once, one makes the key and the other fails here,
            // and reads it at its next start. Neither runs on a key that is not on the disk.
            Err(missing) if missing.kind() == ErrorKind::NotFound => Self::create(path),
            Err(other) => Err(VaultError::unavailable(other)),
        }
    }

    fn load(mut file: &File, path: &Path) -> Result<Self, VaultError> {
        // Asked of the open handle, not of the path: nobody can swap the file between check and use.
        let about = file.metadata().map_err(VaultError::unavailable)?;
        if about.mode() & 0o077 != 0 {
            return Err(VaultError::Permissions { path: path.to_owned() });
        }
        let wrong = || VaultError::NotARootKey { path: path.to_owned() };
        if !about.is_file() || about.len() != HEX_DIGITS as u64 + 1 {
            return Err(wrong());
        }
        let mut text = Zeroizing::new([0; HEX_DIGITS + 1]);
        file.read_exact(&mut text[..]).map_err(VaultError::unavailable)?;
        let mut key = Zeroizing::new([0; 32]);
        match (text[HEX_DIGITS], hex::decode_to_slice(&text[..HEX_DIGITS], &mut key[..])) {
            (b'\n', Ok(())) => Ok(Self(key)),
            _ => Err(wrong()),
        }
    }

    fn create(path: &Path) -> Result<Self, VaultError> {
        let mut key = Zeroizing::new([0; 32]);
        getrandom::fill(&mut key[..]).map_err(VaultError::unavailable)?;
        let mut text = Zeroizing::new([b'\n'; HEX_DIGITS + 1]);
        hex::encode_to_slice(&key[..], &mut text[..HEX_DIGITS]).map_err(VaultError::unavailable)?;
        write_durably(path, &text[..]).map_err(VaultError::unavailable)?;
        Ok(Self(key))
    }
}

/// The file, then its name in the folder: a power cut after the first sealed value must not lose the key.
fn write_durably(path: &Path, text: &[u8]) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text)?;
    file.sync_all()?;
    sync_folder_of(path)
}

/// Makes the name of `path` durable in the folder that holds it.
pub(crate) fn sync_folder_of(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn set_mode(path: &Path, mode: u32) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_root_key_is_made_once_and_only_for_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.key");
        let made = RootKey::load_or_create(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, format!("{}\n", hex::encode(&made.0[..])));
        assert_eq!(*RootKey::load_or_create(&path).unwrap().0, *made.0);
    }

    #[test]
    fn a_root_key_that_others_may_touch_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.key");
        RootKey::load_or_create(&path).unwrap();
        for mode in [0o644, 0o640, 0o620, 0o610, 0o604, 0o602, 0o601] {
            set_mode(&path, mode);
            assert!(
                matches!(RootKey::load_or_create(&path), Err(VaultError::Permissions { .. })),
                "{mode:o}"
            );
        }
        set_mode(&path, 0o400);
        assert!(RootKey::load_or_create(&path).is_ok());
    }

    #[test]
    fn a_file_of_another_shape_is_not_a_root_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.key");
        let good = "0f".repeat(32);
        let bad =
            ["", "\n", &good, &format!("{good}\n\n"), &format!("{good} "), &format!("{}\n", "0g".repeat(32))];
        for text in bad {
            std::fs::write(&path, text).unwrap();
            set_mode(&path, 0o600);
            assert!(
                matches!(RootKey::load_or_create(&path), Err(VaultError::NotARootKey { .. })),
                "{text:?}"
            );
        }
        std::fs::write(&path, format!("{good}\n")).unwrap();
        assert_eq!(*RootKey::load_or_create(&path).unwrap().0, [0x0f; 32]);
    }
}
