//! What a hostile agency tries: where it listens, where it speaks, what it asks of JetStream, and where it would
//! like to have things delivered.

use async_nats::{Client, ConnectOptions};
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// Where it listens, each also as a member of the gateway's queue group.
pub const LISTENS: &[&str] = &[
    ">",
    "*.>",
    "lianhu.>",
    "lianhu.v1.ledger.>",
    "lianhu.v1.feed.>",
    "lianhu.v1.feed.psb-03.>",
    "lianhu.v1.publish.>",
    "lianhu.v1.publish.*.>",
    "lianhu.v1.publish.psb-03.>",
    "lianhu.v1.read.*",
    "lianhu.v1.admit.>",
    "lianhu.v1.vault.>",
    "hub.>",
    "$JS.>",
    "$JS.API.>",
    "$SYS.>",
    "$SRV.>",
    "_INBOX.>",
    "_R_.>",
];

/// Where it speaks, though none of it is its own.
pub const SPEAKS: &[&str] = &[
    "lianhu.v1.ledger.case-1",
    "lianhu.v1.ledger.case-9",
    "lianhu.v1.feed.psb-03.intake.report-acknowledged",
    "lianhu.v1.feed.hsp-01.intake.report-acknowledged",
    "lianhu.v1.publish.psb-03.intake.report-filed",
    "lianhu.v1.read.psb-03",
    "lianhu.v1.admit.intake",
    "lianhu.v1.vault.reveal",
    "lianhu.v1.health.gateway",
    "lianhu.v1.server.varz",
    "$SRV.PING",
    "$SYS.REQ.SERVER.PING.VARZ",
    "$SYS.REQ.SERVER.PING",
    "$SYS.REQ.CLAIMS.UPDATE",
    "$SYS.REQ.CLAIMS.LIST",
    "_INBOX.services.guessed.1",
    "_INBOX.gateway.guessed.1",
    "_R_.guessed.1",
    "$JS.ACK.LIANHU_FEED_psb-03.feed.1.1.1.1790000000000000000.0",
    "$JS.ACK.LIANHU_LEDGER.feed.1.1.1.1790000000000000000.0",
];

/// Calls of JetStream that are not its own, with what they say; tried under both prefixes.
pub fn calls() -> Vec<(&'static str, Value)> {
    let stream = json!({"name": "MINE", "subjects": ["lianhu.>"], "storage": "file", "num_replicas": 1});
    let short = json!({"name": "LIANHU_LEDGER", "subjects": ["lianhu.v1.ledger.>"], "max_msgs": 1, "discard": "old",
                       "storage": "file", "num_replicas": 1});
    let consumer = |stream: &str| {
        let config = json!({"name": "mine", "ack_policy": "none", "deliver_policy": "all"});
        json!({"stream_name": stream, "config": config})
    };
    let push = json!({"stream_name": "LIANHU_LEDGER", "config": {
        "name": "mine", "deliver_subject": "lianhu.v1.publish.hsp-01.pushed", "ack_policy": "none"}});
    vec![
        ("INFO", json!({})),
        ("STREAM.NAMES", json!({})),
        ("STREAM.LIST", json!({})),
        ("STREAM.CREATE.MINE", stream),
        ("STREAM.UPDATE.LIANHU_LEDGER", short),
        ("STREAM.INFO.LIANHU_LEDGER", json!({})),
        ("STREAM.INFO.LIANHU_FEED_hsp-01", json!({})),
        ("STREAM.MSG.GET.LIANHU_LEDGER", json!({"seq": 1})),
        ("STREAM.MSG.GET.LIANHU_FEED_psb-03", json!({"seq": 1})),
        ("STREAM.MSG.DELETE.LIANHU_FEED_hsp-01", json!({"seq": 1})),
        ("STREAM.PURGE.LIANHU_FEED_hsp-01", json!({})),
        ("STREAM.PURGE.LIANHU_LEDGER", json!({})),
        ("STREAM.DELETE.LIANHU_LEDGER", json!({})),
        ("STREAM.DELETE.LIANHU_FEED_psb-03", json!({})),
        ("STREAM.DELETE.LIANHU_FEED_hsp-01", json!({})),
        ("DIRECT.GET.LIANHU_LEDGER", json!({"seq": 1})),
        ("DIRECT.GET.LIANHU_LEDGER.lianhu.v1.ledger.case-1", json!({})),
        ("DIRECT.GET.LIANHU_FEED_psb-03", json!({"seq": 1})),
        ("CONSUMER.CREATE.LIANHU_LEDGER", consumer("LIANHU_LEDGER")),
        ("CONSUMER.CREATE.LIANHU_LEDGER.mine", push),
        ("CONSUMER.CREATE.LIANHU_FEED_hsp-01.mine", consumer("LIANHU_FEED_hsp-01")),
        ("CONSUMER.CREATE.LIANHU_FEED_psb-03.mine", consumer("LIANHU_FEED_psb-03")),
        ("CONSUMER.DURABLE.CREATE.LIANHU_FEED_psb-03.mine", consumer("LIANHU_FEED_psb-03")),
        ("CONSUMER.NAMES.LIANHU_LEDGER", json!({})),
        ("CONSUMER.INFO.LIANHU_FEED_psb-03.feed", json!({})),
        ("CONSUMER.INFO.LIANHU_LEDGER.feed", json!({})),
        ("CONSUMER.DELETE.LIANHU_FEED_hsp-01.feed", json!({})),
        ("CONSUMER.DELETE.LIANHU_FEED_psb-03.feed", json!({})),
        ("CONSUMER.PAUSE.LIANHU_FEED_psb-03.feed", json!({"pause_until": "2099-01-01T00:00:00Z"})),
        ("CONSUMER.MSG.NEXT.LIANHU_FEED_psb-03.feed", json!({"batch": 10, "no_wait": true})),
        ("CONSUMER.MSG.NEXT.LIANHU_LEDGER.feed", json!({"batch": 10, "no_wait": true})),
        ("CONSUMER.UNPIN.LIANHU_FEED_psb-03.feed", json!({"group": "x"})),
    ]
}

/// Where it would like its own feed, and the answers to its own requests, to be delivered.
pub const DELIVERIES: &[&str] = &[
    "lianhu.v1.ledger.case-1",
    "lianhu.v1.ledger.case-9",
    "lianhu.v1.feed.psb-03.intake.report-acknowledged",
    "lianhu.v1.publish.psb-03.intake.report-filed",
    "lianhu.v1.admit.intake",
    "lianhu.v1.vault.reveal",
    "$JS.API.STREAM.DELETE.LIANHU_LEDGER",
    "$JS.API.STREAM.PURGE.LIANHU_FEED_psb-03",
];

/// Messages: their subjects and what they say.
pub type Heard = Arc<Mutex<Vec<(String, String)>>>;

/// The hostile agency, and all that it hears.
pub struct Hostile {
    pub client: Client,
    heard: Heard,
}

impl Hostile {
    pub async fn connect(options: ConnectOptions, urls: Vec<String>) -> Self {
        Self { client: options.no_echo().connect(urls).await.unwrap(), heard: Heard::default() }
    }

    pub async fn listen(&self) {
        for subject in LISTENS {
            for grouped in [false, true] {
                let subscribed = match grouped {
                    true => self.client.queue_subscribe(*subject, "gateway".to_owned()).await,
                    false => self.client.subscribe(*subject).await,
                };
                let (mut messages, heard) = (subscribed.unwrap(), self.heard.clone());
                let client = self.client.clone();
                tokio::spawn(async move {
                    while let Some(message) = messages.next().await {
                        let said = String::from_utf8_lossy(&message.payload).into_owned();
                        heard.lock().unwrap().push((message.subject.to_string(), said));
                        if let Some(reply) = message.reply {
                            let _ = client.publish(reply, "hostile answer".into()).await; // Err: refused here
                        }
                    }
                });
            }
        }
        self.client.flush().await.unwrap();
    }

    async fn say(&self, subject: &str, reply: &str, payload: &str) {
        let (subject, reply) = (subject.to_owned(), reply.to_owned());
        self.client.publish_with_reply(subject, reply, payload.to_owned().into()).await.unwrap();
    }

    /// Everything at once; the pulls of its own feed wait for what is told next.
    pub async fn attack(&self) {
        let inbox = "_INBOX.hostile.answers";
        for subject in SPEAKS {
            self.say(subject, inbox, "hostile").await;
        }
        for (call, body) in calls() {
            for prefix in ["hub", "$JS.API"] {
                self.say(&format!("{prefix}.{call}"), inbox, &body.to_string()).await;
                self.say(&format!("{prefix}.{call}"), inbox, "").await;
            }
        }
        let pull = json!({"batch": 2, "expires": 60_000_000_000u64}).to_string();
        let at_once = json!({"batch": 5, "no_wait": true}).to_string(); // ends with a message of JetStream itself
        for delivery in DELIVERIES {
            self.say("lianhu.v1.publish.hsp-01.intake.report-filed", delivery, "hostile, at its own door")
                .await;
            self.say("lianhu.v1.read.hsp-01", delivery, "hostile, at its own door").await;
            self.say("hub.CONSUMER.INFO.LIANHU_FEED_hsp-01.feed", delivery, "").await;
            self.say("$JS.ACK.LIANHU_FEED_hsp-01.feed.1.1.1.1790000000000000000.0", delivery, "+NXT").await;
            self.say("hub.CONSUMER.MSG.NEXT.LIANHU_FEED_hsp-01.feed", delivery, &at_once).await;
            self.say("hub.CONSUMER.MSG.NEXT.LIANHU_FEED_hsp-01.feed", delivery, &pull).await;
        }
        self.heard_out().await;
    }

    /// Until the server has dealt with all that was said before: it answers in order.
    pub async fn heard_out(&self) {
        self.client.request("hub.CONSUMER.INFO.LIANHU_FEED_hsp-01.feed", "".into()).await.unwrap();
    }

    pub fn heard(&self) -> Vec<(String, String)> {
        self.heard.lock().unwrap().clone()
    }
}
