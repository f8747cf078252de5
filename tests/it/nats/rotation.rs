//! An agency's key is exchanged, or the agency is cut off: at once, for connections that are open too.

use super::hub::{Hub, pulled};
use crate::harness::eventually;
use async_nats::ConnectErrorKind;
use async_nats::connection::State;
use std::fs;

#[tokio::test(flavor = "multi_thread")]
async fn a_rotated_agency_goes_on_where_it_was_and_its_old_key_is_void_at_once() {
    let hub = Hub::with(&["hsp-01"]).await;
    hub.tell("hsp-01", &["one", "two", "three"]).await;
    let old = hub.site.beside("old.creds");
    fs::copy(hub.site.agency_creds("hsp-01"), &old).unwrap();
    let before = hub.site.agency("hsp-01").await;
    let taken = pulled(&before, "hsp-01", 2).await.unwrap();
    for message in &taken {
        message.double_ack().await.unwrap();
    }
    let said = hub.site.provision("hsp-01", &["--rotate"]);
    assert_eq!((&said["change"], &said["feed"]["change"]), (&"rotated".into(), &"kept".into()), "{said}");
    eventually("the open connection is cut", || match before.connection_state() {
        State::Disconnected => Ok(()),
        state => Err(format!("{state:?}")),
    });
    let refused = hub.site.connecting(&old, "_INBOX").connect(hub.site.urls()).await.map(drop).unwrap_err();
    assert_eq!(refused.kind(), ConnectErrorKind::AuthorizationViolation, "{refused}");

    hub.tell("hsp-01", &["four"]).await;
    let after = hub.site.agency("hsp-01").await;
    let rest = pulled(&after, "hsp-01", 2).await.unwrap();
    let payloads: Vec<_> = rest.iter().map(|message| message.payload.as_ref()).collect();
    assert_eq!(payloads, [b"three".as_ref(), b"four".as_ref()], "nothing is told again, nothing is lost");
    assert_eq!(before.connection_state(), State::Disconnected, "it never got back in");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_agency_is_cut_off_until_it_is_let_in_again_with_a_new_key() {
    let hub = Hub::with(&["hsp-01"]).await;
    hub.tell("hsp-01", &["one"]).await;
    let old = hub.site.beside("old.creds");
    fs::copy(hub.site.agency_creds("hsp-01"), &old).unwrap();
    let open = hub.site.agency("hsp-01").await;
    let said = hub.site.provision("hsp-01", &["--revoke"]);
    assert_eq!(said["change"], "revoked", "{said}");
    assert!(!hub.site.agency_creds("hsp-01").exists());
    eventually("the open connection is cut", || match open.connection_state() {
        State::Disconnected => Ok(()),
        state => Err(format!("{state:?}")),
    });
    let connect = || async { hub.site.connecting(&old, "_INBOX").connect(hub.site.urls()).await.map(drop) };
    assert_eq!(connect().await.unwrap_err().kind(), ConnectErrorKind::AuthorizationViolation);
    assert_eq!(hub.site.provision("hsp-01", &["--revoke"])["change"], "kept", "again");
    hub.site.try_provision("hsp-01", &[]).refused(2, &["hsp-01 was revoked", "--rotate"]);
    hub.site.try_provision("sch-12", &["--revoke"]).refused(3, &["sch-12 has no account"]);

    assert_eq!(hub.site.provision("hsp-01", &["--rotate"])["change"], "rotated");
    let again = hub.site.agency("hsp-01").await;
    assert_eq!(pulled(&again, "hsp-01", 1).await.unwrap()[0].payload.as_ref(), b"one", "its feed has stayed");
    assert_eq!(connect().await.unwrap_err().kind(), ConnectErrorKind::AuthorizationViolation, "the old key");
}

#[tokio::test(flavor = "multi_thread")]
async fn provisioning_again_changes_nothing_and_a_lost_key_voids_the_one_that_was_lost() {
    let hub = Hub::with(&["hsp-01"]).await;
    let creds = || fs::read_to_string(hub.site.agency_creds("hsp-01")).unwrap();
    let (first, out) = (creds(), hub.site.beside("out.creds"));
    let said = hub.site.provision("hsp-01", &["--out", out.to_str().unwrap()]);
    assert_eq!((&said["change"], &said["feed"]["change"]), (&"kept".into(), &"kept".into()), "{said}");
    assert_eq!((creds(), fs::read_to_string(&out).unwrap()), (first.clone(), first), "the same key");
    super::is_private(&out, 0o600);

    fs::remove_file(hub.site.agency_creds("hsp-01")).unwrap();
    assert_eq!(hub.site.provision("hsp-01", &[])["change"], "renewed");
    hub.site.agency("hsp-01").await;
    let lost = hub.site.connecting(&out, "_INBOX").connect(hub.site.urls()).await.map(drop).unwrap_err();
    assert_eq!(lost.kind(), ConnectErrorKind::AuthorizationViolation, "{lost}");
}
