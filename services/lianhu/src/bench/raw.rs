//! What the bus is held against: the bare store, and the bare disk.

use crate::failure::Failure;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

fn store(error: impl std::fmt::Display) -> Failure {
    Failure::Store(error.to_string())
}

/// Appends to a bare sled store from as many callers, each waiting for its own to be durable: one writer
/// drains the queue into one batch, flushes, syncs, and answers all. Answers appends per second.
pub fn append(dir: &Path, callers: usize, bytes: usize, span: Duration) -> Result<f64, Failure> {
    let (queue, waiting) = channel::<Sender<()>>();
    let begin = Instant::now();
    let done: u64 = std::thread::scope(|scope| {
        let writer = scope.spawn(move || write(dir, bytes, &waiting));
        let callers: Vec<_> = (0..callers).map(|_| (queue.clone(), begin + span)).collect();
        drop(queue);
        let callers: Vec<_> =
            callers.into_iter().map(|(queue, until)| scope.spawn(move || call(&queue, until))).collect();
        let done = callers.into_iter().map(|caller| caller.join().unwrap_or_default()).sum();
        writer.join().unwrap_or_else(|_| Err(store("the writer panicked"))).map(|()| done)
    })?;
    Ok(done as f64 / begin.elapsed().as_secs_f64())
}

fn call(queue: &Sender<Sender<()>>, until: Instant) -> u64 {
    let mut done = 0;
    while Instant::now() < until {
        let (answer, answered) = channel();
        if queue.send(answer).is_err() || answered.recv().is_err() {
            break;
        }
        done += 1;
    }
    done
}

fn write(dir: &Path, bytes: usize, waiting: &Receiver<Sender<()>>) -> Result<(), Failure> {
    let db = sled::Config::new().path(dir).flush_every_ms(None).open().map_err(store)?;
    let file = File::open(dir.join("db")).map_err(|error| Failure::file(dir, error))?;
    let mut value = vec![0; bytes];
    getrandom::fill(&mut value).map_err(store)?;
    let mut position = 0_u64;
    while let Ok(first) = waiting.recv() {
        let answers: Vec<Sender<()>> = std::iter::once(first).chain(waiting.try_iter()).collect();
        let mut batch = sled::Batch::default();
        for _ in &answers {
            position += 1;
            batch.insert(&position.to_be_bytes(), value.as_slice());
        }
        db.apply_batch(batch).map_err(store)?;
        db.flush().map_err(store)?;
        file.sync_data().map_err(|error| Failure::file(dir, error))?;
        for answer in answers {
            let _ = answer.send(()); // a caller whose time is over has left
        }
    }
    Ok(())
}

/// Writes and syncs one file, one write after the other. Answers syncs per second.
pub fn flush_floor(path: &Path, bytes: usize, span: Duration) -> Result<f64, Failure> {
    let failed = |error| Failure::file(path, error);
    let mut file = File::create(path).map_err(failed)?;
    let value = vec![7; bytes];
    let (begin, mut done) = (Instant::now(), 0_u64);
    while begin.elapsed() < span {
        file.write_all(&value).map_err(failed)?;
        file.sync_data().map_err(failed)?;
        done += 1;
    }
    Ok(done as f64 / begin.elapsed().as_secs_f64())
}
