//! Events on their way in, what is answered to them, and events as they are disclosed.

use crate::openapi::shape::{
    Member, Shape, count, flag, history, kind, like, list, may, must, of, one_of, or_null, reference, shape,
    text, time,
};
use serde_json::{Value, json};

/// The attributes that a publisher sets. `type` is a pattern and not a list of the types of today: facts come
/// with contracts of their own, and a client that was made before one of them must still take it.
fn attributes() -> Vec<Member> {
    let id = || like("^[A-Za-z0-9._:-]{1,128}$");
    vec![
        must("specversion", json!({"type": "string", "enum": ["1.0"]}), "Always 1.0.", "固定为 1.0。"),
        must("id", id(), "Unique for ever together with the source.", "与 source 一起永久唯一。"),
        must(
            "type",
            kind(),
            "The type of the fact: GET /v1/types lists all, /v1/schemas/{type} is its contract.",
            "事实类型：GET /v1/types 列出全部，/v1/schemas/{type} 为其契约。",
        ),
        must(
            "time",
            time(),
            "When it happened, with its offset; it may be days ago.",
            "发生时间，须带时区；可以是数日之前。",
        ),
        may(
            "actor",
            like("^[A-Za-z0-9._:-]{1,64}$"),
            "Pseudonym of the member of staff.",
            "经办人员代号，不得写姓名。",
        ),
        may("causationid", id(), "The id of the fact that led to it.", "引起本事实的事实编号。"),
        may("correlationid", id(), "The id of a larger course of work.", "所属业务过程的编号。"),
        may("traceparent", text(), "W3C trace context, version 00.", "W3C 跟踪上下文（版本 00）。"),
        may("datacontenttype", text(), "application/json; the default.", "application/json，可省略。"),
        may("dataschema", like("^urn:lianhu:"), "The $id of the contract.", "契约的 $id。"),
    ]
}

/// The data of a fact.
fn data() -> Value {
    json!({"type": "object", "additionalProperties": true})
}

fn source() -> Value {
    like("^/[0-9]{6,12}/[a-z][a-z0-9]{1,7}(-[a-z0-9]{1,8})?$")
}

fn published() -> Shape {
    let mut members = attributes();
    members.extend([
        must("source", source(), "Your agency: /<region>/<agency>.", "本单位：/<地区>/<机构>。"),
        may(
            "subject",
            history(),
            "The history, as the receipt of its first fact named it; absent on a fact that opens one.",
            "案卷编号，以首个事实的回执为准；开启新案卷的事实不填。",
        ),
        may("data", data(), "By the contract of the type.", "按该类型的契约填写。"),
        may(
            "data_base64",
            text(),
            "The same JSON in base64, instead of data.",
            "以 base64 编码的同一 JSON，代替 data。",
        ),
    ]);
    let says = (
        "A fact as its agency publishes it: CloudEvents 1.0, exact JSON, at most 256 KiB, no member twice.",
        "单位提交的事实：CloudEvents 1.0，严格 JSON，至多 256 KiB，成员不得重复。",
    );
    shape("CloudEvent", says, members)
}

fn disclosed() -> Shape {
    let mut members = attributes();
    members.extend([
        may("source", source(), "Who said it; the bus in the coarse form.", "发布单位；概要形式时为总线。"),
        must("subject", history(), "The history.", "案卷编号。"),
        must(
            "sequence",
            like("^[0-9]+$"),
            "Position of the record in the ledger. Text, because integers of CloudEvents have 32 bits.",
            "记录在账本中的位置；因 CloudEvents 整数为 32 位，故为文本。",
        ),
        must("ordinal", count(), "Place of the fact in its record.", "事实在记录中的序号。"),
        may(
            "recordedtime",
            time(),
            "When it was recorded; absent in the coarse form.",
            "登记时间；概要形式时没有。",
        ),
        must("data", data(), "What of the data is for you.", "可供本单位查阅的内容。"),
    ]);
    shape("DisclosedEvent", ("A fact as your agency may see it.", "本单位可以查阅的事实。"), members)
}

/// Everything about events.
pub(super) fn all() -> Vec<Shape> {
    vec![
        published(),
        receipt(),
        followed(),
        preview(),
        valid(),
        item(),
        disclosed(),
        fed(),
        withheld(),
        page(),
    ]
}

fn receipt() -> Shape {
    shape(
        "Receipt",
        (
            "The fact is durable. The same document again gets the same receipt.",
            "事实已持久保存。重复提交同一文件得到同一回执。",
        ),
        [
            must("id", text(), "The fact's own id.", "事实编号。"),
            must("subject", history(), "The history that it stands in.", "所在案卷。"),
            must("sequence", count(), "Position of the record in the ledger.", "记录在账本中的位置。"),
            must("ordinal", count(), "Place of the fact in its record.", "事实在记录中的序号。"),
            must("recordedtime", time(), "When it was recorded.", "登记时间。"),
            must("hash", like("^sha256:[0-9a-f]{64}$"), "Hash of the record.", "记录的散列值。"),
            must("duplicate", flag(), "Whether it had been recorded before.", "是否此前已经登记。"),
            must(
                "consequences",
                list(of("Followed")),
                "What followed from it in the same record.",
                "同一记录中随之产生的事实。",
            ),
        ],
    )
}

fn followed() -> Shape {
    shape(
        "Followed",
        ("A fact that the bus added.", "总线随之补充的事实。"),
        [
            must("id", text(), "Its id.", "事实编号。"),
            must("type", kind(), "Its type.", "事实类型。"),
            must("ordinal", count(), "Its place in the record.", "在记录中的序号。"),
        ],
    )
}

fn preview() -> Shape {
    shape(
        "Preview",
        (
            "A dry run: it would be admitted. Everything else is a problem.",
            "试运行结果：将被受理；否则返回问题说明。",
        ),
        [
            must("admitted", flag(), "Always true.", "固定为 true。"),
            must(
                "subject",
                or_null(history()),
                "The history; null when it would open one.",
                "案卷编号；将开启新案卷时为 null。",
            ),
            must(
                "consequences",
                list(kind()),
                "Types of the facts that would follow.",
                "将随之产生的事实类型。",
            ),
        ],
    )
}

fn valid() -> Shape {
    shape(
        "Valid",
        ("The document fulfils its contract.", "文件符合契约。"),
        [must("valid", flag(), "Always true.", "固定为 true。")],
    )
}

fn item() -> Shape {
    shape(
        "BatchItem",
        (
            "The answer to one item of a batch: what it would have been answered alone.",
            "批量中一项的答复，与单独提交时相同。",
        ),
        [
            must("status", count(), "The status.", "状态码。"),
            may("receipt", of("Receipt"), "It was published.", "已受理。"),
            may("preview", of("Preview"), "It would be.", "将被受理。"),
            may("valid", flag(), "It fulfils its contract.", "符合契约。"),
            may("problem", of("Problem"), "It was refused.", "未受理及原因。"),
        ],
    )
}

/// What every item of a feed and every fact of a timeline has.
pub(super) fn told() -> Vec<Member> {
    vec![
        must(
            "position",
            count(),
            "Position in your feed, dense from 1; 0 on a fact that is not in it yet.",
            "在本单位事件流中的位置，从 1 起连续；尚未进入事件流的为 0。",
        ),
        must(
            "form",
            form(),
            "Whole; without what is withheld; or only that something happened, and on which day.",
            "完整；隐去部分内容；仅告知某日有事发生。",
        ),
        must(
            "backfill",
            flag(),
            "Whether you became involved only after it was recorded.",
            "是否为本单位介入之前登记的事实。",
        ),
        must("event", of("DisclosedEvent"), "The fact.", "事实。"),
        must(
            "withheld",
            list(of("Withheld")),
            "What is not shown. Nothing is ever silently null.",
            "未予展示的内容；绝不以空值代替。",
        ),
    ]
}

fn fed() -> Shape {
    shape("FeedItem", ("One fact as it was told to your agency.", "告知本单位的一个事实。"), told())
}

fn withheld() -> Shape {
    let states = one_of(&["withheld", "gone", "withheld-from-you"]);
    shape(
        "Withheld",
        ("A value that is not shown, and why.", "未予展示的值及原因。"),
        [
            must(
                "pointer",
                text(),
                "Where it would stand in the event (JSON Pointer).",
                "在事件中的位置（JSON Pointer）。",
            ),
            must(
                "state",
                states,
                "Not for the agency; destroyed for everybody; or (knowledge of another agency) not for you.",
                "不对该单位展示；已对所有人销毁；查看他单位所知时不对本单位展示。",
            ),
            must(
                "reason",
                text(),
                "masked, status-only, approval-required, not-entitled or key-destroyed.",
                "masked 脱敏、status-only 仅知状态、approval-required 须经批准、not-entitled 无权、key-destroyed 密钥已销毁。",
            ),
        ],
    )
}

fn page() -> Shape {
    shape(
        "FeedPage",
        ("What was disclosed behind a position.", "某一位置之后告知本单位的内容。"),
        [
            must("items", list(of("FeedItem")), "In order, without gap.", "按序排列，没有遗漏。"),
            must(
                "next",
                count(),
                "The position of the last item: the next after.",
                "最后一项的位置，下次作为 after。",
            ),
            must("head", count(), "The end of your feed now.", "本单位事件流目前的末尾。"),
        ],
    )
}

/// A fact as it is named elsewhere.
pub(super) fn at() -> Value {
    reference()
}

/// How much of a fact is shown.
pub(super) fn form() -> Value {
    one_of(&["full", "masked", "coarse"])
}
