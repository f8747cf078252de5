//! `lianhu`: the one binary. `lianhu up` runs every role in one process, `lianhu serve` some of them; the other
//! commands are clients of a running one, or look at a data folder and at contracts.
//!
//! Exit codes: 0 done · 1 unexpected · 2 usage · 3 not found · 4 refused by a rule or conflict, a scenario that
//! went otherwise than its file says, or a stream that holds another ledger than the one to move · 5 breaks a
//! contract, rules that cannot be adopted, or a scenario file with faults · 6 not authenticated or not allowed ·
//! 7 unreachable · 8 damaged, in use, or `doctor` found something bad.

mod bar;
mod bench;
mod client;
mod completions;
mod doctor;
mod failure;
mod folder;
mod migrate;
mod nats;
mod read;
mod rebuild;
mod rules;
mod scenario;
mod schema;
mod serve;
mod story;
mod tail;
mod tokens;
mod up;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// A document becomes many small values on its way in and out; with this allocator publishing takes a third
/// less processor time than with the C library's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The inter-agency referral bus for the protection of minors.
#[derive(Parser)]
#[command(
    name = "lianhu",
    version,
    about = "The inter-agency referral bus for the protection of minors 联护",
    after_help = "Try it:  lianhu up --demo"
)]
struct Cli {
    /// Print JSON, one document per line
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the bus: every role in this process, on a ledger in a folder, or on a NATS server with --nats
    Up(up::Up),
    /// Run some roles of the bus in this process, beside others, on a NATS server
    Serve(serve::Serve),
    /// Publish CloudEvents from a file (one, a batch, or one per line)
    Publish(client::Publish),
    /// Follow what an agency is told, one JSON line per fact
    Tail(tail::Tail),
    /// List the cases of an agency: how far they have come, and whose turn it is
    Cases(read::Cases),
    /// Print what an agency was told of a case
    Timeline(read::Timeline),
    /// Walk a case again: each step, what it changed, and a verdict for every clock
    Replay(read::Replay),
    /// Make all views again from the ledger, compare them with those that stand, and swap
    Rebuild(rebuild::Rebuild),
    /// The rules of the region
    #[command(subcommand)]
    Rules(rules::RulesCommand),
    /// Agencies: their tokens, and their place on NATS
    #[command(subcommand)]
    Agency(tokens::AgencyCommand),
    /// The district's NATS server: who may speak on it
    #[command(subcommand)]
    Nats(nats::NatsCommand),
    /// The contracts
    #[command(subcommand)]
    Schema(schema::SchemaCommand),
    /// Incidents as files: play one into a data folder, at its own times
    #[command(subcommand)]
    Scenario(scenario::ScenarioCommand),
    /// Look at a data folder, or at a running bus: what is well, what is not, what to do
    Doctor(doctor::Doctor),
    /// Move the ledger of one box to a NATS server: stopped, whole, record by record
    Migrate(migrate::Migrate),
    /// Measure this machine beside its own bare store and disk, in one run
    Bench(bench::Bench),
    /// Print what a shell needs to complete the words of this command
    Completions(completions::Completions),
}

/// What is logged unless `LIANHU_LOG` says otherwise. Of its connection to NATS the bus tells itself.
const QUIET: &str = "info,async_nats=warn";

fn main() -> ExitCode {
    let cli = Cli::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_env("LIANHU_LOG").unwrap_or_else(|_| QUIET.into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let outcome = match cli.command {
        Command::Up(up) => up.run(cli.json),
        Command::Serve(serve) => serve.run(cli.json),
        Command::Publish(publish) => publish.run(cli.json),
        Command::Tail(tail) => tail.run(),
        Command::Cases(cases) => cases.run(cli.json),
        Command::Timeline(timeline) => timeline.run(cli.json),
        Command::Replay(replay) => replay.run(cli.json),
        Command::Rebuild(rebuild) => rebuild.run(cli.json),
        Command::Rules(rules) => rules.run(cli.json),
        Command::Agency(agency) => agency.run(cli.json),
        Command::Nats(nats) => nats.run(cli.json),
        Command::Schema(schema) => schema.run(cli.json),
        Command::Scenario(scenario) => scenario.run(cli.json),
        Command::Doctor(doctor) => doctor.run(cli.json),
        Command::Migrate(migrate) => migrate.run(cli.json),
        Command::Bench(bench) => bench.run(cli.json),
        Command::Completions(completions) => completions.run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("lianhu: {failure}");
            ExitCode::from(failure.code())
        }
    }
}
