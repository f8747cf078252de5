//! The precondition of a publication: `If-Match` names the last fact that the caller has seen of the history.

use crate::mode::Mode;
use crate::problem::Problem;
use crate::words;
use axum::http::{HeaderMap, header};
use contract::Violation;
use vocabulary::FactRef;

/// The fact that `If-Match` names, as `12.0` or `"12.0"`. Items of a batch go to many histories, so a batch
/// has no such header.
///
/// # Errors
/// 400: there are several, it is `*` or a weak tag, it is no reference, or the request is a batch.
pub(crate) fn seen(headers: &HeaderMap, mode: Mode) -> Result<Option<FactRef>, Problem> {
    let mut all = headers.get_all(header::IF_MATCH).iter();
    let (Some(first), more) = (all.next(), all.next()) else { return Ok(None) };
    if mode == Mode::Batch {
        return Err(wrong("a batch takes no If-Match", "批量提交不支持 If-Match"));
    }
    let one = first.to_str().ok().filter(|_| more.is_none()).map(str::trim);
    let reference = one.and_then(|text| {
        let bare = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
        bare.parse().ok().filter(|reference: &FactRef| reference.to_string() == bare)
    });
    let (en, zh) = (
        "If-Match must be one \"<sequence>.<ordinal>\", the last fact that you have seen of the history",
        "If-Match 须为一个 \"<sequence>.<ordinal>\"，即贵单位在该历史中所见的最后一个事实",
    );
    reference.map(Some).ok_or_else(|| wrong(en, zh))
}

fn wrong(en: &str, zh: &str) -> Problem {
    Problem::at(&words::MALFORMED, [Violation::new("/if-match", "header", en, zh)])
}
