use super::agency::{Change, Wish, bring};
use super::claims::{self, Claim};
use super::trust::{self, Trust};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nkeys::KeyPair;
use serde_json::{Value, json};
use tempfile::TempDir;
use vocabulary::AgencyCode;

/// A trust folder with the keys that accounts of agencies need.
struct Folder {
    _kept: TempDir,
    trust: Trust,
    agency: AgencyCode,
}

impl Folder {
    fn new() -> Self {
        let kept = tempfile::tempdir().unwrap();
        let trust = Trust::empty(kept.path()).unwrap();
        trust.keep("operator.seed", &KeyPair::new_operator()).unwrap();
        trust.keep("lianhu.seed", &KeyPair::new_account()).unwrap();
        Self { trust, _kept: kept, agency: AgencyCode::parse("hsp-01").unwrap() }
    }

    /// What the servers are told after a wish, and what it changed.
    fn wish(&self, wish: Wish, now: i64) -> (Value, Option<Value>, Change) {
        let (account, change) = bring(&self.trust, &self.agency, wish, now).unwrap();
        let user = account.creds.map(|creds| claims::read(trust::jwt_of(&creds)).unwrap());
        (claims::read(&account.jwt).unwrap(), user, change)
    }
}

/// The file of the agency's user.
const CREDS: &str = "agencies/hsp-01/user.creds";

/// As a server decides it: users that were made up to that second are let in no more.
fn let_in(account: &Value, user: &Value) -> bool {
    let void = account["nats"]["revocations"]["*"].as_i64();
    account["nats"]["limits"]["conn"] != 0 && void.is_none_or(|void| user["iat"].as_i64().unwrap() > void)
}

#[test]
fn a_claim_is_signed_by_its_issuer_and_its_id_is_that_of_its_words() {
    let issuer = KeyPair::new_account();
    let signed = |name: &str| {
        let claim =
            Claim { subject: "U".into(), name: name.into(), issued_at: 7, nats: json!({"type": "user"}) };
        claims::sign(&issuer, &claim).unwrap()
    };
    let jwt = signed("a");
    let (said, signature) = jwt.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    issuer.verify(said.as_bytes(), &signature).unwrap();
    KeyPair::new_account().verify(said.as_bytes(), &signature).unwrap_err();
    let header = URL_SAFE_NO_PAD.decode(said.split('.').next().unwrap()).unwrap();
    assert_eq!(
        serde_json::from_slice::<Value>(&header).unwrap(),
        json!({"typ": "JWT", "alg": "ed25519-nkey"})
    );
    let claim = claims::read(&jwt).unwrap();
    assert_eq!((&claim["iss"], &claim["iat"]), (&issuer.public_key().into(), &7.into()));
    assert_eq!(signed("a"), jwt);
    assert_ne!(claims::read(&signed("b")).unwrap()["jti"], claim["jti"]);
    claims::read("nothing").unwrap_err();
}

#[test]
fn a_wish_that_is_fulfilled_changes_nothing() {
    let folder = Folder::new();
    let (account, user, change) = folder.wish(Wish::Have, 100);
    assert_eq!(change, Change::Made);
    assert!(let_in(&account, user.as_ref().unwrap()));
    assert_eq!(folder.wish(Wish::Have, 200), (account, user, Change::Kept));
    let (cut, none, change) = folder.wish(Wish::Revoke, 300);
    assert_eq!((&none, change), (&None, Change::Revoked));
    assert_eq!(cut["nats"]["imports"], json!([]));
    assert_eq!(folder.wish(Wish::Revoke, 400), (cut, None, Change::Kept));
}

#[test]
fn an_exchanged_user_is_void_even_where_the_clock_stands_or_goes_back() {
    let folder = Folder::new();
    let (_, user, _) = folder.wish(Wish::Have, 100);
    let mut old = vec![user.unwrap()];
    let mut issued = 100;
    for now in [100, 100, 50, 101, 300, 20] {
        let (account, user, change) = folder.wish(Wish::Rotate, now);
        let user = user.unwrap();
        assert_eq!(change, Change::Rotated);
        assert!(let_in(&account, &user), "at {now}");
        assert!(!old.iter().any(|old| let_in(&account, old)), "at {now}");
        assert!(account["iat"].as_i64().unwrap() > issued, "servers keep the youngest claim");
        issued = account["iat"].as_i64().unwrap();
        old.push(user);
    }
    let (cut, _, _) = folder.wish(Wish::Revoke, 20);
    assert!(!old.iter().any(|old| let_in(&cut, old)));
    let (again, user, _) = folder.wish(Wish::Rotate, 20);
    assert!(let_in(&again, &user.unwrap()) && !old.iter().any(|old| let_in(&again, old)));
}

#[test]
fn a_run_that_ended_between_its_two_files_is_finished_by_the_next() {
    let folder = Folder::new();
    folder.wish(Wish::Have, 100);
    let before = folder.trust.creds(CREDS).unwrap();
    folder.wish(Wish::Rotate, 200);
    folder.trust.write(CREDS, &before).unwrap(); // the claims were written, the new user was not
    let (account, user, change) = folder.wish(Wish::Have, 300);
    let user = user.unwrap();
    assert_eq!(change, Change::Renewed);
    assert!(let_in(&account, &user));
    let old = claims::read(trust::jwt_of(&before)).unwrap();
    assert!(!let_in(&account, &old) && user["sub"] != old["sub"]);
    assert_eq!(folder.wish(Wish::Have, 400).2, Change::Kept);

    folder.wish(Wish::Revoke, 500);
    folder.trust.write(CREDS, &before).unwrap(); // the claims were written, the user was not removed
    folder.wish(Wish::Revoke, 600);
    assert!(!folder.trust.path(CREDS).exists());
}
