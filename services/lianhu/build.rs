//! The files in `../../deploy/jurisdictions/demo` are part of this crate: a new one must rebuild it.

fn main() {
    println!("cargo:rerun-if-changed=../../deploy/jurisdictions/demo");
}
