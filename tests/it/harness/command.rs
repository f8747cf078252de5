//! The command line: one run of the binary that ends by itself.

use super::site::binary;
use super::wait::DEADLINE;
use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code; -1 when a signal ended it.
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// Runs the binary and waits until it ends.
#[track_caller]
pub fn lianhu<A: AsRef<std::ffi::OsStr>>(args: &[A]) -> Ended {
    let mut command = Command::new(binary());
    command.args(args);
    run(command, "")
}

/// Runs the binary as a client of a server, with its token in the environment and this on standard input.
#[track_caller]
pub fn lianhu_at(server: std::net::SocketAddr, token: &str, args: &[&str], input: &str) -> Ended {
    let mut command = Command::new(binary());
    command.args(args).env("LIANHU_SERVER", format!("http://{server}")).env("LIANHU_TOKEN", token);
    run(command, input)
}

/// Runs a command to its end. Its output goes to files: a pipe that nobody reads would stop it.
#[track_caller]
pub fn run(mut command: Command, input: &str) -> Ended {
    let (mut stdin, mut stdout, mut stderr) = (file(), file(), file());
    std::io::Write::write_all(&mut stdin, input.as_bytes()).unwrap();
    stdin.rewind().unwrap();
    command.stdin(stdin).stdout(stdout.try_clone().unwrap()).stderr(stderr.try_clone().unwrap());
    let mut child = command.spawn().unwrap();
    let began = Instant::now();
    let ended = loop {
        match child.try_wait().unwrap() {
            Some(ended) => break Some(ended),
            None if began.elapsed() > DEADLINE => break None,
            None => std::thread::sleep(Duration::from_millis(10)),
        }
    };
    if ended.is_none() {
        let _ = child.kill(); // Err: it ended just now
        let _ = child.wait();
    }
    let (stdout, stderr) = (text(&mut stdout), text(&mut stderr));
    let Some(ended) = ended else {
        panic!("{command:?} did not end within {DEADLINE:?}\nstdout: {stdout}\nstderr: {stderr}")
    };
    Ended { code: ended.code().unwrap_or(-1), stdout, stderr }
}

/// A quiet command of the system that must succeed.
#[track_caller]
pub fn system(program: &str, args: &[&Path]) {
    let status = Command::new(program).args(args).stdin(Stdio::null()).status().unwrap();
    assert!(status.success(), "{program} {args:?}: {status}");
}

fn file() -> File {
    tempfile::tempfile().unwrap()
}

fn text(file: &mut File) -> String {
    let mut text = String::new();
    file.rewind().unwrap();
    file.read_to_string(&mut text).unwrap();
    text
}

impl Ended {
    /// It ended with this code, and said this on standard error.
    #[track_caller]
    pub fn refused(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "{self:?}");
        for word in words {
            assert!(self.stderr.contains(word), "does not say `{word}`: {self:?}");
        }
    }

    /// It did what it was asked; what it printed.
    #[track_caller]
    pub fn done(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.stdout
    }
}
