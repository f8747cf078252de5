//! All shapes, in the order in which a reader of the document meets them.

mod event;
mod reading;
mod rest;

pub(crate) use reading::{CLOCK_STATES, PHASES};

use super::shape::Shape;

/// All shapes.
pub(crate) fn all() -> Vec<Shape> {
    [event::all(), reading::all(), rest::all()].into_iter().flatten().collect()
}
