//! Miaopu.
