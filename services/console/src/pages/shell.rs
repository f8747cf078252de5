//! The frame around every page.

use super::Guest;
use crate::Shared;
use crate::when::Moment;
use crate::words::{Lang, Words};
use runtime::Caller;

/// What the frame shows.
pub(crate) struct Shell {
    pub(crate) lang: Lang,
    pub(crate) t: &'static Words,
    pub(crate) theme: &'static str,
    pub(crate) next_theme: &'static str,
    pub(crate) keys: &'static str,
    pub(crate) demo: bool,
    pub(crate) who: Option<Who>,
    /// Which entry of the navigation the page belongs to.
    pub(crate) nav: &'static str,
    /// Whether the page keeps itself current.
    pub(crate) live: bool,
    /// When the page was made; nothing when the rules, which know the time zone, are away.
    pub(crate) at: Option<Moment>,
    pub(crate) region: String,
    pub(crate) path: String,
}

/// For whom the reader has signed in.
pub(crate) struct Who {
    pub(crate) code: String,
    pub(crate) name: String,
}

impl Shell {
    pub(crate) fn new(shared: &Shared, guest: &Guest, caller: Option<&Caller>, nav: &'static str) -> Self {
        let (lang, now) = (guest.lang, shared.desk.now());
        let rules = shared.desk.rules().ok();
        let who = caller.map(|caller| {
            let agency = rules.as_ref().and_then(|rules| rules.agency(&caller.agency, now));
            let code = caller.agency.to_string();
            let name = agency.map(|agency| lang.of(&agency.name.zh, &agency.name.en).clone());
            Who { name: name.unwrap_or_else(|| code.clone()), code }
        });
        Self {
            lang,
            t: lang.words(),
            theme: guest.theme,
            next_theme: match guest.theme {
                "auto" => "dark",
                "dark" => "light",
                _ => "auto",
            },
            keys: if guest.keys { "on" } else { "off" },
            demo: shared.config.demo,
            who,
            nav,
            live: false,
            at: rules.as_ref().map(|rules| Moment::of(now, rules, lang)),
            region: rules
                .as_ref()
                .map_or_else(String::new, |rules| lang.of(&rules.name().zh, &rules.name().en).clone()),
            path: guest.path.clone(),
        }
    }

    /// The frame of a page that keeps itself current.
    pub(crate) fn live(mut self) -> Self {
        self.live = true;
        self
    }
}
