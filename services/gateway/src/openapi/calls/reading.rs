//! Reading cases.

use crate::openapi::call::{Call, Parameter, get, path, query};
use crate::openapi::shape::{agency, between, count, flag, history, of, one_of, text};
use crate::openapi::shapes::{CLOCK_STATES, PHASES};
use crate::words::{MALFORMED, NOT_FOUND, ROLE_NOT_ALLOWED};

/// Everything that reads cases.
pub(super) fn all() -> Vec<Call> {
    vec![
        cases(),
        of_case("/v1/cases/{id}", "readCase", ("One case", "单个案件"), "CasePage")
            .says("The head of the case, and what waits in it.", "案件概况及待办事项。")
            .header("ETag", ("The last fact that you were told of.", "最近一次告知本单位的事实。")),
        of_case("/v1/cases/{id}/timeline", "readTimeline", ("What your agency knows of a case", "本单位所知的办案过程"), "Timeline")
            .says("Every fact that was told to your agency, in steps: a request and its answers are one, with its duration.", "告知本单位的全部事实，按步骤排列：请求及其答复为一步，注明历时。"),
        of_case("/v1/cases/{id}/clocks", "readCaseClocks", ("The clocks of a case", "案件时限"), "ClockList")
            .says("What must be done by when, by law or by the region, and whether it was.", "依法或者依本地规定应在何时前完成何事，以及是否完成。"),
        of_case("/v1/cases/{id}/referrals", "readReferrals", ("The referrals of a case", "案件转介"), "ReferralList")
            .says("Who asked whom for what, and how far it has come.", "谁请谁办理何事，进展如何。"),
        of_case("/v1/cases/{id}/replay", "replayCase", ("A case walked again", "案件回放"), "Replay")
            .says("Every fact in the order of recording: what it changed, which clocks it started and stopped, by the rules of its day; at the end, what every clock came to.", "按登记顺序逐一回放：每一事实改变了什么、依当时规则起止了哪些时限；最后为各时限的结论。"),
        of_case("/v1/cases/{id}/knowledge", "readKnowledge", ("What another agency had been told", "他单位所知"), "Timeline")
            .says("For the coordinator and reviewers: what an agency had been told by then. Values that you may not see yourself are marked withheld-from-you.", "供统筹单位和监督单位使用：某单位截至当时被告知的内容。本单位无权查阅的值标为 withheld-from-you。")
            .with([query("agency", agency(), ("The agency.", "单位代码。")).required()])
            .problems(&[&ROLE_NOT_ALLOWED]),
        inbox(),
        clocks(),
    ]
}

fn of_case(at: &'static str, id: &'static str, title: (&'static str, &'static str), shape: &str) -> Call {
    get(at, id, title)
        .by_agency()
        .with([
            path("id", history(), ("The history, as a receipt or a list named it.", "案卷编号，见回执或列表。")),
            query("as_of", text(), ("A position of the ledger, a day (its end), or a time with its offset (write + as %2B): the case as it stood then.", "账本位置、日期（当日终了）或者带时区的时间（+ 写作 %2B）：当时的案件情况。")),
        ])
        .answers(200, of(shape), ("As your agency may see it.", "本单位可以查阅的内容。"))
        .problems(&[&MALFORMED, &NOT_FOUND])
}

fn paged() -> [Parameter; 2] {
    [
        query("after", count(), ("The next of the page before.", "上一页的 next。")),
        query("limit", between(1, 500, 50), ("Most items on the page.", "每页至多项数。")),
    ]
}

fn cases() -> Call {
    get("/v1/cases", "listCases", ("The cases of your agency", "案件列表"))
        .says(
            "Those of which your agency was told anything, the last change first.",
            "本单位被告知过的案件，最近有变化的在前。",
        )
        .by_agency()
        .with(paged())
        .with([
            query(
                "agency",
                agency(),
                (
                    "Those of which this agency was told; for roles that see the whole region.",
                    "某单位被告知过的案件；限全区可见的角色。",
                ),
            ),
            query("phase", one_of(&PHASES), ("How far they have come.", "案件阶段。")),
            query("grade", text(), ("Their risk grade.", "风险等级。")),
            query(
                "overdue",
                flag(),
                ("true: only those with a clock that is overdue.", "为 true 时仅列有时限超期的案件。"),
            ),
            query("number", text(), ("The case number, or the end of it.", "案号或其尾数。")),
        ])
        .answers(200, of("CaseList"), ("A page.", "一页内容。"))
        .problems(&[&MALFORMED, &ROLE_NOT_ALLOWED])
}

fn inbox() -> Call {
    get("/v1/inbox", "readInbox", ("What waits on your agency", "待办事项"))
        .says(
            "What must be done, since when it waits and until when, the most urgent first.",
            "应办事项、起始时间和期限，最急的在前。",
        )
        .by_agency()
        .with([query(
            "all",
            flag(),
            (
                "true: whatever waits in your cases, on whomever.",
                "为 true 时列出本单位案件中所有待办，不限责任单位。",
            ),
        )])
        .answers(200, of("Inbox"), ("What waits.", "待办事项。"))
        .problems(&[&MALFORMED])
}

fn clocks() -> Call {
    get("/v1/clocks", "listClocks", ("The clocks of your cases", "时限列表"))
        .says("Overdue first, then by the time that is left.", "超期的在前，其余按剩余时间排列。")
        .by_agency()
        .with([query("state", one_of(&CLOCK_STATES), ("How they stand.", "时限状态。"))])
        .with(paged())
        .answers(200, of("ClockBoard"), ("A page.", "一页内容。"))
        .problems(&[&MALFORMED])
}
