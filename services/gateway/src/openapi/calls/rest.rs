//! Contracts, what the operator does, health.

use crate::openapi::call::{Call, get, header, path, post};
use crate::openapi::shape::{kind, list, of, text};
use crate::words::{
    BROKEN, BUSY, DEMO, MALFORMED, NOT_FOUND, RULES, TIMEOUT, TIMEOUT_OF_BODY, TOO_LARGE, UNKNOWN_AGENCY,
    UNSUPPORTED, Word,
};
use serde_json::json;

/// What can be wrong with a document of the operator.
const UNREADABLE: &[&Word] = &[&MALFORMED, &TIMEOUT_OF_BODY, &TOO_LARGE, &UNSUPPORTED, &TIMEOUT, &BUSY];

/// The contracts, for everybody.
pub(super) fn contracts() -> Vec<Call> {
    let tag = ("Of this text.", "本文本的标识。");
    let known = || header("If-None-Match", text(), ("The ETag of an earlier answer.", "此前答复的 ETag。"));
    let object = || json!({"type": "object", "additionalProperties": true});
    vec![
        get("/v1/types", "listTypes", ("All fact types", "全部事实类型"))
            .says(
                "Every type with its title, its publishers and its contract.",
                "各类型的名称、发布角色和契约地址。",
            )
            .answers(200, list(of("FactType")), ("All types.", "全部类型。")),
        get("/v1/schemas/{type}", "readContract", ("The contract of a type", "类型契约"))
            .says(
                "JSON Schema 2020-12 with what the bus reads beside it; readable at /docs/facts/{type}.",
                "JSON Schema 2020-12 及总线所用标注；可读页面见 /docs/facts/{type}。",
            )
            .with([path("type", kind(), ("The type.", "事实类型。")), known()])
            .answers_as(200, Some(("application/schema+json", object())), ("The contract.", "契约。"))
            .header("ETag", tag)
            .answers_as(304, None, ("It is still the same.", "未变化。"))
            .header("ETag", tag)
            .problems(&[&NOT_FOUND]),
        get("/v1/openapi.json", "readOpenApi", ("This document", "本文档"))
            .says("OpenAPI 3.1; readable at /docs.", "OpenAPI 3.1；可读页面见 /docs。")
            .with([known()])
            .answers(200, object(), ("The document.", "文档。"))
            .header("ETag", tag)
            .answers_as(304, None, ("It is still the same.", "未变化。"))
            .header("ETag", tag),
    ]
}

/// What takes the operator's token.
pub(super) fn operator() -> Vec<Call> {
    let json = "application/json";
    vec![
        post("/v1/rules", "adoptRules", ("Adopt rules", "采用规则"))
            .says("All files of a jurisdiction, adopted together or not at all. Those in force already change nothing.", "一个辖区的全部规则文件，一并采用或者全不采用；与现行一致的不产生变化。")
            .by_operator()
            .takes(json, of("RuleFiles"), ("The files, at most 4 MiB.", "规则文件，至多 4 MiB。"))
            .answers(200, of("Adopted"), ("The rules in force.", "现行规则。"))
            .problems(UNREADABLE)
            .problems(&[&DEMO, &RULES]),
        post("/v1/tokens", "issueToken", ("Issue a token", "签发令牌"))
            .says("A bearer token for one agency.", "为一个单位签发令牌。")
            .by_operator()
            .takes(json, of("TokenWanted"), ("For whom.", "为谁签发。"))
            .answers(201, of("Token"), ("The token, this once.", "令牌，仅此一次显示。"))
            .problems(UNREADABLE)
            .problems(&[&BROKEN, &UNKNOWN_AGENCY]),
        post("/v1/views/rebuild", "rebuildViews", ("Make all views again", "重建视图"))
            .says("Beside the running ones; the two are compared, and the new ones answer from then on. It goes on when nobody listens any more.", "在现有视图之外重建并比对，随后由新视图提供服务；连接断开后仍会完成。")
            .by_operator()
            .answers_as(200, Some(("application/x-ndjson", text())), ("A line of JSON for each step {at, head}; at last {through, alike, difference}, or a Problem.", "每步一行 JSON：{at, head}；最后一行为 {through, alike, difference} 或者 Problem。"))
            .problems(&[&MALFORMED]),
    ]
}

/// How it is.
pub(super) fn health() -> Vec<Call> {
    vec![
        get("/livez", "live", ("Whether the process lives", "进程存活"))
            .says("It answers, or it does not.", "有应答即存活。")
            .answers_as(200, Some(("text/plain", text())), ("ok", "ok")),
        get("/readyz", "ready", ("Whether to send it requests", "是否就绪"))
            .says(
                "Ready when rules are in force and nothing has stopped.",
                "规则已生效且各部分均在运行即为就绪。",
            )
            .answers(200, of("Readiness"), ("Ready.", "就绪。"))
            .answers(503, of("Readiness"), ("Not ready, and why.", "未就绪及原因。")),
        get("/metrics", "metrics", ("Measures", "运行指标"))
            .says("Counters and times in the text format 0.0.4 of Prometheus. A program on the same machine needs no token.", "Prometheus 文本格式 0.0.4 的计数和耗时。本机程序无需令牌。")
            .by_operator()
            .answers_as(200, Some(("text/plain", text())), ("The measures.", "运行指标。")),
    ]
}
