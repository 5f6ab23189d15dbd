//! `cargo xtask drift`
