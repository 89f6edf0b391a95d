//! miaopu.
fn main() {}
