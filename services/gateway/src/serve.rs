//! Serving: from a socket to the routes, until it is time to go.

use crate::connection::{Gate, Patient};
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::header::CONTENT_TYPE;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::{Extension, Router};
use futures_util::StreamExt as _;
use std::future::{Future, IntoFuture as _};
use std::io;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

pub(crate) use crate::connection::Held;

/// How long requests that are under way may take to end once it is time to go.
const GRACE: Duration = Duration::from_secs(35);

/// Serves the routes until `shutdown` resolves: then no connection is accepted any more, streams and
/// long-polls end at once (a stream says `bye`), and requests under way are answered.
///
/// Request headers must arrive within ten seconds of their first byte, and an idle connection is closed.
///
/// # Errors
/// The socket failed.
pub async fn serve<F>(listener: TcpListener, router: Router, shutdown: F) -> io::Result<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    let (tell, mut told) = watch::channel(false);
    let router = router.layer(from_fn(hold)).layer(Extension(Leaving(Some(told.clone()))));
    let shutdown = async move {
        shutdown.await;
        tell.send_replace(true);
    };
    let service = router.into_make_service_with_connect_info::<Gate>();
    let serving = axum::serve(Patient(listener), service).with_graceful_shutdown(shutdown);
    let too_long = async move {
        let _ = told.wait_for(|leaving| *leaving).await; // the sender is gone: it is time to go, too
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        served = serving.into_future() => served,
        () = too_long => {
            tracing::warn!("requests were still under way at the end");
            Ok(())
        }
    }
}

/// While a request is under way, its connection is not waiting for one. A stream is under way until it ends.
async fn hold(ConnectInfo(gate): ConnectInfo<Gate>, mut request: Request, next: Next) -> Response {
    let held = gate.hold();
    request.extensions_mut().insert(held.clone());
    let response = next.run(request).await;
    if response.headers().get(CONTENT_TYPE).is_none_or(|media| media != "text/event-stream") {
        return response;
    }
    response.map(|body| Body::from_stream(body.into_data_stream().inspect(move |_| drop(held.clone()))))
}

/// Whether it is time to go. Without a server (a router alone) it never is.
#[derive(Clone, Default)]
pub(crate) struct Leaving(Option<watch::Receiver<bool>>);

impl Leaving {
    /// Whether it is time to go now.
    pub(crate) fn now(&self) -> bool {
        self.0.as_ref().is_some_and(|told| *told.borrow())
    }

    /// Resolves when it is time to go.
    pub(crate) async fn come(&mut self) {
        match &mut self.0 {
            Some(told) => drop(told.wait_for(|leaving| *leaving).await),
            None => std::future::pending().await,
        }
    }
}
