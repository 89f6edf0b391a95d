//! The kit: one harness for every test that needs a running server. It stands outside like a phone does, and knows
//! of the server's inside only how to start it.
