//! Clocks, and a case walked again.

use super::event::{at, form};
use super::reading::as_of;
use crate::openapi::shape::{
    Member, Shape, agency, count, flag, history, kind, list, may, must, of, one_of, seconds, shape, text,
    time,
};

/// How a clock stands.
pub(crate) const CLOCK_STATES: [&str; 9] =
    ["missed", "running", "undisclosed", "undetermined", "explained", "met-late", "met", "expired", "ended"];

/// Everything about clocks.
pub(super) fn all() -> Vec<Shape> {
    vec![clock(), replay(), replayed(), change(), moved()]
}

fn measured() -> Vec<Member> {
    vec![
        must("clock", text(), "The rule.", "规则编号。"),
        must("instance", text(), "Which instance of it.", "该规则的第几次适用。"),
        must("case", history(), "The history.", "案卷编号。"),
        must("number", text(), "The number of the case.", "案号。"),
        must("name", of("Title"), "What the clock is called.", "时限名称。"),
        must("obligation", of("Title"), "What must be done.", "应当完成的事项。"),
        must(
            "kind",
            one_of(&["law", "local"]),
            "Whether law gives the number, or the region.",
            "期限由法律规定还是由本地规定。",
        ),
        must("law", text(), "The law.", "法律依据。"),
        must("article", text(), "The article.", "条款。"),
        must(
            "basis",
            of("Title"),
            "What the law says, and what is the region's own.",
            "法律规定的内容以及本地规定的部分。",
        ),
        must("owners", list(agency()), "Who owes it now.", "目前的责任单位。"),
        must("state", one_of(&CLOCK_STATES), "How it stands.", "状态。"),
        must("started", time(), "When it started.", "起算时间。"),
        must("started_fact", at(), "The fact that started it.", "起算事实。"),
        may(
            "due",
            time(),
            "From when it is too late; absent where nothing can be counted.",
            "届满时间；无法计算时没有。",
        ),
        may("due_day", text(), "The last day, where the limit is a day.", "以日计算的，为最后一日。"),
        may("no_due", text(), "Why there is no due time.", "没有届满时间的原因。"),
        must(
            "expires",
            flag(),
            "A validity that ends by itself: nobody owes anything.",
            "是否为自行届满的有效期，无人负有义务。",
        ),
        may("stopped", time(), "When it was done, or ended.", "完成或者终止的时间。"),
        may(
            "stopped_by",
            at(),
            "The fact that stopped or ended it, where you were told of it.",
            "完成事实（已告知本单位的）。",
        ),
        may("margin_seconds", seconds(), "Time in hand; negative when overdue.", "剩余秒数；超期时为负。"),
        must("taken_seconds", seconds(), "Time taken so far.", "已用秒数。"),
    ]
}

fn clock() -> Shape {
    shape(
        "ClockItem",
        (
            "One clock of one case: what must be done by when, by which law.",
            "一案的一个时限：依法应在何时前完成何事。",
        ),
        measured(),
    )
}

fn replay() -> Shape {
    shape(
        "Replay",
        ("A case walked again, under the rules of its day.", "依当时规则回放的案件。"),
        [
            must("case", history(), "The history.", "案卷编号。"),
            must("number", text(), "The number for people.", "案号。"),
            as_of(),
            must(
                "steps",
                list(of("ReplayStep")),
                "The steps, in the order of recording.",
                "各步骤，按登记顺序排列。",
            ),
            must(
                "verdicts",
                list(of("ClockItem")),
                "What every clock comes to, in the order of their starts.",
                "各时限的结论，按起算先后排列。",
            ),
        ],
    )
}

fn replayed() -> Shape {
    shape(
        "ReplayStep",
        ("One fact and what it changed.", "一个事实及其引起的变化。"),
        [
            must("fact", at(), "The fact.", "事实。"),
            must("type", kind(), "Its type.", "事实类型。"),
            must("title", of("Title"), "Its type, in words.", "事实类型名称。"),
            must(
                "agency",
                agency(),
                "Who said it; the bus where the step is coarse.",
                "发布单位；概要形式时为总线。",
            ),
            must(
                "time",
                text(),
                "When it happened, by the word of its publisher; the day alone where the step is coarse.",
                "发生时间，以发布单位所述为准；概要形式时仅为日期。",
            ),
            must("recorded", time(), "When it was recorded.", "登记时间。"),
            must("told", time(), "When you were told.", "告知时间。"),
            must("form", form(), "In which form.", "告知形式。"),
            must(
                "late",
                flag(),
                "Recorded after something that happened later, or on a later day.",
                "是否补录。",
            ),
            must("rules", count(), "Version of the rules that it was decided under.", "所依据的规则版本。"),
            must(
                "changes",
                list(of("Change")),
                "What the case stands at otherwise than before.",
                "案件状态的变化。",
            ),
            must(
                "clocks",
                list(of("ClockMoved")),
                "What happened to its clocks, each as it stood right after.",
                "时限的变化，均为变化之后的状态。",
            ),
        ],
    )
}

fn change() -> Shape {
    shape(
        "Change",
        ("A value of the case that is another than before.", "案件的一项变化。"),
        [
            must(
                "what",
                text(),
                "phase, grade, lead, or the name of a track.",
                "phase 阶段、grade 等级、lead 牵头单位，或者某条线的名称。",
            ),
            may("from", text(), "What it was.", "原值。"),
            may(
                "to",
                text(),
                "What it is; absent where what had made it so was withdrawn.",
                "现值；所依据的事实被撤回后没有。",
            ),
        ],
    )
}

fn moved() -> Shape {
    let events = one_of(&["started", "stopped", "ended", "moved", "explained", "resumed", "gone"]);
    let mut members = vec![must("event", events, "What happened to it.", "发生的变化。")];
    members.extend(measured());
    shape(
        "ClockMoved",
        ("A clock to which something happened, as it stood then.", "发生变化的时限及其当时状态。"),
        members,
    )
}
