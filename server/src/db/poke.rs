//! Wake-ups: small hints that something may have changed. Never the truth, never content.

use serde::{Deserialize, Serialize};

/// One hint. It names what to look at, never what is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "on", rename_all = "snake_case")]
pub enum Poke {
    /// A feed reached this number.
    Feed {
        /// The feed's id, like `branch:<id>`.
        feed: String,
        /// Its last number when the poke was made.
        seq: i64,
    },
    /// Grants, devices or the state of an account changed: open streams must check again or end.
    Account {
        /// The account.
        id: String,
    },
    /// A job was enqueued.
    Work,
    /// Hints may have been lost: look at everything again.
    All,
}

impl Poke {
    /// As it travels through `pg_notify` (at most 8,000 bytes there; ids keep it far below).
    pub(super) fn encode(&self) -> String {
        serde_json::to_string(self).expect("a poke is plain strings and numbers")
    }

    /// Anything unreadable (a newer server's poke) means that everything may have changed.
    pub(super) fn decode(text: &str) -> Poke {
        serde_json::from_str(text).unwrap_or(Poke::All)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_poke_comes_back_as_it_was_sent() {
        let poke = Poke::Feed { feed: "org".into(), seq: 7 };
        assert_eq!(Poke::decode(&poke.encode()), poke);
    }

    #[test]
    fn a_poke_of_a_newer_server_means_look_everywhere() {
        assert_eq!(Poke::decode(r#"{"on":"moon"}"#), Poke::All);
    }
}
