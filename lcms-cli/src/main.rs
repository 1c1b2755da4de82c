//! The `lcms` binary.
fn main() {}
