//! The pages: who gets in, what stands on them, and what does not.

use super::World;
use axum::http::StatusCode;

#[tokio::test]
async fn nobody_reads_a_page_without_a_session_and_the_door_leads_back() {
    let world = World::new().await;
    for path in ["/cases", "/help", "/cases/case-00000000000000000000000000000000"] {
        let answer = world.ask("GET", path, &[], "").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert_eq!(answer.header("location"), format!("/sign-in?back={path}"));
    }
    let answer = world.ask("GET", "/events", &[], "").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn signing_in_leads_to_a_page_of_this_console_and_nowhere_else() {
    let world = World::new().await;
    for (back, to) in [
        ("%2Fcases%3Fgrade%3DL4", "/cases?grade=L4"),
        ("https%3A%2F%2Felsewhere.test", "/"),
        ("%2F%2Felsewhere.test", "/"),
        ("%2F%5Celsewhere.test", "/"),
        ("%2Fa%0D%0Ax%3A1", "/"),
    ] {
        let answer = world.form("/sign-in", &format!("token=demo-wbo&back={back}"), &[]).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, to), "{back}");
    }
}

#[tokio::test]
async fn the_cookie_is_out_of_reach_for_scripts_and_foreign_sites() {
    let world = World::with(|config| crate::Config { secure: true, ..config }).await;
    let answer = world.form("/sign-in", "token=demo-wbo", &[]).await;
    let cookie = answer.header("set-cookie");
    for part in ["Path=/", "HttpOnly", "SameSite=Strict", "Secure"] {
        assert!(cookie.split("; ").any(|own| own == part), "{cookie}");
    }
    assert!(!cookie.contains("demo-wbo"), "the token is not in it");
}

#[tokio::test]
async fn a_wrong_token_is_refused_in_words_and_opens_no_session() {
    let world = World::new().await;
    let answer = world.form("/sign-in", "token=demo-nobody", &[("cookie", "lang=en")]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.text.contains("The token is not known"));
    assert_eq!(answer.header("set-cookie"), "");
}

#[tokio::test]
async fn only_the_demo_offers_its_tokens_the_coordinator_first() {
    let demo = World::new().await.ask("GET", "/sign-in", &[], "").await.text;
    let first = demo.find("value=\"demo-").unwrap();
    assert!(demo[first..].starts_with("value=\"demo-wbo\""));
    let real = World::with(|config| crate::Config { demo: false, ..config }).await;
    assert!(!real.ask("GET", "/sign-in", &[], "").await.text.contains("value=\"demo-"));
}

#[tokio::test]
async fn a_form_of_another_site_is_not_taken() {
    let world = World::new().await;
    let form = async |headers: &[(&str, &str)]| {
        let own = [("content-type", "application/x-www-form-urlencoded")];
        world.ask("POST", "/sign-in", &[headers, &own[..]].concat(), "token=demo-wbo").await.status
    };
    for taken in [
        &[("sec-fetch-site", "same-origin")][..],
        &[("sec-fetch-site", "none")],
        &[("origin", "http://lianhu.test")],
        &[("origin", "null")],
        &[],
    ] {
        assert_eq!(form(taken).await, StatusCode::SEE_OTHER, "{taken:?}");
    }
    for refused in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "same-site"), ("origin", "http://lianhu.test")],
        &[("origin", "http://elsewhere.test")],
        &[("origin", "http://lianhu.test.elsewhere.test")],
    ] {
        assert_eq!(form(refused).await, StatusCode::FORBIDDEN, "{refused:?}");
    }
}

#[tokio::test]
async fn every_answer_forbids_what_is_foreign_and_is_kept_by_nobody() {
    let world = World::new().await;
    let cookie = world.sign_in("wbo").await;
    for path in ["/", "/cases", "/sign-in", "/help", "/cases/none", "/cases?phase=none"] {
        let answer = world.ask("GET", path, &[("cookie", &cookie)], "").await;
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"), "{path}");
        assert!(!policy.contains("unsafe"));
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
    }
    let asset = world.ask("GET", crate::assets::url("app.css"), &[], "").await;
    assert!(asset.header("cache-control").contains("immutable"));
    let old = world.ask("GET", "/assets/app.0000000000000000.css", &[], "").await;
    assert_eq!(old.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_a_person_wrote_is_text_and_never_markup() {
    let world = World::new().await;
    let case = world.report().await;
    let page = world.page("psb-03", &format!("/cases/{case}")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("&#60;b&#62;陪同人员&#60;/b&#62; &#38; "), "{}", page.text);
    assert!(!page.text.contains("<b>陪同人员"));
}

#[tokio::test]
async fn a_hidden_case_and_one_that_does_not_exist_are_the_same_page() {
    let world = World::new().await;
    let case = world.report().await;
    let cookie = world.sign_in("sch-12").await;
    let read = async |path: String| {
        let answer = world.ask("GET", &path, &[("cookie", &cookie)], "").await;
        (answer.status, answer.text.replace(path.trim_start_matches('/'), "…"))
    };
    let hidden = read(format!("/cases/{case}")).await;
    assert_eq!(hidden.0, StatusCode::NOT_FOUND);
    assert_eq!(hidden, read(format!("/cases/case-{}", "0".repeat(32))).await);
    let stream = read(format!("/cases/{case}/events")).await;
    assert_eq!(stream, read(format!("/cases/case-{}/events", "0".repeat(32))).await);
    assert_eq!(stream.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_session_ends_with_its_idleness_and_says_so() {
    let world = World::new().await;
    let cookie = world.sign_in("wbo").await;
    world.set_clock("2026-03-30T15:30:01+08:00");
    let answer = world.ask("GET", "/cases", &[("cookie", &cookie)], "").await;
    assert_eq!(answer.header("location"), "/sign-in?back=/cases&ended=1");
    let door = world.ask("GET", answer.header("location"), &[("cookie", &cookie)], "").await;
    assert!(door.text.contains("Your session has ended"));
}

#[tokio::test]
async fn a_moment_that_is_none_is_said_to_be_unclear() {
    let world = World::new().await;
    let case = world.report().await;
    for query in ["as_of=yesterday", "fact=0x", "fact=99"] {
        let answer = world.page("psb-03", &format!("/cases/{case}?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
    }
    for query in ["phase=none", "agency=NONE", "after=x"] {
        assert_eq!(
            world.page("wbo", &format!("/cases?{query}")).await.status,
            StatusCode::BAD_REQUEST,
            "{query}"
        );
    }
}

#[tokio::test]
async fn settings_are_kept_in_the_browser_and_only_what_is_known() {
    let world = World::new().await;
    let answer = world.form("/settings", "back=%2Fhelp&lang=zh", &[]).await;
    assert!(answer.header("set-cookie").starts_with("lang=zh; Path=/; Max-Age="));
    assert_eq!(answer.header("location"), "/help");
    assert_eq!(world.form("/settings", "theme=pink", &[]).await.header("set-cookie"), "");
    let dark = world.ask("GET", "/sign-in", &[("cookie", "theme=dark; lang=en")], "").await.text;
    assert!(dark.contains("<html lang=\"en\" data-theme=\"dark\">"));
}
