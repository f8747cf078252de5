//! Help: the shortcuts, and the words of the pages.

use super::{Reader, Shell, html};
use crate::App;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

#[derive(Template)]
#[template(path = "help.html")]
struct Help {
    shell: Shell,
    terms: Vec<(&'static str, &'static str)>,
}

/// `GET /help`.
pub(crate) async fn show(State(shared): App, reader: Reader) -> Response {
    let shell = Shell::new(&shared, &reader.guest, Some(&reader.caller), "help");
    let terms = shell.lang.of(TERMS_ZH, TERMS_EN).to_vec();
    html(StatusCode::OK, &Help { shell, terms })
}

const TERMS_ZH: &[(&str, &str)] = &[
    ("轮到谁", "下一步由谁办；自要求办理的事实发生时起算。"),
    ("时限", "法律或者本地规定的办理期限。“法定”为法律所定，“本地”为本地区所定。"),
    ("补录", "入库晚于发生之后的事实，或者发生与入库不在同一天。"),
    ("补告", "本单位参与本案之后，才被告知此前的事实。"),
    ("部分脱敏", "本单位可以知道该事实，但有些内容不予展示；展开可见未展示的项目和原因。"),
    ("仅知有进展", "本单位只能知道有这一类进展，时间只精确到日。"),
    ("回看", "按告知本单位的先后，查看当时的案件：那时本单位已知的内容、轮到谁，以及那时的时限。"),
];

const TERMS_EN: &[(&str, &str)] = &[
    ("Whose turn", "Who acts next, since the fact that asks for it happened."),
    ("Clock", "A time limit. “Law” is set by law, “Local” by the region."),
    ("Recorded later", "Recorded after something that happened later, or on another day than it happened."),
    ("Told later", "Your agency was told of it only once it had a part in the case."),
    (
        "Partly withheld",
        "Your agency may know the fact, but not all of it; open it to see what is not shown, and why.",
    ),
    ("Only that it happened", "Your agency may know only that such a step was taken, and on which day."),
    (
        "Look back",
        "The case as it stood then: what your agency had been told, whose turn it was, and the clocks of that moment.",
    ),
];
