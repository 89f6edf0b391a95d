//! The descriptions: one file a noun, one function a handler, both of the same names. Each says what the route itself
//! takes, answers and refuses.

pub mod accounts;
pub mod audit;
pub mod devices;
pub mod entries;
pub mod grants;
pub mod health;
pub mod limits;
pub mod media;
pub mod metrics;
pub mod openapi;
pub mod org;
pub mod sessions;
pub mod sync;
pub mod uploads;

/// The nouns in the order of the document, with what they are about.
pub const NOUNS: [(&str, &str); 14] = [
    ("sessions", "Signing in and staying signed in."),
    ("accounts", "Activation, the own password, and accounts as administrators see them."),
    ("sync", "Ops up, rows down, hints: the way to read and write everything that people record."),
    ("uploads", "Bytes of photos, clips and voices, by tus 1.0."),
    ("media", "Copies of media, and the gallery of a branch."),
    ("devices", "Installations that are signed in."),
    ("org", "Branches that one may look into, and what one lets be published of oneself."),
    ("entries", "Approved entries of a branch, and what waits for an office above it."),
    ("audit", "What was done to the accounts and originals of a branch."),
    ("grants", "Who holds which role."),
    ("limits", "What this server takes."),
    ("health", "Whether the server can work."),
    ("metrics", "Figures for Prometheus."),
    ("openapi", "This description."),
];
