//! Cases as one agency may see them.

use super::event::{at, told};
use crate::openapi::shape::{
    Member, Shape, agency, count, flag, history, list, may, must, of, one_of, seconds, shape, text, time,
};
use serde_json::Value;

/// How far a case has come.
pub(crate) const PHASES: [&str; 9] = [
    "received",
    "acknowledged",
    "open",
    "conference",
    "plan-active",
    "follow-up",
    "closure-review",
    "closed",
    "sealed",
];

/// Everything about cases.
pub(super) fn all() -> Vec<Shape> {
    vec![
        cases(),
        case(),
        case_page(),
        child(),
        track(),
        timeline(),
        step(),
        fact(),
        title(),
        clocks(),
        items("ClockList", "ClockItem"),
        items("Inbox", "InboxItem"),
        waiting(),
        items("ReferralList", "ReferralItem"),
        referral(),
    ]
}

fn pages(name: &'static str, of_what: &str) -> Shape {
    shape(
        name,
        ("One page of a list.", "列表的一页。"),
        [
            must("items", list(of(of_what)), "What stands on it.", "本页内容。"),
            may(
                "next",
                text(),
                "The after of the next page; absent on the last one.",
                "下一页的 after；最后一页没有。",
            ),
            must("total", count(), "How many there are on all pages.", "总数。"),
        ],
    )
}

fn items(name: &'static str, of_what: &str) -> Shape {
    shape(name, ("A list.", "列表。"), [must("items", list(of(of_what)), "What stands on it.", "内容。")])
}

fn cases() -> Shape {
    pages("CaseList", "CaseItem")
}

fn clocks() -> Shape {
    pages("ClockBoard", "ClockItem")
}

fn phase() -> Value {
    one_of(&PHASES)
}

fn head() -> Vec<Member> {
    vec![
        must("case", history(), "The history.", "案卷编号。"),
        must("number", text(), "The number for people: year and sequence.", "供人使用的案号：年份和序号。"),
        must("opened", time(), "When its first fact was recorded.", "首个事实的登记时间。"),
        may(
            "phase",
            phase(),
            "How far it has come; absent where that is not for you.",
            "案件阶段；不对本单位展示时没有。",
        ),
        may("grade", text(), "The risk grade.", "风险等级。"),
        may("lead", agency(), "The agency that leads.", "牵头单位。"),
        may(
            "children",
            list(of("Child")),
            "The children, as the case labels them.",
            "涉及的未成年人，用案内代号。",
        ),
        must("tracks", list(of("Track")), "What goes on side by side.", "同时进行的各条线。"),
        must(
            "last",
            at(),
            "The last fact that you were told of: ETag and If-Match name it.",
            "最近一次告知本单位的事实，即 ETag 和 If-Match。",
        ),
        must("last_at", time(), "When that was told.", "告知时间。"),
        may("next_due", of("ClockItem"), "The clock that runs out first.", "最先到期的时限。"),
        must("overdue", count(), "How many clocks are overdue.", "已超期的时限数。"),
        must(
            "waiting",
            list(of("InboxItem")),
            "Whose turn it is, the most urgent first.",
            "等待谁办理，最急的在前。",
        ),
        may(
            "parked",
            text(),
            "Why parts may be missing: a view could not apply a fact.",
            "内容可能不全的原因：视图未能处理某一事实。",
        ),
    ]
}

fn case() -> Shape {
    shape("CaseItem", ("A case in one line.", "案件列表的一行。"), head())
}

fn case_page() -> Shape {
    let mut members = vec![as_of()];
    members.extend(head());
    shape("CasePage", ("A case at a moment.", "某一时点的案件。"), members)
}

pub(super) fn as_of() -> Member {
    must("as_of", count(), "The position of the ledger as of which this is.", "截至账本的哪一位置。")
}

fn child() -> Shape {
    shape(
        "Child",
        ("A child under its label. No name ever stands here.", "以代号表示的未成年人，绝不出现姓名。"),
        [
            must("label", text(), "The label within this case.", "案内代号。"),
            must("age_band", text(), "Age band, by the contract.", "年龄段，见契约。"),
            must("sex", text(), "Sex, by the contract.", "性别，见契约。"),
        ],
    )
}

fn track() -> Shape {
    let names = one_of(&["justice", "safety", "guardianship", "protection-order"]);
    shape(
        "Track",
        ("One of the courses that go on side by side.", "同时进行的一条线。"),
        [
            must("track", names, "Which.", "名称。"),
            must("state", text(), "Its state, a code.", "状态代码。"),
            must("since", time(), "Since when.", "起始时间。"),
        ],
    )
}

fn timeline() -> Shape {
    shape(
        "Timeline",
        ("Everything that one agency was told of a case.", "一个单位就一案被告知的全部内容。"),
        [
            must("case", history(), "The history.", "案卷编号。"),
            as_of(),
            must("steps", list(of("Step")), "The steps, by their first fact.", "各步骤，按首个事实排列。"),
        ],
    )
}

fn step() -> Shape {
    shape(
        "Step",
        ("Facts that belong together: a request and its answers.", "相互关联的事实：请求及其答复。"),
        [
            must("id", text(), "The id of the fact that began it.", "起始事实的编号。"),
            must("title", of("Title"), "What began it.", "起始事实。"),
            must("state", of("Title"), "How it stands: its last fact.", "目前状态，即最后一个事实。"),
            must(
                "began",
                text(),
                "When it began, by the word of its publisher.",
                "开始时间，以发布单位所述为准。",
            ),
            must("ended", text(), "When its last fact happened.", "最后一个事实的发生时间。"),
            must(
                "seconds",
                seconds(),
                "From one to the other; 0 for a single fact.",
                "历时秒数；只有一个事实时为 0。",
            ),
            must("facts", list(of("Told")), "Its facts.", "所含事实。"),
        ],
    )
}

fn fact() -> Shape {
    let mut members = vec![
        must("title", of("Title"), "Its type, in words.", "事实类型名称。"),
        must(
            "late",
            flag(),
            "Recorded after something that happened later, or on a later day.",
            "是否补录。",
        ),
        must("withdrawn", flag(), "Taken back by its publisher since.", "是否已被发布单位撤回。"),
        must("told", time(), "When the agency was told.", "告知时间。"),
    ];
    members.extend(told());
    shape("Told", ("One fact of a timeline.", "时间线上的一个事实。"), members)
}

fn title() -> Shape {
    shape(
        "Title",
        ("A text in both languages.", "中英文文本。"),
        [must("zh", text(), "In Chinese.", "中文。"), must("en", text(), "In English.", "英文。")],
    )
}

fn waiting() -> Shape {
    let kinds = one_of(&[
        "acknowledge-report",
        "open-case",
        "receive-referral",
        "answer-referral",
        "complete-referral",
        "claim-referral",
        "answer-cancellation",
        "answer-lead-offer",
        "attend-conference",
        "conclude-conference",
        "decide-closure",
        "clock",
    ]);
    shape(
        "InboxItem",
        ("Something that waits on an agency.", "等待某单位办理的事项。"),
        [
            must("kind", kinds, "What is to be done.", "事项类别。"),
            must("title", of("Title"), "In words.", "事项名称。"),
            must("agencies", list(agency()), "Whose turn it is.", "应由谁办理。"),
            must("case", history(), "The history.", "案卷编号。"),
            must("number", text(), "The number of the case.", "案号。"),
            may("grade", text(), "The risk grade, where the agency knows it.", "风险等级（该单位知悉的）。"),
            must("fact", at(), "The fact that asks for it.", "提出要求的事实。"),
            must("since", time(), "Since when it waits.", "自何时起等待。"),
            may("until", time(), "Until when it must be done.", "应在何时前完成。"),
            must("overdue", flag(), "Whether that has passed.", "是否已超期。"),
            may("clock", text(), "The rule, when it is a clock.", "属于时限的，为规则编号。"),
        ],
    )
}

fn referral() -> Shape {
    let phases = one_of(&[
        "offered",
        "made",
        "received",
        "accepted",
        "in-progress",
        "on-hold",
        "returned",
        "completed",
        "failed",
        "cancelled",
        "entered-in-error",
    ]);
    shape(
        "ReferralItem",
        ("One referral of a case.", "一案的一次转介。"),
        [
            must("referral", text(), "The id of its making.", "转介编号。"),
            must("from", agency(), "Who asks.", "转出单位。"),
            may(
                "to",
                agency(),
                "Who is asked; absent while nobody has claimed an open referral.",
                "转入单位，公开转介尚未承接时没有。",
            ),
            may("offered_to", list(agency()), "Who may claim an open referral.", "可以承接的单位。"),
            may("parent", text(), "The referral of which it is a part.", "上级转介。"),
            may("purpose", text(), "What for.", "转介事项。"),
            may("urgency", text(), "How fast.", "紧急程度。"),
            must("phase", phases, "How far it has come.", "进展。"),
            must("made", time(), "When it was made.", "转介时间。"),
            may("received", time(), "When the addressee had it on its desk.", "签收时间。"),
            may("answered", time(), "When the addressee answered.", "答复时间。"),
            may("ended", time(), "When the work ended.", "办结时间。"),
            may("respond_by", time(), "When an answer is wanted.", "希望答复的时间。"),
            may("outcome", text(), "How it ended.", "办理结果。"),
        ],
    )
}
