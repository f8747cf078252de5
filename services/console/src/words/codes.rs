//! Words for what views say in short: phases, tracks, states of referrals and clocks. The words of what documents say
//! stand in their contracts.

use super::Lang;

/// Why a value is not shown: reason, Chinese, English.
const REASONS: &[(&str, &str, &str)] = &[
    ("masked", "本单位只见代码和区间，不见原文", "your agency sees codes and bands, not the words"),
    ("status-only", "本单位只知其有，不知其详", "your agency knows only that something is so"),
    ("approval-required", "经批准后可以查看", "shown after an approval"),
    ("not-entitled", "与本单位职责无关", "your agency has no part in this"),
    (
        "key-destroyed",
        "密钥已依令销毁，任何人都无法再读取",
        "its key was destroyed by order; nobody can read it any more",
    ),
];

/// What views say of a case: of what, state, Chinese, English.
const STATES: &[(&str, &str, &str, &str)] = &[
    ("phase", "received", "已收报告", "Report in"),
    ("phase", "acknowledged", "已签收", "Acknowledged"),
    ("phase", "open", "已立案", "Open"),
    ("phase", "conference", "会商中", "In conference"),
    ("phase", "plan-active", "方案执行中", "Plan active"),
    ("phase", "follow-up", "跟踪回访", "Follow-up"),
    ("phase", "closure-review", "结案审查", "Closure review"),
    ("phase", "closed", "已结案", "Closed"),
    ("phase", "sealed", "已封存", "Sealed"),
    ("referral", "made", "待签收", "On its way"),
    ("referral", "received", "已签收", "Received"),
    ("referral", "accepted", "已接办", "Accepted"),
    ("referral", "returned", "已退回", "Returned"),
    ("referral", "completed", "已办结", "Completed"),
    ("referral", "failed", "未办成", "Came to nothing"),
    ("referral", "cancelled", "已撤回", "Taken back"),
    ("referral", "offered", "待承接", "Open to claim"),
    ("referral", "in-progress", "办理中", "In progress"),
    ("referral", "on-hold", "暂停", "On hold"),
    ("referral", "entered-in-error", "误录", "Entered in error"),
    ("track", "justice", "司法", "Justice"),
    ("track", "safety", "人身安全", "Safety"),
    ("track", "guardianship", "监护", "Guardianship"),
    ("track", "protection-order", "人身安全保护令", "Protection order"),
    ("justice", "accepted", "公安已受理", "police accepted"),
    ("justice", "filing-declined", "公安不予立案", "filing declined"),
    ("justice", "criminal-filed", "已立刑事案件", "criminal case filed"),
    ("justice", "to-prosecution", "已移送审查起诉", "sent for prosecution"),
    ("justice", "prosecuted", "已起诉", "prosecuted"),
    ("justice", "prosecution-decided", "已作起诉决定", "prosecution decided"),
    ("justice", "judged", "已判决", "judged"),
    ("safety", "danger", "现有危险", "in danger now"),
    ("safety", "safe", "暂无现实危险", "no present danger"),
    ("safety", "removed", "已带离", "removed"),
    ("safety", "placed", "已安置", "placed"),
    ("safety", "returned", "已送回", "returned"),
    ("guardianship", "temporary", "临时监护", "temporary"),
    ("guardianship", "long-term", "长期监护", "long-term"),
    ("guardianship", "revoked", "已撤销监护人资格", "revoked"),
    ("guardianship", "restored", "已恢复监护人资格", "restored"),
    ("protection-order", "applied", "已申请", "applied for"),
    ("protection-order", "granted", "已作出", "granted"),
    ("protection-order", "refused", "驳回申请", "refused"),
    ("protection-order", "active", "已送达生效", "served, active"),
    ("protection-order", "expired", "已失效", "expired"),
    ("clock", "missed", "已超时", "Overdue"),
    ("clock", "running", "计时中", "Running"),
    ("clock", "undisclosed", "已过时，结果不供查看", "Past; outcome not for you"),
    ("clock", "undetermined", "暂不能计算", "Cannot be counted"),
    ("clock", "explained", "超时，已说明", "Missed, explained"),
    ("clock", "met-late", "超时后完成", "Met late"),
    ("clock", "met", "按时完成", "Met"),
    ("clock", "expired", "已失效", "Expired"),
    ("clock", "ended", "已终止，无须办理", "Ended, nothing owed"),
    ("role", "coordinator", "统筹协调", "coordinator"),
];

/// The state of something that a view follows, in words. One without words is shown as it is.
pub(crate) fn state(of: &str, state: &str, lang: Lang) -> Option<&'static str> {
    let known = STATES.iter().find(|(what, known, ..)| *what == of && *known == state);
    known.map(|(_, _, zh, en)| lang.of(*zh, *en))
}

/// How a risk grade is shown: colour, shape and word together. Any grade that is none of these is shown as it is.
pub(crate) fn grade(code: &str, lang: Lang) -> Option<(&'static str, &'static str, &'static str)> {
    let (tone, shape, zh, en) = match code {
        "L4" => ("red", "●", "L4 极危", "L4 critical"),
        "L3" => ("orange", "▲", "L3 高", "L3 high"),
        "L2" => ("yellow", "◆", "L2 中", "L2 medium"),
        "L1" => ("blue", "■", "L1 低", "L1 low"),
        "L0" => ("green", "○", "L0 关注", "L0 watch"),
        _ => return None,
    };
    Some((tone, shape, lang.of(zh, en)))
}

/// Why a value is not shown.
pub(crate) fn reason(code: &str, lang: Lang) -> Option<&'static str> {
    let (_, zh, en) = REASONS.iter().find(|(known, ..)| *known == code)?;
    Some(lang.of(*zh, *en))
}
