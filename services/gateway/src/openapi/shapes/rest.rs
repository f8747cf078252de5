//! Contracts, problems, what the operator sends, and how the bus is.

use crate::openapi::shape::{
    Shape, agency, count, kind, list, may, must, of, one_of, or_null, shape, text, time,
};

/// Everything else.
pub(super) fn all() -> Vec<Shape> {
    vec![contract(), problem(), wrong(), rules(), file(), adopted(), wanted(), issued(), readiness()]
}

fn contract() -> Shape {
    shape(
        "FactType",
        ("One fact type.", "一个事实类型。"),
        [
            must("type", kind(), "Its name.", "类型名。"),
            must("title", text(), "What it is called in English.", "英文名称。"),
            must("titleZh", text(), "What it is called in Chinese.", "中文名称。"),
            must(
                "opens",
                one_of(&["never", "always", "may"]),
                "Whether it opens a history: may opens one exactly when subject is absent.",
                "是否开启案卷；may 表示不填 subject 时开启。",
            ),
            must(
                "publishers",
                list(text()),
                "Roles that may publish it; none when only the bus does.",
                "可以发布的角色；为空表示仅由总线发布。",
            ),
            must("history", text(), "The kind of history that it stands in.", "所属案卷类别。"),
            must("schema", text(), "Where its contract is.", "契约地址。"),
            may(
                "alsoIn",
                list(text()),
                "Other kinds of history in which it may stand.",
                "还可以登记在哪些类别的案卷中。",
            ),
            may(
                "supersededBy",
                kind(),
                "The version that followed. This one is still taken, and read as that one.",
                "后续版本。本版本仍可发布，读取时按后续版本处理。",
            ),
        ],
    )
}

fn problem() -> Shape {
    shape(
        "Problem",
        (
            "Why a request was not done (RFC 9457), by a stable code.",
            "请求未予办理的原因（RFC 9457），代码固定不变。",
        ),
        [
            must("type", text(), "urn:lianhu:problem: and the code.", "urn:lianhu:problem: 加代码。"),
            must("title", text(), "In English.", "英文标题。"),
            must("titleZh", text(), "In Chinese.", "中文标题。"),
            must("status", count(), "The status, again.", "状态码。"),
            must(
                "code",
                text(),
                "The code. A refusal by the rule of a stage has a code of its own, such as referral.case-not-open.",
                "代码。环节规则不予受理时为该规则自己的代码。",
            ),
            must("detail", text(), "What can be done about it.", "如何处理。"),
            may("errors", list(of("Wrong")), "Every place that is wrong.", "所有有误之处。"),
            may(
                "retryAfter",
                count(),
                "Seconds after which it may be sent again, as Retry-After.",
                "多少秒后可以重新提交，与 Retry-After 一致。",
            ),
            may("unmet", list(text()), "What exactly a rule misses.", "规则所缺的具体条件。"),
        ],
    )
}

fn wrong() -> Shape {
    shape(
        "Wrong",
        ("What is wrong, and where. It never repeats what stood there.", "何处有误；不复述原内容。"),
        [
            must(
                "pointer",
                text(),
                "JSON Pointer into the document, or the name of a parameter.",
                "在文件中的位置（JSON Pointer）或者参数名。",
            ),
            must("code", text(), "What kind of mistake.", "错误类别。"),
            must("detail", text(), "In English.", "英文说明。"),
            may("detailZh", text(), "In Chinese.", "中文说明。"),
        ],
    )
}

fn rules() -> Shape {
    shape(
        "RuleFiles",
        ("All rule files of a jurisdiction.", "一个辖区的全部规则文件。"),
        [must(
            "files",
            list(of("RuleFile")),
            "All of them: what is missing is removed.",
            "全部文件；未列出的视为删除。",
        )],
    )
}

fn file() -> Shape {
    shape(
        "RuleFile",
        ("One file.", "一个文件。"),
        [
            must("path", text(), "Its path, such as agencies.toml.", "路径，例如 agencies.toml。"),
            must("content", text(), "Its text.", "内容。"),
        ],
    )
}

fn adopted() -> Shape {
    shape(
        "Adopted",
        ("The rules in force.", "现行规则。"),
        [
            must("version", count(), "Their version.", "版本。"),
            must("changed", list(text()), "Files that are new or other than before.", "新增或者变更的文件。"),
            must("removed", list(text()), "Files that are gone.", "已删除的文件。"),
        ],
    )
}

fn wanted() -> Shape {
    shape(
        "TokenWanted",
        ("For whom a token is wanted.", "为谁签发令牌。"),
        [
            must("agency", agency(), "An agency on the roster.", "名册内的单位。"),
            may("label", text(), "What it is for; no name of a person.", "用途，不得写人名。"),
            may("expires_at", time(), "When it ends; without it, never.", "失效时间；不填则长期有效。"),
        ],
    )
}

fn issued() -> Shape {
    shape(
        "Token",
        (
            "A token. Only its hash is kept: this is the one moment at which it can be read.",
            "令牌。系统只保存其散列值，此后无法再次查看。",
        ),
        [
            must("agency", agency(), "Whose it is.", "所属单位。"),
            must("token", text(), "The token.", "令牌。"),
            must(
                "expires_at",
                or_null(time()),
                "When it ends; null when it does not.",
                "失效时间；长期有效时为 null。",
            ),
        ],
    )
}

fn readiness() -> Shape {
    let position = || or_null(count());
    shape(
        "Readiness",
        ("How the bus is. Null when the ledger cannot say.", "总线状态；账本不可用时为 null。"),
        [
            must(
                "timezone",
                or_null(text()),
                "The time zone of the region, by its IANA name.",
                "本地区时区（IANA 名称）。",
            ),
            must("head", position(), "Last durable position of the ledger.", "账本最后一个持久位置。"),
            must(
                "rules",
                position(),
                "Version of the rules in force; 0 before the first adoption.",
                "现行规则版本；首次采用之前为 0。",
            ),
            must(
                "disclosed",
                or_null(position()),
                "How far disclosure has come; null where another process does it.",
                "告知进度；由其他进程承担时为 null。",
            ),
            must("views", position(), "How far the views have come.", "视图进度。"),
            must(
                "parked",
                count(),
                "How many cases cannot be read to their end; they stand still, and the others go on.",
                "无法完整读取的个案数；这些个案停住，其余照常。",
            ),
            must("stopped", list(text()), "Which parts have stopped.", "已停止的部分。"),
        ],
    )
}
