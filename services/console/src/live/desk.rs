//! The workbench, live: the whole of what changes is sent again, when it has changed.

use super::{event, partial, piece};
use crate::Shared;
use crate::desk::Trouble;
use crate::names::Names;
use crate::pages::workbench;
use crate::words::Lang;
use askama::Template as _;
use runtime::Caller;
use serde_json::json;

/// How a workbench was when it was sent last.
pub(super) struct Desk {
    after: u64,
    sent: Option<String>,
}

impl Desk {
    pub(super) fn after(after: u64) -> Self {
        Self { after, sent: None }
    }

    /// What is to be sent because the feed went on. The first look of a page that missed nothing sends nothing.
    pub(super) fn look(
        &mut self,
        shared: &Shared,
        caller: &Caller,
        lang: Lang,
    ) -> Result<Vec<String>, Trouble> {
        let desk = workbench::desk(shared, caller, lang)?;
        let position = desk.position;
        let html = desk.render().map_err(|_| Trouble::Away)?;
        let missed_nothing = self.sent.is_none() && position == self.after;
        let changed = self.sent.as_ref() != Some(&html);
        self.sent = Some(html);
        let html = self.sent.as_deref().filter(|_| changed && !missed_nothing);
        Ok(html.map(|html| piece(position, &partial("desk", "outerMorph", html))).into_iter().collect())
    }

    /// Time goes on too: what was in time may be overdue.
    pub(super) fn pulse(
        &mut self,
        shared: &Shared,
        caller: &Caller,
        lang: Lang,
    ) -> Result<Vec<String>, Trouble> {
        let mut frames = self.look(shared, caller, lang)?;
        let names = Names::new(&*shared.desk, lang, caller.agency.clone())?;
        let now = names.moment(names.now);
        frames.push(event("pulse", &json!({"at": now.clock, "iso": now.iso}).to_string()));
        Ok(frames)
    }
}
