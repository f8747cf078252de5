//! `lianhu scenario`: an incident as a file, played into a data folder at its own times.
//!
//! The bus runs in this process and admits every line as it would over HTTP, but by the clock of the story: a
//! line is recorded when its `recordedtime` says (or else when it happened), and what was told of it is recorded
//! at that time, too. So a folder that is served afterwards looks as if the incident had been lived through with
//! it. The people of a scenario are invented; a folder that holds real cases is refused.

pub mod file;
pub mod generate;
pub mod outcome;
pub mod play;

use crate::failure::Failure;
use crate::folder::{Folder, Parts, region_of};
use crate::nats::connect::NatsArgs;
use crate::{rules, serve, up};
use clap::{Args, Subcommand};
use file::Line;
use jurisdiction::RuleFile;
use ledger::Ledger;
use outcome::{Measured, Told};
use runtime::{Bus, StoryClock};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use vocabulary::id::HistoryKind;
use vocabulary::{Instant, Position};

/// Incidents as files.
#[derive(Subcommand)]
pub enum ScenarioCommand {
    /// Play a file into a data folder, line by line, and compare every answer with what the file says
    Run(Run),
    /// Write a made-up year of a district as such a file: the same seed, the same bytes
    Generate(generate::Generate),
}

/// Play a file.
#[derive(Args)]
pub struct Run {
    /// One CloudEvent per line, with `recordedtime` and `refused` where they are needed
    file: PathBuf,
    /// The data folder; created when it is missing
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The rules to play it under [default: those of the demo]
    #[arg(long, value_name = "DIR")]
    jurisdiction: Option<PathBuf>,
    #[command(flatten)]
    nats: NatsArgs,
    /// Servers that hold each record, with --nats [default: 3, or 1 under the rules of the demo]
    #[arg(long, env = "LIANHU_NATS_REPLICAS", value_name = "N", value_parser = clap::value_parser!(u8).range(1..=5))]
    replicas: Option<u8>,
}

/// The rules are adopted and the tokens issued this long before the first line.
pub const BEFORE: Duration = Duration::from_secs(60);

impl ScenarioCommand {
    /// Runs the command.
    pub fn run(self, json: bool) -> Result<(), Failure> {
        let run = match self {
            Self::Run(run) => run,
            Self::Generate(generate) => return generate.run(),
        };
        let text = fs::read_to_string(&run.file).map_err(|error| Failure::file(&run.file, error))?;
        let lines = file::read(&text).map_err(|faults| {
            let name = run.file.display();
            Failure::Faults(faults.iter().map(|fault| format!("{name}: {fault}")).collect())
        })?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        runtime.map_err(|error| Failure::Store(error.to_string()))?.block_on(run.play(&lines, json))
    }
}

impl Run {
    async fn play(&self, lines: &[Line], json: bool) -> Result<(), Failure> {
        let Some(first) = lines.first() else {
            return Err(Failure::Usage(format!("{} holds no line", self.file.display())));
        };
        let files = self.jurisdiction.as_deref().map_or_else(|| Ok(rules::demo()), rules::read)?;
        let folder = Folder::at(&self.data)?;
        let stores = if self.nats.given() {
            let client = self.nats.connect("lianhu scenario").await?;
            let demo = rules::of(&files)?.demo();
            let ledger = serve::open_ledger(&client, &folder, self.replicas.map(usize::from), demo).await?;
            folder.open_on(ledger, folder.open_vault()?)?
        } else {
            folder.open()?.into()
        };
        let clock = Arc::new(StoryClock::at(begin(first.recorded, &*stores.ledger)?));
        let bus = Arc::new(open(&stores, &files, clock.clone())?);
        let followers = tokio::spawn(bus.clone().run(runtime::Duties::ALL));
        bus.adopt(&files).await.map_err(rules::explain)?;
        if bus.rules()?.demo() {
            bus.issue_demo_tokens().await?;
        }
        let (mut told, began) = (Told::new(json), std::time::Instant::now());
        let played = play::lines(&bus, &clock, lines, |line, outcome| told.line(line, outcome)).await;
        followers.abort();
        played?;
        let clocks = verdicts(&stores, bus.now())?;
        let measured = Measured { seconds: began.elapsed().as_secs_f64(), lines: told.lines(), clocks };
        told.end(&bus.rules()?, &*stores.ledger, &measured)
    }
}

/// When the clock of the story begins: never before what the folder already holds.
fn begin(first: Instant, ledger: &dyn Ledger) -> Result<Instant, Failure> {
    let head = ledger.head().borrow().0;
    let last =
        ledger.range(Position(head.saturating_sub(1)), 1)?.pop().map(|stored| stored.record.recordedtime);
    if let Some(last) = last.filter(|last| *last > first) {
        eprintln!("this folder was written until {last}: whatever is new is recorded then or later");
    }
    let begin = first.timestamp().checked_sub(BEFORE).map_or(first, Instant::new);
    Ok(last.map_or(begin, |last| last.max(begin)))
}

/// The bus of the folder, for the demo when its rules say so.
fn open(stores: &Parts, files: &[RuleFile], clock: Arc<StoryClock>) -> Result<Bus, Failure> {
    let rules = rules::of(files)?;
    if !rules.demo() && !stores.ledger.histories(HistoryKind::Case)?.is_empty() {
        let why = "this folder holds cases of a real region: an invented one would stand among them for ever";
        return Err(Failure::Usage(why.to_owned()));
    }
    let region = region_of(&*stores.ledger)?.unwrap_or_else(|| rules.region().clone());
    up::open_by(stores.clone(), region, rules.demo(), clock, Duration::ZERO)
}

/// How many clocks stand how by the end of the story, in all histories.
fn verdicts(stores: &Parts, now: Instant) -> Result<BTreeMap<String, usize>, Failure> {
    let failed = |error: agency_views::ViewError| Failure::Store(format!("views: {error}"));
    let (views, mut verdicts) = (stores.views.now(), BTreeMap::new());
    for history in views.desk.all().map_err(failed)? {
        let row = views.desk.row(&history).map_err(failed)?.unwrap_or_default();
        for clock in &row.clocks {
            let verdict = clock.verdict(now).map_or_else(|| "undetermined".to_owned(), |v| format!("{v:?}"));
            *verdicts.entry(verdict.to_lowercase()).or_default() += 1;
        }
    }
    Ok(verdicts)
}
