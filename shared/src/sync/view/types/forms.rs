//! Fixed lists and limits for forms.

use crate::{
    json::Write,
    model::{
        ActivityKind, ConsentHow, ConsentScope, ConsentStatus, MediaKind,
        activity::{Block, Phase, Strength},
        fields::{Beneficiary, Duty, EntryPoint, ExternalSystem, People, Service, SpeakerKind},
    },
    table::Table,
};

/// A kind of activity with the blocks it asks for.
#[derive(Debug, Clone, PartialEq, Eq, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct KindRow {
    /// Which.
    pub kind: ActivityKind,
    /// Complete at submission.
    pub blocks: Vec<Block>,
    /// Minutes of service count.
    pub counts: bool,
}

/// What a field may hold: characters of text, or a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct Range {
    /// At least.
    pub min: u64,
    /// At most.
    pub max: u64,
}

/// Fixed lists in the order in which people are offered them, and what each field may hold.
#[derive(Debug, Clone, PartialEq, Eq, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Lists {
    /// 活动类型.
    pub kinds: Vec<KindRow>,
    /// Phases of an activity.
    pub phases: Vec<Phase>,
    /// What a 义诊 offers.
    pub services: Vec<Service>,
    /// What somebody did there.
    pub duties: Vec<Duty>,
    /// Whom volunteering served.
    pub beneficiaries: Vec<Beneficiary>,
    /// Where 课程思政 enters a course.
    pub entry_points: Vec<EntryPoint>,
    /// Who can be recognised on an item.
    pub people: Vec<People>,
    /// Who spoke.
    pub speakers: Vec<SpeakerKind>,
    /// What was said about consent.
    pub consents: Vec<ConsentStatus>,
    /// How far it goes.
    pub scopes: Vec<ConsentScope>,
    /// How it was given.
    pub hows: Vec<ConsentHow>,
    /// 七个有力.
    pub strengths: Vec<Strength>,
    /// Other systems.
    pub systems: Vec<ExternalSystem>,
    /// By field.
    #[cfg_attr(feature = "ts", tsify(type = "Record<string, Range>"))]
    pub limits: Table<&'static str, Range>,
    /// Longest sketch.
    pub sketch_bytes_max: u64,
    /// Largest file by kind.
    #[cfg_attr(feature = "ts", tsify(type = "Record<MediaKind, number>"))]
    pub media_bytes_max: Table<MediaKind, u64>,
}
