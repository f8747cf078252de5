//! A value that concerns a person. It prints as `[protected]`; the one way in is [`Protected::reveal`],
//! which is easy to search for.

use std::fmt;
use zeroize::Zeroize;

/// A value that may not be logged, printed or serialised by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Protected<T>(T);

impl<T> Protected<T> {
    /// Puts a value under protection.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Every caller must be entitled to it.
    pub fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> Protected<T> {
    /// Wipes the value where it stands.
    pub fn wipe(&mut self) {
        self.0.zeroize();
    }
}

impl<T> fmt::Debug for Protected<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[protected]")
    }
}

impl<T> fmt::Display for Protected<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[protected]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_protected_value_never_prints() {
        let name = Protected::new("somebody".to_owned());
        assert_eq!(format!("{name} {name:?} {:?}", Some(&name)), "[protected] [protected] Some([protected])");
        assert_eq!(name.reveal(), "somebody");
    }
}
