//! Every word that a page shows, in Chinese and English. A word that lacks one of the two does not compile.

mod codes;
mod text;

pub(crate) use codes::{grade, reason, state};
pub(crate) use text::{EN, Words, ZH};

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;

/// A language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lang {
    Zh,
    En,
}

impl Lang {
    /// What the reader chose, or else what the browser asks for first; Chinese when it asks for neither.
    pub(crate) fn of_request(chosen: Option<&str>, headers: &HeaderMap) -> Self {
        let asked = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        chosen.and_then(Self::parse).unwrap_or_else(|| Self::asked_for(asked.unwrap_or_default()))
    }

    /// The language of a cookie or a form.
    pub(crate) fn parse(code: &str) -> Option<Self> {
        match code {
            "zh" => Some(Self::Zh),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    fn asked_for(header: &str) -> Self {
        let weighed = header.split(',').filter_map(|part| {
            let (tag, weight) = part.split_once(';').unwrap_or((part, "q=1"));
            let weight: f32 = weight.trim().strip_prefix("q=")?.trim().parse().ok()?;
            let primary = tag.trim().split('-').next()?.to_ascii_lowercase();
            Some((Self::parse(&primary)?, weight))
        });
        // of two with the same weight the first one counts
        weighed
            .reduce(|best, next| if next.1 > best.1 { next } else { best })
            .map_or(Self::Zh, |(lang, _)| lang)
    }

    /// The one of two that is in this language.
    pub(crate) fn of<T>(self, zh: T, en: T) -> T {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// All words.
    pub(crate) fn words(self) -> &'static Words {
        self.of(&ZH, &EN)
    }

    /// As HTML names it.
    pub(crate) fn tag(self) -> &'static str {
        self.of("zh-CN", "en")
    }

    /// As the cookie names it.
    pub(crate) fn code(self) -> &'static str {
        self.of("zh", "en")
    }

    /// The other one.
    pub(crate) fn other(self) -> Self {
        self.of(Self::En, Self::Zh)
    }

    /// On the button that changes to it.
    pub(crate) fn short(self) -> &'static str {
        self.of("中文", "EN")
    }

    /// What that button does.
    pub(crate) fn switch(self) -> &'static str {
        self.of("切换为中文", "Switch to English")
    }
}
