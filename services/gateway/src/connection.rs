//! A connection that does not wait for ever: neither for a request that trickles in, nor for a reader that
//! has stopped to read.
//!
//! Three waits are bounded: for the first byte of a request, for the rest of its headers, and for room to
//! write. While a request is under way nothing here runs out: its handler has bounds of its own.

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use std::future::Future as _;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, Sleep, sleep};

/// How long a connection may stay open between two requests.
const IDLE: Duration = Duration::from_secs(75);
/// How long headers may take, from their first byte.
const HEADERS: Duration = Duration::from_secs(10);
/// How long a reader may take no byte at all.
const STALLED: Duration = Duration::from_secs(60);

/// A listener for such connections.
pub(crate) struct Patient(pub(crate) TcpListener);

impl Listener for Patient {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let (stream, from) = Listener::accept(&mut self.0).await;
        let _ = stream.set_nodelay(true); // a line of a stream leaves at once; where it cannot, it leaves later
        (Connection::new(stream, from.ip()), from)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// Counts the requests of a connection: how many began, how many are under way. And who is at its other end.
#[derive(Clone)]
pub(crate) struct Gate {
    counts: Arc<Counts>,
    peer: IpAddr,
}

#[derive(Default)]
struct Counts {
    begun: AtomicU64,
    over: AtomicU64,
}

/// A request that is under way, until the last copy is dropped.
#[derive(Clone)]
pub(crate) struct Held(#[allow(dead_code, reason = "held for its drop")] Arc<Hold>);

struct Hold(Gate);

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.counts.over.fetch_add(1, Ordering::Relaxed);
    }
}

impl Gate {
    /// A new connection with somebody.
    pub(crate) fn of(peer: IpAddr) -> Self {
        Self { counts: Arc::default(), peer }
    }

    /// A request has arrived.
    pub(crate) fn hold(&self) -> Held {
        self.counts.begun.fetch_add(1, Ordering::Relaxed);
        Held(Arc::new(Hold(self.clone())))
    }

    fn begun(&self) -> u64 {
        self.counts.begun.load(Ordering::Relaxed)
    }

    fn is_busy(&self) -> bool {
        self.begun() > self.counts.over.load(Ordering::Relaxed)
    }

    /// Whether the other end is this machine.
    pub(crate) fn is_local(&self) -> bool {
        self.peer.to_canonical().is_loopback()
    }
}

impl Connected<IncomingStream<'_, Patient>> for Gate {
    fn connect_info(stream: IncomingStream<'_, Patient>) -> Self {
        stream.io().gate.clone()
    }
}

/// One connection.
pub(crate) struct Connection {
    stream: TcpStream,
    gate: Gate,
    reading: Patience,
    writing: Patience,
    /// How many requests had begun when bytes were last waited for.
    seen: u64,
    /// Whether bytes of the next request have come.
    started: bool,
}

impl Connection {
    fn new(stream: TcpStream, peer: IpAddr) -> Self {
        let (reading, writing) = (Patience::new(), Patience::new());
        Self { stream, gate: Gate::of(peer), reading, writing, seen: 0, started: false }
    }

    fn at_ease(&mut self) {
        self.reading.end();
        self.started = false;
    }

    fn patient<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_pending() {
            return self.writing.lose(cx, STALLED).map(Err);
        }
        self.writing.end();
        if !self.started {
            self.reading.end(); // a long answer that goes out is no idle connection
        }
        written
    }
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let (busy, begun) = (this.gate.is_busy(), this.gate.begun());
        if busy || begun != this.seen {
            this.seen = begun;
            this.at_ease();
        }
        if let Poll::Ready(read) = Pin::new(&mut this.stream).poll_read(cx, buf) {
            if !busy && !this.started {
                this.at_ease();
                this.started = true;
            }
            return Poll::Ready(read);
        }
        match (busy, this.started) {
            (true, _) => Poll::Pending,
            (false, true) => this.reading.lose(cx, HEADERS).map(Err),
            (false, false) => this.reading.lose(cx, IDLE).map(Err),
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(cx, bytes);
        this.patient(cx, written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write_vectored(cx, bytes);
        this.patient(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

/// A wait that ends. It starts when it is first asked after its last end.
struct Patience {
    alarm: Pin<Box<Sleep>>,
    waiting: bool,
}

impl Patience {
    fn new() -> Self {
        Self { alarm: Box::pin(sleep(Duration::ZERO)), waiting: false }
    }

    fn end(&mut self) {
        self.waiting = false;
    }

    /// Pending until the patience is lost.
    fn lose(&mut self, cx: &mut Context<'_>, most: Duration) -> Poll<io::Error> {
        if !self.waiting {
            self.alarm.as_mut().reset(Instant::now() + most);
            self.waiting = true;
        }
        self.alarm.as_mut().poll(cx).map(|()| io::ErrorKind::TimedOut.into())
    }
}
