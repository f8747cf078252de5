//! Files of these folders are part of this crate: a new one must rebuild it.

fn main() {
    println!("cargo:rerun-if-changed=../../deploy/jurisdictions/demo");
    println!("cargo:rerun-if-changed=../../deploy/stories");
}
