use super::*;
use axum::Router;
use axum::body::{Body, Bytes};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

#[tokio::test]
async fn a_caller_without_a_good_token_is_not_known() {
    let world = World::new().await;
    let with = async |headers: &[(&str, &str)]| client::send(world.at, "GET", "/v1/feed", headers, b"").await;
    let good = ("authorization", "Bearer demo-psb-03");
    for bad in [
        &[][..],
        &[("authorization", "Bearer demo-nobody")],
        &[("authorization", "Basic demo-psb-03")],
        &[good, good],
    ] {
        let answer = with(bad).await;
        answer.is(401, "unauthenticated");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    }
    assert_eq!(with(&[("authorization", "bearer demo-psb-03")]).await.status, 200);
    with(&[("authorization", "Bearer demo-psb-09")]).await.is(403, "agency-not-on-roster");
    for path in ["/v1/events/1.0", "/v1/stream"] {
        client::send(world.at, "GET", path, &[], b"").await.is(401, "unauthenticated");
    }
    client::send(world.at, "POST", "/v1/events", &[], b"").await.is(401, "unauthenticated");
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problems_and_no_answer_is_kept_or_guessed() {
    let world = World::new().await;
    for path in ["/", "/v1", "/v1/case", "/v2/events", "/v1/events/"] {
        world.get("psb-03", path).await.is(404, "unknown-path");
    }
    let wrong = world.call("psb-03", "DELETE", "/v1/events", &[], b"").await;
    wrong.is(405, "method-not-allowed");
    assert_eq!(wrong.header("allow"), Some("POST"));
    assert_eq!(world.call("psb-03", "POST", "/v1/feed", &[], b"").await.header("allow"), Some("GET,HEAD"));
    for path in ["/v1/feed", "/livez", "/readyz", "/v1/types", "/nowhere", "/v1/events/7.7"] {
        let answer = world.get("psb-03", path).await;
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
    }
    let head = world.call("psb-03", "HEAD", "/v1/feed", &[], b"").await;
    assert_eq!((head.status, head.body.len()), (200, 0));
}

/// A server with no bus behind it, on a clock that jumps to the next alarm.
async fn slow_server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let slow = async || {
        tokio::time::sleep(Duration::from_secs(600)).await;
        "done"
    };
    let routes = Router::new()
        .route("/slow", axum::routing::get(slow))
        .route("/quick", axum::routing::get(async || "q"));
    tokio::spawn(serve(listener, routes, std::future::pending()));
    at
}

#[tokio::test(start_paused = true)]
async fn headers_that_trickle_in_close_the_connection() {
    let at = slow_server().await;
    let mut socket = TcpStream::connect(at).await.unwrap();
    let begun = tokio::time::Instant::now();
    let mut rest = Vec::new();
    for byte in b"GET /quick HTTP/1.1\r\nhost: x\r\nx-slow: ".iter().chain(std::iter::repeat_n(&b'x', 600)) {
        tokio::time::sleep(Duration::from_secs(1)).await;
        if socket.write_all(&[*byte]).await.is_err() {
            break;
        }
    }
    let _ = tokio::time::timeout(Duration::from_secs(1_000), socket.read_to_end(&mut rest)).await;
    assert!(rest.is_empty() && begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_second_request_may_not_trickle_either_and_an_idle_connection_is_closed() {
    let at = slow_server().await;
    for (more, least, most) in [("GET /qu", 9, 20), ("", 60, 90)] {
        let mut socket = TcpStream::connect(at).await.unwrap();
        socket.write_all(b"GET /quick HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        let mut bytes = [0; 1_000];
        assert!(socket.read(&mut bytes).await.unwrap() > 0);
        let begun = tokio::time::Instant::now();
        socket.write_all(more.as_bytes()).await.unwrap();
        let closed =
            tokio::time::timeout(Duration::from_secs(1_000), socket.read_to_end(&mut Vec::new())).await;
        assert!(closed.is_ok(), "the connection is closed");
        let (least, most) = (Duration::from_secs(least), Duration::from_secs(most));
        assert!((least..most).contains(&begun.elapsed()), "{:?}", begun.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_under_way_is_not_cut_off() {
    let at = slow_server().await;
    let mut socket = TcpStream::connect(at).await.unwrap();
    socket.write_all(b"GET /slow HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut text = String::new();
    socket.read_to_string(&mut text).await.unwrap();
    assert!(text.ends_with("done"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_takes_nothing_for_long_loses_its_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let (held, dropped) = oneshot::channel::<()>();
    let held = Arc::new(Mutex::new(Some(held)));
    let endless = async move || {
        let held = held.lock().unwrap().take();
        let chunks = futures_util::stream::repeat_with(move || {
            let _ = &held;
            Ok::<_, std::io::Error>(Bytes::from_static(&[b'x'; 65_536]))
        });
        Body::from_stream(chunks)
    };
    let routes = Router::new().route("/endless", axum::routing::get(endless));
    tokio::spawn(serve(listener, routes, std::future::pending()));
    let mut socket = TcpStream::connect(at).await.unwrap();
    socket.write_all(b"GET /endless HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let begun = tokio::time::Instant::now();
    assert!(dropped.await.is_err(), "the body was dropped");
    assert!(
        (Duration::from_secs(59)..Duration::from_secs(70)).contains(&begun.elapsed()),
        "{:?}",
        begun.elapsed()
    );
}
