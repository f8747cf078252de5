//! The demo and a real region are never taken for each other.

use crate::harness::command::lianhu_at;
use crate::harness::facts::{Case, report};
use crate::harness::{Server, Site, repository};
use serde_json::json;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// A copy of the demo's rules that does not say that it is the demo.
pub fn real_rules(folder: &Path) -> String {
    copy_rules(&repository("deploy/jurisdictions/demo"), folder);
    let roster = folder.join("agencies.toml");
    let text = fs::read_to_string(&roster).unwrap();
    assert_eq!(text.lines().filter(|line| *line == "demo = true").count(), 1);
    fs::write(&roster, text.replacen("\ndemo = true\n", "\n", 1)).unwrap();
    folder.to_str().unwrap().to_owned()
}

fn copy_rules(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let copied = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_rules(&path, &copied);
        } else {
            fs::copy(&path, &copied).unwrap();
        }
    }
}

/// A region that is no demo, on a new folder, and its operator's token.
pub fn real() -> (Site, Server, String) {
    let rules = tempfile::tempdir().unwrap();
    let mut site = Site::with(&["--jurisdiction", &real_rules(rules.path())]);
    let server = site.up();
    site.options.clear(); // they are needed once
    let token = fs::read_to_string(site.data().join("operator.token")).unwrap().trim().to_owned();
    (site, server, token)
}

#[test]
fn a_second_server_on_a_folder_in_use_is_refused() {
    let site = Site::demo();
    let server = site.up();
    let data = site.data().to_str().unwrap();
    let second = site.lianhu(&["up", "--demo", "--data", data, "--listen", "127.0.0.1:0"]);
    second.refused(8, &["in use"]);
    assert_eq!(second.stdout, "", "it never said that it serves");
    Case::filed(&server); // and the first one goes on
}

#[test]
fn a_demo_folder_is_served_as_a_demo_only() {
    let site = Site::demo();
    site.up().stop();
    let data = site.data().to_str().unwrap();
    site.lianhu(&["up", "--data", data, "--listen", "127.0.0.1:0"])
        .refused(2, &["belongs to the demo", "--demo"]);
    site.up();
}

#[test]
fn the_rules_of_the_demo_are_adopted_by_a_demo_only() {
    let site = Site::demo();
    let data = site.data();
    let rules = repository("deploy/jurisdictions/demo");
    let (data, rules) = (data.to_str().unwrap(), rules.to_str().unwrap());
    let ended = site.lianhu(&["up", "--jurisdiction", rules, "--data", data, "--listen", "127.0.0.1:0"]);
    ended.refused(2, &["demo = true", "--demo"]);
    let both =
        site.lianhu(&["up", "--demo", "--jurisdiction", rules, "--data", data, "--listen", "127.0.0.1:0"]);
    both.refused(2, &["--jurisdiction", "cannot be used"]);
}

#[test]
fn a_real_folder_is_never_served_as_a_demo() {
    let (site, server, _) = real();
    server.stop();
    let data = site.data().to_str().unwrap();
    site.lianhu(&["up", "--demo", "--data", data, "--listen", "127.0.0.1:0"]).refused(2, &["real region"]);
}

#[test]
fn a_folder_without_rules_is_not_served() {
    let site = Site::demo();
    let data = site.data();
    let ended = site.lianhu(&["up", "--data", data.to_str().unwrap(), "--listen", "127.0.0.1:0"]);
    ended.refused(2, &["--jurisdiction", "--demo"]);
}

#[test]
fn a_real_region_knows_no_demo_token_and_issues_its_own() {
    let (site, server, operator) = real();
    for code in ["hsp-01", "psb-03", "wbo"] {
        server.agency(code).get("/v1/feed").refused(401, "unauthenticated");
    }
    let ask = |agency: &str| {
        let body = json!({"agency": agency, "label": "emr gateway"}).to_string();
        server.bearer(&operator).post("/v1/tokens", "application/json", body)
    };
    let issued = ask("hsp-01").expect(201);
    let token = issued["token"].as_str().unwrap().to_owned();
    let receipt = server.bearer(&token).admitted(&report("hsp-01", "psb-03", "体检时发现多处陈旧性伤痕。"));
    assert!(receipt["sequence"].is_u64());
    ask("psb-09").refused(422, "unknown-agency");
    ask("nobody").refused(422, "unknown-agency");
    ask("Not A Code").refused(422, "contract-violation");

    server.stop();
    let server = site.up();
    server.bearer(&token).get("/v1/feed").expect(200);
    let ended = lianhu_at(server.at, &operator, &["agency", "token", "psb-03"], "");
    server.bearer(ended.done().trim()).get("/v1/feed").expect(200);
    let data = site.data().join(if site.on_nats() { "copy" } else { "ledger" });
    let found = crate::harness::search::Needles::new([token]).in_folder(&data);
    assert!(found.is_empty(), "of a token only its hash is kept: {found:?}");
}

#[test]
fn a_token_ends_when_it_says_and_is_never_issued_for_the_past() {
    let (_site, server, operator) = real();
    let ask = |expires_at: &str| {
        let body = json!({"agency": "hsp-01", "expires_at": expires_at}).to_string();
        server.bearer(&operator).post("/v1/tokens", "application/json", body)
    };
    ask("2020-01-01T00:00:00Z").refused_at(422, "contract-violation", "/expires_at", "past");
    ask("tomorrow").refused(422, "contract-violation");
    let issued = ask("2999-01-01T00:00:00+08:00").expect(201);
    server.bearer(issued["token"].as_str().unwrap()).get("/v1/feed").expect(200);
}

#[test]
fn keys_and_tokens_are_readable_by_their_owner_alone() {
    let site = Site::demo();
    site.up().stop();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(site.data()), 0o700);
    for name in ["root.key", "operator.token"] {
        let path = site.data().join(name);
        assert_eq!(mode(&path), 0o600, "{name}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert_eq!(site.try_up().err().and_then(|ended| ended.code()), Some(8), "{name}: {}", site.printed());
        assert!(site.printed().contains("600"), "{}", site.printed());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }
    site.up();
}

#[test]
fn with_json_the_server_says_in_one_line_where_it_serves() {
    let site = Site::demo();
    let server = site.up();
    assert_eq!(server.up["region"], "999901");
    assert!(
        server.up["agencies"].as_u64() > Some(30) && server.up["types"].as_u64() > Some(10),
        "{}",
        server.up
    );
    assert_eq!(server.up["rules"], server.ready()["rules"]);
    let live = server.stranger().get("/livez");
    assert_eq!((live.status, live.text.as_str()), (200, "ok"));
    server.stop();
    let printed = fs::read_to_string(site.beside("stdout.log")).unwrap();
    assert_eq!(printed.lines().count(), 1, "{printed}");
}

#[test]
fn a_server_that_says_it_serves_stops_in_good_order_when_it_is_asked_to() {
    let site = Site::demo();
    for _ in 0..5 {
        site.try_up().unwrap_or_else(|ended| panic!("{ended}: {}", site.printed())).stop();
    }
}
