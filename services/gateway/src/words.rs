//! Every problem that this edge can name: status, code, and its title in English and Chinese, in one table.
//! Refusals of the stages bring their own code and titles, under [`REFUSED`].

use axum::http::StatusCode;

/// One row of the table.
#[derive(Debug)]
pub(crate) struct Word {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) en: &'static str,
    pub(crate) zh: &'static str,
    /// What the caller can do about it.
    pub(crate) detail: &'static str,
    /// A header that belongs to it.
    pub(crate) header: Option<(&'static str, &'static str)>,
}

macro_rules! words {
    ($($name:ident = $status:ident $code:literal, $en:literal, $zh:literal, $detail:literal $(, $header:expr)?;)+) => {
        $(pub(crate) const $name: Word = Word {
            status: StatusCode::$status,
            code: $code,
            en: $en,
            zh: $zh,
            detail: $detail,
            header: words!(@header $($header)?),
        };)+

        /// The whole table.
        pub(crate) const ALL: &[&Word] = &[$(&$name),+];
    };
    (@header) => { None };
    (@header $header:expr) => { Some($header) };
}

words! {
    MALFORMED = BAD_REQUEST "malformed", "The request cannot be read", "请求无法读取",
        "Correct what stands in errors; nothing was recorded.";
    UNAUTHENTICATED = UNAUTHORIZED "unauthenticated", "Who asks is not known", "未能确认请求方身份",
        "Send a valid token of your agency: Authorization: Bearer <token>.", ("www-authenticate", "Bearer");
    OFF_ROSTER = FORBIDDEN "agency-not-on-roster", "The agency is not on the roster", "该单位不在名册内",
        "The token is known, but the rules in force do not list the agency now. Ask the operator of the region.";
    FOREIGN_SOURCE = FORBIDDEN "source-not-yours", "The source is not your agency", "source 不是本单位",
        "An agency publishes under its own source only: /<region>/<agency>.";
    ROLE_NOT_ALLOWED = FORBIDDEN "role-not-allowed", "No role of your agency may say this",
        "本单位的角色无权发布该事实", "GET /v1/types lists the roles that may publish each type.";
    OPERATOR_ONLY = FORBIDDEN "operator-only", "Only the operator may do this", "仅限运行维护方操作",
        "This call takes the operator's token, not that of an agency.";
    DEMO = FORBIDDEN "demo-only", "Rules and tokens of the demo work in the demo only", "演示规则和令牌仅限演示环境使用",
        "A demo takes demo rules, and every other region takes all others.";
    NOT_FOUND = NOT_FOUND "not-found", "There is no such thing for you", "没有可供查阅的内容",
        "It does not exist, or not for your agency; the two are not told apart.";
    UNKNOWN_PATH = NOT_FOUND "unknown-path", "There is no such path", "没有该路径",
        "The calls of this bus stand under /v1.";
    METHOD_NOT_ALLOWED = METHOD_NOT_ALLOWED "method-not-allowed", "This path takes another method", "该路径不支持此方法",
        "The header Allow names the methods.";
    TIMEOUT_OF_BODY = REQUEST_TIMEOUT "timeout", "The request took too long to arrive", "请求发送超时",
        "Nothing was recorded; send it again.";
    REFUSED = CONFLICT "refused", "A rule refused it", "规则不予受理",
        "A rule of the stage refused the fact; nothing was recorded.";
    ID_CONFLICT = CONFLICT "id-conflict", "This source and id name another document", "该 source 与 id 已用于另一份文件",
        "A pair of source and id is one fact for ever. Another fact needs another id.";
    PRECONDITION_FAILED = PRECONDITION_FAILED "precondition-failed", "The case moved on since you looked at it", "案件在查阅之后已有新的进展",
        "If-Match does not name the last fact that you can see of it. Nothing was recorded: read the case again and decide again.";
    TOO_LARGE = PAYLOAD_TOO_LARGE "too-large", "The request is too large", "请求过大",
        "Attachments stay with the agency: send their hash. Split a batch.";
    UNSUPPORTED = UNSUPPORTED_MEDIA_TYPE "unsupported-content-type", "This content type is not taken", "不支持该内容类型",
        "Events: application/cloudevents+json, application/cloudevents-batch+json, or application/json with ce- headers. Operator: application/json. No Content-Encoding.";
    UNKNOWN_TYPE = UNPROCESSABLE_ENTITY "unknown-type", "No contract of this type is known", "没有该类型的契约",
        "GET /v1/types lists the types.";
    BROKEN = UNPROCESSABLE_ENTITY "contract-violation", "The document breaks its contract", "文件不符合契约",
        "Correct what stands in errors; nothing was recorded.";
    RULES = UNPROCESSABLE_ENTITY "rules-refused", "The rules were not adopted", "规则未被采用",
        "Correct what stands in errors; the rules in force are unchanged.";
    UNKNOWN_AGENCY = UNPROCESSABLE_ENTITY "unknown-agency", "The roster knows no such agency", "名册中没有该单位",
        "Only an agency that is on the roster now gets a token.";
    QUOTA = TOO_MANY_REQUESTS "quota", "Your agency has sent too many events", "本单位提交的事件过多",
        "It was not recorded: send it again after retryAfter seconds. Reports that a child is in danger are always taken.";
    TOO_MANY_STREAMS = TOO_MANY_REQUESTS "too-many-streams", "Too many streams are open", "打开的事件流过多",
        "Close one, or use GET /v1/feed with wait.", ("retry-after", "15");
    BUSY = SERVICE_UNAVAILABLE "busy", "Others were first, again and again", "并发过多，请重试",
        "Nothing was recorded; send the same request again.", ("retry-after", "1");
    TIMEOUT = SERVICE_UNAVAILABLE "timeout", "The answer took too long", "处理超时",
        "It may have been recorded: send the same request again, and a repeat changes nothing.", ("retry-after", "1");
    UNAVAILABLE = SERVICE_UNAVAILABLE "unavailable", "A store of the bus is away", "存储暂不可用",
        "It may have been recorded: send the same request again later, and a repeat changes nothing.", ("retry-after", "5");
    DAMAGED = SERVICE_UNAVAILABLE "damaged", "Something stored cannot be read", "存储内容无法读取",
        "The operator must look; the log says where.";
}
