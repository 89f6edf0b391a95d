//! Accounts: ways to log in, their passwords, codes and grants. A person without an account is in the roster only.
//!
//! An account is closed, never deleted: history names it.
