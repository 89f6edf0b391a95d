//! How often the service is asked, and how that ends.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::{counter::Counter, family::Family};

/// A kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    Head,
    Get,
    Put,
    List,
    Delete,
}

impl Call {
    /// Its name in logs and figures.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Call::Head => "head",
            Call::Get => "get",
            Call::Put => "put",
            Call::List => "list",
            Call::Delete => "delete",
        }
    }
}

/// A kind of request and how it ended: `ok`, `missing`, `failed`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Ended {
    call: &'static str,
    end: &'static str,
}

/// Counts requests. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct Calls(pub Family<Ended, Counter>);

impl Calls {
    /// Counts one.
    pub fn ended(&self, call: Call, end: &'static str) {
        self.0.get_or_create(&Ended { call: call.name(), end }).inc();
    }
}
