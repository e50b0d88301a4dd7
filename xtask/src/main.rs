//! `cargo xtask`: every task of the project.

fn main() {}
