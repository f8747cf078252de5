//! The tests of the whole bus; see `it/`.
