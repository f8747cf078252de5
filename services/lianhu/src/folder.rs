//! The data folder of a process: `ledger/` (facts, on one box) or `copy/` (what it copied of the ledger on NATS; can
//! be deleted), `vault/` (keys), `views/` (can be deleted), `root.key` and `operator.token` (0600).

use crate::failure::Failure;
use agency_views::Views;
use ledger::{Ledger, SledLedger};
use std::fs;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use vault::{Keys, RootKey, Vault};
use vocabulary::Region;
use vocabulary::id::HistoryKind;

/// A data folder.
pub struct Folder(PathBuf);

/// The stores of a data folder, open.
#[derive(Clone)]
pub struct Stores {
    /// Facts.
    pub ledger: Arc<SledLedger>,
    /// Keys.
    pub vault: Arc<Vault>,
    /// What stands on the desks of the agencies.
    pub views: Arc<Views>,
}

/// The stores of a bus, whatever its ledger lies on and whoever holds its keys.
#[derive(Clone)]
pub struct Parts {
    /// Facts.
    pub ledger: Arc<dyn Ledger>,
    /// Keys.
    pub vault: Arc<dyn Keys>,
    /// What stands on the desks of the agencies.
    pub views: Arc<Views>,
}

impl From<Stores> for Parts {
    fn from(Stores { ledger, vault, views }: Stores) -> Self {
        Self { ledger, vault, views }
    }
}

impl Folder {
    /// A folder, created when it is missing, readable by its owner alone.
    pub fn at(path: &Path) -> Result<Self, Failure> {
        fs::create_dir_all(path).map_err(|error| Failure::file(path, error))?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))
            .map_err(|error| Failure::file(path, error))?;
        Ok(Self(path.to_owned()))
    }

    /// A folder that must be there.
    pub fn existing(path: &Path) -> Result<Self, Failure> {
        match path.join("ledger").is_dir() {
            true => Ok(Self(path.to_owned())),
            false => Err(Failure::Usage(format!("{} holds no ledger", path.display()))),
        }
    }

    /// Opens the stores of one box.
    pub fn open(&self) -> Result<Stores, Failure> {
        let ledger = Arc::new(SledLedger::open(&self.0.join("ledger"))?);
        let vault = self.open_vault()?;
        let views = self.open_views(ledger.clone())?;
        Ok(Stores { ledger, vault, views })
    }

    /// The stores of a bus whose ledger and keys are open already.
    pub fn open_on(&self, ledger: Arc<dyn Ledger>, vault: Arc<dyn Keys>) -> Result<Parts, Failure> {
        let views = self.open_views(ledger.clone())?;
        Ok(Parts { ledger, vault, views })
    }

    /// Opens the vault. One whose root key was lost or exchanged is refused before anything is written.
    pub fn open_vault(&self) -> Result<Arc<Vault>, Failure> {
        let key = self.0.join("root.key");
        if !key.exists() && self.0.join("vault").exists() {
            return Err(Failure::Store(format!(
                "vault: {} is missing; restore it, or nothing can be read",
                key.display()
            )));
        }
        Ok(Arc::new(Vault::open(&self.0.join("vault"), &RootKey::load_or_create(&key)?)?))
    }

    fn open_views(&self, ledger: Arc<dyn Ledger>) -> Result<Arc<Views>, Failure> {
        let views = Views::open(&self.0.join("views"), ledger.clone());
        let views = views.map_err(|error| Failure::Store(format!("views: {error}")))?;
        let (head, applied) = (*ledger.head().borrow(), views.progress().borrow().applied);
        if applied > head {
            let why = format!(
                "the ledger ends at {head} but its views have seen {applied}: records are lost; restore the ledger"
            );
            return Err(Failure::Store(why));
        }
        Ok(Arc::new(views))
    }

    /// The operator's token: 256 random bits, made on first use.
    pub fn operator_token(&self) -> Result<String, Failure> {
        let path = self.0.join("operator.token");
        let failed = |error| Failure::file(&path, error);
        if !path.exists() {
            let mut random = [0; 32];
            getrandom::fill(&mut random).map_err(|error| Failure::Store(error.to_string()))?;
            let mut file = fs::OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&path)
                .map_err(failed)?;
            file.write_all(format!("lh_operator_{}\n", hex::encode(random)).as_bytes()).map_err(failed)?;
            file.sync_all().map_err(failed)?;
        }
        let mode = fs::metadata(&path).map_err(failed)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(Failure::Store(format!("{}: others can read it; chmod 600", path.display())));
        }
        fs::read_to_string(&path).map(|token| token.trim().to_owned()).map_err(failed)
    }

    /// Where the folder is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

/// The region that a ledger serves, once rules were adopted.
pub fn region_of(ledger: &dyn Ledger) -> Result<Option<Region>, Failure> {
    let rules = ledger.histories(HistoryKind::Rules)?.into_iter().next();
    Ok(rules.and_then(|history| Region::parse(history.as_str().strip_prefix("rules-")?).ok()))
}
