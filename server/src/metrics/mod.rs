//! Figures for Prometheus, in its text form (OpenMetrics 1.0). What happens is counted here as it happens, what stands
//! is measured when it is asked for (`measured`). Labels are route templates, codes and states: nothing about people.
//!
//! Each server has a registry of its own, so that many can run in one process.

mod measured;
pub mod routes;
mod store;

use std::{fmt, time::Duration};

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};
use shared::wire::{Answer, Code, push::Stop};

use crate::blobs::{Area, s3::Calls};

/// Begins the name of every figure of ours.
const PREFIX: &str = "miaopu";

/// Upper ends of the classes of durations, in seconds: from a look at a row to the longest ordinary request.
const DURATIONS: [f64; 12] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// What is counted while the server runs.
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    durations: Family<Asked, Histogram, fn() -> Histogram>,
    problems: Family<Refused, Counter>,
    ops: Family<Decided, Counter>,
    stops: Family<Stopped, Counter>,
    upload_bytes: Counter,
    streams: Gauge,
    faults: Family<Faulty, Counter>,
    storage: Calls,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Faulty {
    area: &'static str,
    fault: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    method: &'static str,
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Refused {
    code: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Decided {
    answer: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Stopped {
    why: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix(PREFIX);
        let requests = Family::default();
        registry.register("http_requests", "Requests answered, by route template", requests.clone());
        let durations: Family<Asked, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(DURATIONS));
        let help = "Time until an answer began, by route template";
        registry.register_with_unit("http_request_duration", help, Unit::Seconds, durations.clone());
        let problems = Family::default();
        registry.register("problems", "Requests refused, by code of the problem", problems.clone());
        let ops = Family::default();
        registry.register("ops", "Ops of pushes, by kind of answer", ops.clone());
        let stops = Family::<Stopped, Counter>::default();
        for why in STOPS {
            stops.get_or_create(&Stopped { why }).inc_by(0);
        }
        registry.register("push_stops", "Pushes that stopped before their last op, by reason", stops.clone());
        let upload_bytes = Counter::default();
        let help = "Bytes of media received and on the disk";
        registry.register_with_unit("upload_received", help, Unit::Bytes, upload_bytes.clone());
        let streams = Gauge::default();
        registry.register("event_streams", "Event streams that are open", streams.clone());
        let faults = Family::<Faulty, Counter>::default();
        for area in Area::ALL {
            for fault in ["missing", "damaged"] {
                faults.get_or_create(&Faulty { area: area.name(), fault }).inc_by(0);
            }
        }
        registry.register("blob_faults", "Files of media found missing or damaged", faults.clone());
        let storage = Calls::default();
        registry.register(
            "s3_requests",
            "Requests to the S3 service of media, by their end",
            storage.0.clone(),
        );
        Metrics {
            registry,
            requests,
            durations,
            problems,
            ops,
            stops,
            upload_bytes,
            streams,
            faults,
            storage,
        }
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

impl Metrics {
    /// Counts a request that was answered after `took`.
    pub fn answered(&self, (method, route): (&str, &str), status: u16, took: Duration) {
        let (method, route) = (known(method), route.to_owned());
        self.durations.get_or_create(&Asked { method, route: route.clone() }).observe(took.as_secs_f64());
        self.requests.get_or_create(&Answered { method, route, status }).inc();
    }

    /// Counts a problem that was answered.
    pub fn refused(&self, code: Code) {
        self.problems.get_or_create(&Refused { code: code.name() }).inc();
    }

    /// Counts the answers to a push.
    pub fn decided<'a>(&self, answers: impl Iterator<Item = &'a Answer>) {
        for answer in answers {
            self.ops.get_or_create(&Decided { answer: kind(answer) }).inc();
        }
    }

    /// Counts a push that stopped.
    pub fn stopped(&self, stop: &Stop) {
        self.stops.get_or_create(&Stopped { why: reason(stop) }).inc();
    }

    /// Counts bytes of media that are on the disk.
    pub fn received(&self, bytes: u64) {
        self.upload_bytes.inc_by(bytes);
    }

    /// What counts requests to the storage of media.
    #[must_use]
    pub fn storage_calls(&self) -> Calls {
        self.storage.clone()
    }

    /// Counts a file of media that is missing or damaged, and says so in the log: somebody must act.
    pub fn faulty(&self, area: Area, fault: &'static str, why: &dyn fmt::Display) {
        tracing::error!("{}: {why}; see `miaopu verify --blobs`", area.name());
        self.faults.get_or_create(&Faulty { area: area.name(), fault }).inc();
    }

    /// Counts an event stream as open until the answer is dropped.
    #[must_use]
    pub fn streaming(&self) -> Streaming {
        self.streams.inc();
        Streaming(self.streams.clone())
    }
}

/// An event stream that is open.
#[derive(Debug)]
pub struct Streaming(Gauge);

impl Drop for Streaming {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Methods of our routes; all others are one, so that nobody makes figures without end.
fn known(method: &str) -> &'static str {
    const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS"];
    METHODS.into_iter().find(|known| *known == method).unwrap_or("other")
}

/// Every [`reason`].
const STOPS: [&str; 4] = ["gap", "id_reuse", "unknown_op", "busy"];

fn reason(stop: &Stop) -> &'static str {
    match stop {
        Stop::Gap { .. } => STOPS[0],
        Stop::IdReuse { .. } => STOPS[1],
        Stop::UnknownOp { .. } => STOPS[2],
        Stop::Busy { .. } => STOPS[3],
    }
}

fn kind(answer: &Answer) -> &'static str {
    match answer {
        Answer::Applied { .. } => "applied",
        Answer::Merged { .. } => "merged",
        Answer::Duplicate { .. } => "duplicate",
        Answer::Refused(_) => "refused",
        Answer::Held { .. } => "held",
    }
}
