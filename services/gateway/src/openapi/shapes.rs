//! All shapes, in the order in which a reader of the document meets them.

mod clock;
mod event;
mod reading;
mod rest;

pub(crate) use clock::CLOCK_STATES;
pub(crate) use reading::PHASES;

use super::shape::Shape;

/// All shapes.
pub(crate) fn all() -> Vec<Shape> {
    [event::all(), reading::all(), clock::all(), rest::all()].into_iter().flatten().collect()
}
