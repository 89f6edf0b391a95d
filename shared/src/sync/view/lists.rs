//! Fixed lists and what each field may hold, for forms. They are the same on every phone: the app's build writes them
//! down once (`cargo xtask wasm`).

use super::{KindRow, Lists, Range};
use crate::{
    limits,
    model::{
        ActivityKind, ConsentHow, ConsentScope, ConsentStatus, MediaKind,
        activity::{Phase, Strength},
        fields::{Beneficiary, Duty, EntryPoint, ExternalSystem, People, Service, SpeakerKind, key},
    },
    table::Table,
};

/// All of them.
pub fn lists() -> Lists {
    let kinds = ActivityKind::ALL.iter().map(|kind| KindRow {
        kind: *kind,
        blocks: kind.blocks().to_vec(),
        counts: kind.counts_hours(false),
    });
    let media = [MediaKind::Photo, MediaKind::Clip, MediaKind::Voice];
    Lists {
        kinds: kinds.collect(),
        phases: Phase::ALL.to_vec(),
        services: Service::ALL.to_vec(),
        duties: Duty::ALL.to_vec(),
        beneficiaries: Beneficiary::ALL.to_vec(),
        entry_points: EntryPoint::ALL.to_vec(),
        people: People::ALL.to_vec(),
        speakers: SpeakerKind::ALL.to_vec(),
        consents: vec![
            ConsentStatus::NotAsked,
            ConsentStatus::Granted,
            ConsentStatus::Refused,
            ConsentStatus::Withdrawn,
            ConsentStatus::NotNeeded,
        ],
        scopes: vec![ConsentScope::Archive, ConsentScope::Internal, ConsentScope::Public],
        hows: vec![ConsentHow::Spoken, ConsentHow::Written, ConsentHow::Guardian, ConsentHow::None],
        strengths: Strength::ALL.to_vec(),
        systems: ExternalSystem::ALL.to_vec(),
        limits: ranges(),
        sketch_bytes_max: limits::SKETCH_BYTES_MAX,
        media_bytes_max: media.into_iter().map(|kind| (kind, limits::media_bytes_max(kind))).collect(),
    }
}

fn ranges() -> Table<&'static str, Range> {
    let long = |min: usize, max: usize| Range { min: min as u64, max: max as u64 };
    let count = |max: u32| Range { min: 0, max: u64::from(max) };
    Table::from([
        (key::TITLE, long(limits::TITLE_MIN, limits::TITLE_MAX)),
        (key::SUMMARY, long(limits::SUMMARY_MIN, limits::SUMMARY_MAX)),
        (key::PLACE, long(limits::PLACE_MIN, limits::PLACE_MAX)),
        (key::BEFORE_NOTE, long(0, limits::NOTE_MAX)),
        (key::DURING_NOTE, long(0, limits::NOTE_MAX)),
        (key::AFTER_NOTE, long(0, limits::NOTE_MAX)),
        (key::PARTICIPANTS, long(1, limits::PARTICIPANTS_MAX)),
        ("participants.name", long(limits::GUEST_NAME_MIN, limits::GUEST_NAME_MAX)),
        ("participants.unit", long(0, limits::PARTNER_NAME_MAX)),
        ("participants.minutes", count(limits::DAY_MINUTES_MAX)),
        ("participants.minutes_ask", count(limits::DAY_MINUTES_ASK)),
        (key::OTHERS_COUNT, count(limits::COUNT_MAX)),
        (key::CO_BRANCHES, long(0, limits::CO_BRANCHES_MAX)),
        (key::PARTNERS, long(0, limits::PARTNERS_MAX)),
        ("partners.name", long(limits::GUEST_NAME_MIN, limits::PARTNER_NAME_MAX)),
        ("external_ref.number", long(1, limits::EXTERNAL_NUMBER_MAX)),
        (key::CLINIC_HOST, long(limits::UNIT_NAME_MIN, limits::UNIT_NAME_MAX)),
        ("clinic.filing.authority", long(0, limits::UNIT_NAME_MAX)),
        (key::CLINIC_VISITS, count(limits::COUNT_MAX)),
        (key::CLINIC_SERVICES, count(limits::COUNT_MAX)),
        (key::CLINIC_DEPARTMENTS, long(0, limits::DEPARTMENTS_MAX)),
        (key::CLINIC_REFERRALS, count(limits::COUNT_MAX)),
        (key::CLINIC_LEAFLETS, count(limits::COUNT_MAX)),
        (key::VOLUNTEERING_ORGANISER, long(limits::UNIT_NAME_MIN, limits::UNIT_NAME_MAX)),
        (key::VOLUNTEERING_BENEFICIARY_COUNT, count(limits::BENEFICIARY_COUNT_MAX)),
        (key::MEETING_TOPIC, long(limits::TOPIC_MIN, limits::TOPIC_MAX)),
        (key::MEETING_PRESENT, count(limits::COUNT_MAX)),
        (key::MEETING_ABSENT, count(limits::COUNT_MAX)),
        (key::CAPTION, long(0, limits::CAPTION_MAX)),
        (key::TEXT, long(1, limits::QUOTE_TEXT_MAX)),
        ("speaker.label", long(0, limits::SPEAKER_LABEL_MAX)),
        ("consent.reason", long(0, limits::CAPTION_MAX)),
        ("comment", long(limits::COMMENT_MIN, limits::COMMENT_MAX)),
        ("media", long(0, limits::MEDIA_MAX)),
        ("quotes", long(0, limits::QUOTES_MAX)),
        ("contributors", long(0, limits::CONTRIBUTORS_MAX)),
        ("days", Range { min: 0, max: u64::from(limits::ENTRY_DAYS_MAX) }),
    ])
}
