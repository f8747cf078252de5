//! The store of the views, and the fold of a case.

mod case;
mod views;
