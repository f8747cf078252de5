//! Publishing facts, and following what an agency is told.

use crate::openapi::call::{Call, Parameter, any_of, get, header, path, post, query};
use crate::openapi::shape::{between, count, flag, history, like, list, of, reference, text, time};
use crate::words::{
    self, BROKEN, BUSY, FOREIGN_SOURCE, ID_CONFLICT, MALFORMED, NOT_FOUND, PRECONDITION_FAILED, QUOTA,
    REFUSED, ROLE_NOT_ALLOWED, TIMEOUT, TIMEOUT_OF_BODY, TOO_LARGE, TOO_MANY_STREAMS, UNKNOWN_TYPE,
    UNSUPPORTED, Word,
};
use serde_json::{Value, json};

/// What can be wrong with a body of events, whoever sends it.
const UNREADABLE: &[&Word] =
    &[&MALFORMED, &TIMEOUT_OF_BODY, &TOO_LARGE, &UNSUPPORTED, &UNKNOWN_TYPE, &BROKEN, &TIMEOUT];

/// What a rule, a role or a race can say of an event.
const REFUSALS: &[&Word] = &[&FOREIGN_SOURCE, &ROLE_NOT_ALLOWED, &NOT_FOUND, &REFUSED, &ID_CONFLICT, &BUSY];

/// Publishing.
pub(super) fn publish() -> Vec<Call> {
    vec![events(), validate()]
}

/// Following.
pub(super) fn follow() -> Vec<Call> {
    vec![feed(), stream(), case_stream(), event()]
}

fn events() -> Call {
    let dry = query(
        "dry_run",
        flag(),
        (
            "true: would it be admitted, with which consequences? Nothing is stored.",
            "为 true 时仅试运行：是否受理、将产生哪些事实；不保存。",
        ),
    );
    let seen = header(
        "If-Match",
        text(),
        (
            "The last \"<sequence>.<ordinal>\" that you have seen of the history, as ETag gave it: 412 when it has moved on. Not for a batch.",
            "所见该案卷的最后一个 \"<sequence>.<ordinal>\"（即 ETag）：案卷已有新进展时返回 412。批量提交不支持。",
        ),
    );
    taking_events(post("/v1/events", "publishEvents", ("Publish facts", "提交事实")))
        .says(
            "One event or a batch. A receipt means that the fact is on disk with its consequences. Send the same document again as often as you like: (source, id) is one fact for ever. Checks run in this order: well-formed, contract, source, duplicate, role, history and involvement, rule.",
            "提交一个事件或者一批事件。取得回执即表示事实及其后果已经落盘。同一文件可以反复提交：source 与 id 永久对应一个事实。检查顺序：格式、契约、来源、重复、角色、案卷与参与、规则。",
        )
        .by_agency()
        .with([dry, seen])
        .answers(201, of("Receipt"), ("Admitted: durable.", "已受理，持久保存。"))
        .header("Location", ("Where the fact can be read.", "事实的查阅地址。"))
        .answers(200, done("Receipt"), ("The same document had been recorded before; or the answer to a dry run; or to a batch, one for each item, in order.", "同一文件此前已登记；或者试运行结果；或者批量的逐项答复，顺序一致。"))
        .problems(UNREADABLE)
        .problems(REFUSALS)
        .problems(&[&PRECONDITION_FAILED, &QUOTA])
}

fn validate() -> Call {
    taking_events(post("/v1/validate", "validate", ("Hold documents against their contract", "校验文件")))
        .says(
            "Envelope and contract alone: no role, no rule, and nothing is stored.",
            "只校验信封和契约，不检查角色和规则，不保存。",
        )
        .by_agency()
        .answers(
            200,
            done("Valid"),
            ("It fulfils its contract; for a batch, one answer for each item.", "符合契约；批量时逐项答复。"),
        )
        .problems(UNREADABLE)
}

/// One answer, or those to a batch.
fn done(one: &str) -> Value {
    let mut schema = if one == "Receipt" { any_of(&["Receipt", "Preview"]) } else { any_of(&[one]) };
    if let Some(forms) = schema["anyOf"].as_array_mut() {
        forms.push(list(of("BatchItem")));
    }
    schema
}

/// The three content modes of CloudEvents.
fn taking_events(call: Call) -> Call {
    let data = json!({"type": "object", "additionalProperties": true});
    call.takes(
        "application/cloudevents+json",
        of("CloudEvent"),
        ("One event (structured mode).", "单个事件（结构化模式）。"),
    )
    .takes(
        "application/cloudevents-batch+json",
        list(of("CloudEvent")),
        ("A batch: at most 1000 events and 8 MiB.", "批量：至多 1000 个事件、8 MiB。"),
    )
    .takes(
        "application/json",
        data,
        (
            "The data alone (binary mode): the attributes stand in ce- headers.",
            "仅为 data（二进制模式），属性写在 ce- 请求头中。",
        ),
    )
    .with(binary_mode())
}

fn binary_mode() -> Vec<Parameter> {
    let says = (
        "Binary mode only: the attribute of this name, percent-encoded.",
        "仅用于二进制模式：同名属性，百分号编码。",
    );
    let names = [
        ("ce-specversion", text()),
        ("ce-id", text()),
        ("ce-source", text()),
        ("ce-type", text()),
        ("ce-time", time()),
        ("ce-subject", history()),
        ("ce-actor", text()),
        ("ce-causationid", text()),
        ("ce-correlationid", text()),
        ("ce-traceparent", text()),
        ("ce-dataschema", text()),
    ];
    names.map(|(name, schema)| header(name, schema, says)).into()
}

fn feed() -> Call {
    get("/v1/feed", "readFeed", ("What your agency was told", "本单位事件流"))
        .says(
            "Pages with dense positions. Ask with the next of the last page: nothing is missed, however long you were away. With wait it answers as soon as there is something. An empty page means that there is nothing new; a feed that has stopped is a problem instead.",
            "按连续位置分页。每次用上一页的 next 作为 after，离线多久都不会遗漏。带 wait 时一有新内容即返回。空页表示没有新内容；事件流停止时返回问题说明。",
        )
        .by_agency()
        .with([
            query("after", count(), ("The position behind which to begin; 0 when it is left out.", "从该位置之后开始；不填为 0。")),
            query("limit", between(1, 1_000, 100), ("Most items on the page.", "每页至多项数。")),
            query("wait", between(0, 60, 0), ("Seconds to wait for something new.", "等待新内容的秒数。")),
        ])
        .answers(200, of("FeedPage"), ("A page.", "一页内容。"))
        .problems(&[&MALFORMED])
}

fn stream() -> Call {
    streaming(get("/v1/stream", "followFeed", ("The feed, live", "实时事件流"))).says(
        "The feed as Server-Sent Events: first the past, then a caught-up event, then whatever comes. The id of an event is its position: a client that comes back with Last-Event-ID misses nothing and gets nothing twice.",
        "以 Server-Sent Events 推送事件流：先历史，再一个 caught-up 事件，然后实时。事件的 id 即位置，断线后带 Last-Event-ID 重连不漏不重。",
    )
}

fn case_stream() -> Call {
    let case = path("id", history(), ("The history.", "案卷编号。"));
    streaming(get("/v1/cases/{id}/stream", "followCase", ("One case, live", "单案实时事件流")).with([case]))
        .says(
            "The same of one case. Positions are those of the whole feed.",
            "仅限一案，位置与本单位全部事件流一致。",
        )
        .problems(&[&NOT_FOUND])
}

fn streaming(call: Call) -> Call {
    let says = (
        "Frames without end. A fact: id is the position, event the type, data a FeedItem. caught-up: data {position}. bye: data {reason}, the stream ends as it should. error: data a Problem, it failed. A comment every 15 seconds.",
        "持续推送。事实：id 为位置，event 为类型，data 为 FeedItem。caught-up：data 为 {position}。bye：data 为 {reason}，正常结束。error：data 为 Problem，出现故障。每 15 秒一条注释。",
    );
    call.by_agency()
        .with([
            query(
                "after",
                count(),
                (
                    "The position behind which to begin; 0 when it is left out.",
                    "从该位置之后开始；不填为 0。",
                ),
            ),
            header(
                "Last-Event-ID",
                like("^[0-9]+$"),
                (
                    "The same, by a client that comes back; it wins over after.",
                    "重连时由客户端发送，优先于 after。",
                ),
            ),
        ])
        .answers_as(200, Some(("text/event-stream", text())), says)
        .problems(&[&MALFORMED, &TOO_MANY_STREAMS])
}

fn event() -> Call {
    let at = path(
        "reference",
        reference(),
        ("<sequence>.<ordinal>, as a receipt or a feed named it.", "<sequence>.<ordinal>，见回执或事件流。"),
    );
    get("/v1/events/{reference}", "readEvent", ("One fact", "单个事实"))
        .says("One fact as your agency may see it now.", "本单位目前可以查阅的该事实。")
        .by_agency()
        .with([at])
        .answers(200, of("FeedItem"), ("The fact.", "事实。"))
        .problems(&[&words::NOT_FOUND])
}
