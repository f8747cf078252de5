//! The files in `../../schemas` are part of this crate: a new one must rebuild it.

fn main() {
    println!("cargo:rerun-if-changed=../../schemas");
}
