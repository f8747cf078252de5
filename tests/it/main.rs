//! The whole bus, driven from outside: over HTTP, by its command line, and by looking at what it leaves on disk.
//!
//! Each test starts a server of its own ([`harness::Site`]) and kills it in the end. Nothing here is timed:
//! every wait ends with what is awaited, or fails after a generous deadline with what it saw last.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a broken test must stop")]

mod architecture;
mod authority;
mod bad_input;
mod bench;
mod canary;
mod clocks;
mod command_line;
mod crash;
mod damage;
mod data_only;
mod demo;
mod deploy;
mod disk_full;
mod glass;
mod handover;
mod harness;
mod incident_a;
mod incident_b;
mod incident_c;
mod keys;
mod limits;
mod mechanisms;
mod migrate;
mod nats;
mod newcomer;
mod racing;
mod readme;
mod referral;
mod rules;
mod samples;
mod scenario;
mod services;
mod stream;
mod walk;
