//! Why a rule refused: a code of the one list of problems, with what its sentence names.

use crate::wire::problem::{Code, Detail};

/// A refusal. The phone shows its sentence; the server records it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    /// Which rule.
    pub code: Code,
    /// What its sentence names.
    pub detail: Detail,
}

impl Denied {
    /// A list of the op or of the entry is full.
    #[must_use]
    pub fn too_many(field: &str, max: usize) -> Self {
        Self::from(Code::TooMany).with("field", field).with("max", max)
    }

    /// Adds what the sentence names.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.detail.insert(name.to_owned(), value.to_string());
        self
    }
}

impl From<Code> for Denied {
    fn from(code: Code) -> Self {
        Self { code, detail: Detail::new() }
    }
}
