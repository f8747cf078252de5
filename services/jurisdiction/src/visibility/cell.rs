//! One cell of the matrix: `LEVEL`, or `LEVEL CONDITION … / LEVEL`, the first level when any of the conditions
//! holds for the agency and the second one otherwise.

use super::{Level, Standing};

/// One level, or a wider one for those who stand closer to the fact.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cell {
    /// Any of these opens the wider level.
    any: Standing,
    wide: Level,
    narrow: Level,
}

impl Cell {
    /// What an agency of the column is shown that stands so to the fact.
    pub(super) fn level(&self, standing: &Standing) -> Level {
        let near = self.any.own && standing.own
            || self.any.addressed && standing.addressed
            || self.any.assigned && standing.assigned
            || self.any.mandate && standing.mandate;
        if near { self.wide } else { self.narrow }
    }

    /// Reads the words of a cell, or says what is wrong with them.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let Some((wide, narrow)) = text.split_once('/') else {
            let level = level(text.trim())?;
            return Ok(Cell { any: Standing::default(), wide: level, narrow: level });
        };
        let mut words = wide.split_whitespace();
        let (wide, narrow) = (level(words.next().unwrap_or_default())?, level(narrow.trim())?);
        let mut any = Standing::default();
        for word in words {
            *condition(&mut any, word)? = true;
        }
        if any == Standing::default() {
            return Err("a cell with two levels needs a condition before the stroke");
        }
        if wide <= narrow {
            return Err("a condition may only widen: the level before the stroke must be the wider one");
        }
        Ok(Cell { any, wide, narrow })
    }
}

fn level(word: &str) -> Result<Level, &'static str> {
    match word {
        "full" => Ok(Level::Full),
        "masked" => Ok(Level::Masked),
        "status" => Ok(Level::Status),
        "approval" => Ok(Level::Approval),
        "none" => Ok(Level::None),
        _ => Err(
            "not a cell: expected a level (full, masked, status, approval, none) or `LEVEL CONDITION / LEVEL`",
        ),
    }
}

fn condition<'s>(standing: &'s mut Standing, word: &str) -> Result<&'s mut bool, &'static str> {
    match word {
        "own" => Ok(&mut standing.own),
        "addressed" => Ok(&mut standing.addressed),
        "assigned" => Ok(&mut standing.assigned),
        "mandate" => Ok(&mut standing.mandate),
        _ => Err("not a condition: expected own, addressed, assigned or mandate"),
    }
}
