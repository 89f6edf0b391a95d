//! Tidy: the parts of ARCHITECTURE.md and CONTRIBUTING.md that a machine can check by reading files.
//!
//! Each module holds one group of checks. A check is a pure function from a file to its faults; beside it stand
//! two tests: the whole tree has no fault, and a small bad example has one. It compiles nothing and starts nothing.

mod crates;
mod faults;
mod lexer;
mod messages;
mod migrations;
mod phone;
mod prose;
mod rooms;
mod sizes;
mod sql;
mod statements;
mod tree;
