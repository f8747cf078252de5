//! Clients of a running bus: where it is, who asks, and what it answers.

use crate::failure::Failure;
use clap::Args;
use serde_json::Value;
use std::fs;
use std::io::{BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where the bus is, and who asks. Tokens come from a file or the environment: a flag would show in `ps`.
#[derive(Args, Clone)]
pub struct Server {
    /// Address of the bus
    #[arg(long, env = "LIANHU_SERVER", default_value = "http://127.0.0.1:8686", value_name = "URL")]
    server: String,
    /// File that holds the token [default: the environment variable LIANHU_TOKEN]
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

/// Publish CloudEvents.
#[derive(Args)]
pub struct Publish {
    /// One CloudEvent, an array of them, or one per line; - reads standard input
    file: PathBuf,
    /// Ask whether they would be admitted; nothing is stored
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    server: Server,
}

impl Server {
    fn agent(&self) -> ureq::Agent {
        let config = ureq::Agent::config_builder().http_status_as_error(false);
        config.timeout_global(Some(Duration::from_secs(120))).build().into()
    }

    fn token(&self) -> Result<String, Failure> {
        let token = match &self.token_file {
            Some(path) => fs::read_to_string(path).map_err(|error| Failure::file(path, error))?,
            None => std::env::var("LIANHU_TOKEN").map_err(|_| {
                Failure::Usage("who asks? set LIANHU_TOKEN, or pass --token-file FILE".to_owned())
            })?,
        };
        Ok(token.trim().to_owned())
    }

    /// The answer to a GET.
    pub fn get(&self, path: &str) -> Result<Value, Failure> {
        let request = self.agent().get(format!("{}{path}", self.server));
        self.answer(request.header("authorization", format!("Bearer {}", self.token()?)).call())
    }

    /// The answer to a GET that needs no token.
    pub fn get_public(&self, path: &str) -> Result<Value, Failure> {
        self.answer(self.agent().get(format!("{}{path}", self.server)).call())
    }

    /// The answer to a POST.
    pub fn post(&self, path: &str, content_type: &str, body: &str) -> Result<Value, Failure> {
        let request =
            self.agent().post(format!("{}{path}", self.server)).header("content-type", content_type);
        self.answer(request.header("authorization", format!("Bearer {}", self.token()?)).send(body))
    }

    /// The answer to a POST of the operator.
    pub fn operator_post(&self, path: &str, body: &str) -> Result<Value, Failure> {
        self.post(path, "application/json", body)
    }

    /// A POST of the operator that is answered line by line: `tell` hears each, and the last is the answer.
    pub fn operator_lines(&self, path: &str, tell: impl Fn(&Value)) -> Result<Value, Failure> {
        let unreachable = |error: String| Failure::Unreachable(self.server.clone(), error);
        let config = ureq::Agent::config_builder().http_status_as_error(false);
        let agent: ureq::Agent = config.timeout_global(None).build().into();
        let request = agent.post(format!("{}{path}", self.server));
        let answer = request.header("authorization", format!("Bearer {}", self.token()?)).send_empty();
        let answer = answer.map_err(|error| unreachable(error.to_string()))?;
        if answer.status().as_u16() >= 400 {
            return self.answer(Ok(answer));
        }
        let mut last = Value::Null;
        for line in BufReader::new(answer.into_body().into_reader()).lines() {
            let line = line.map_err(|error| unreachable(error.to_string()))?;
            last = serde_json::from_str(&line).unwrap_or(Value::String(line));
            tell(&last);
        }
        Ok(last)
    }

    fn answer(
        &self,
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<Value, Failure> {
        let unreachable = |error: ureq::Error| Failure::Unreachable(self.server.clone(), error.to_string());
        let mut answer = answer.map_err(unreachable)?;
        let status = answer.status().as_u16();
        let text = answer.body_mut().with_config().limit(64 << 20).read_to_string().map_err(unreachable)?;
        let value: Value = serde_json::from_str(&text).unwrap_or(Value::String(text));
        if status < 400 { Ok(value) } else { Err(Failure::Answered { status, said: say(status, &value) }) }
    }
}

/// A problem document as a person reads it.
pub fn say(status: u16, problem: &Value) -> String {
    let text = |name: &str| problem[name].as_str().unwrap_or_default();
    let mut said = format!("{status} {}: {} {}", text("code"), text("title"), text("titleZh"));
    for error in problem["errors"].as_array().into_iter().flatten() {
        let text = |name: &str| error[name].as_str().unwrap_or_default();
        said.push_str(&format!("\n        {} {} {}", text("pointer"), text("detail"), text("detailZh")));
    }
    for unmet in problem["unmet"].as_array().into_iter().flatten() {
        said.push_str(&format!("\n        unmet: {unmet}"));
    }
    said
}

/// Prints an answer: as it is with `--json`, otherwise as a sentence.
pub fn show(answer: &Value, json: bool, sentence: impl Fn(&Value) -> String) {
    if json { println!("{answer}") } else { println!("{}", sentence(answer)) }
}

impl Publish {
    /// Publishes each event in order and prints each receipt; stops at the first problem.
    pub fn run(self, json: bool) -> Result<(), Failure> {
        let path = if self.dry_run { "/v1/events?dry_run=true" } else { "/v1/events" };
        let text = read(&self.file)?;
        if text.trim_start().starts_with('[') {
            let answers = self.server.post(path, "application/cloudevents-batch+json", &text)?;
            return answers.as_array().into_iter().flatten().try_for_each(|item| said_of(item, json));
        }
        for event in documents(&text) {
            let receipt = self.server.post(path, "application/cloudevents+json", event)?;
            show(&receipt, json, sentence);
        }
        Ok(())
    }
}

/// One answer of a batch.
fn said_of(item: &Value, json: bool) -> Result<(), Failure> {
    let status = item["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(500);
    if status >= 400 {
        return Err(Failure::Answered { status, said: say(status, &item["problem"]) });
    }
    let done = item.get("receipt").or(item.get("preview")).unwrap_or(item);
    show(done, json, sentence);
    Ok(())
}

fn sentence(receipt: &Value) -> String {
    match receipt["sequence"].as_u64() {
        Some(sequence) => {
            let again = if receipt["duplicate"] == true { " (had been recorded before)" } else { "" };
            let subject = receipt["subject"].as_str().unwrap_or_default();
            format!("{sequence}.{} {subject}{again}", receipt["ordinal"])
        }
        None => format!("would be admitted, with {}", receipt["consequences"]),
    }
}

fn read(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let outcome = match path == Path::new("-") {
        true => std::io::stdin().read_to_string(&mut text).map(drop),
        false => fs::read_to_string(path).map(|read| text = read),
    };
    outcome.map(|()| text).map_err(|error| Failure::file(path, error))
}

/// The events of a text, each as it was written, because the bus reads it exactly: one per line where every
/// line is an object, otherwise one.
fn documents(text: &str) -> Vec<&str> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let object = |line: &&str| line.trim_start().starts_with('{') && line.trim_end().ends_with('}');
    if lines.len() > 1 && lines.iter().all(object) { lines } else { vec![text] }
}
