//! What the demo tells, as types: a row of the tables in `assets/demo`. Read by [`super::tables`]; who the names are
//! stands in [`super::org`], how an entry becomes ops in [`super::script`].

use std::collections::BTreeMap;

use serde::Deserialize;
use shared::model::{
    ActivityKind, ConsentStatus, EntryState, MediaKind, Role,
    activity::{Basis, BranchKind, Phase, Strength, WorkLine},
    fields::{Beneficiary, Duty, EntryPoint, People, Service, SpeakerKind},
};

use super::draw::Scene;

/// Who there is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Org {
    /// 二级党组织.
    pub committee: Vec<Committee>,
    /// 党支部; one that takes people of others comes after theirs.
    pub branch: Vec<Branch>,
    /// Accounts with a password: one for each role, then some more.
    pub login: Vec<Login>,
}

/// A committee.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Committee {
    /// As branches name it.
    pub key: String,
    /// Full name.
    pub name: String,
    /// Who works there.
    pub clerk: String,
}

/// A branch.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    /// As entries name it.
    pub key: String,
    /// Full name.
    pub name: String,
    /// Key of the committee above it.
    pub committee: String,
    /// Staff or student.
    pub kind: BranchKind,
    /// What a staff branch does.
    pub basis: Option<Basis>,
    /// 类别.
    pub work_line: WorkLine,
    /// Day, like 2004-03-18.
    pub founded_on: String,
    /// A field team.
    #[serde(default)]
    pub temporary: bool,
    /// How many deputies follow the secretary in `people`.
    pub deputies: usize,
    /// Names; the secretary first.
    pub people: Vec<String>,
    /// Who of them may be named but does not want to be pictured.
    #[serde(default)]
    pub unpictured: Vec<String>,
}

/// Somebody who can sign in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// The role to show.
    pub role: Role,
    /// Who.
    pub name: String,
    /// Where, for people of no branch and no committee.
    pub unit: Option<String>,
}

/// An activity and what became of its record.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Which of the twelve it belongs to.
    pub number: Option<u32>,
    /// Key of its branch.
    pub branch: String,
    /// 活动类型.
    pub kind: ActivityKind,
    /// Name of who writes it.
    pub author: String,
    /// Where it stands in the end.
    pub state: EntryState,
    /// Why it was returned, reopened or voided.
    #[serde(default)]
    pub comment: String,
    /// 2–60.
    pub title: String,
    /// 10–300.
    pub summary: String,
    /// Local time, like 2019-09-21 08:30.
    pub start: String,
    /// Likewise.
    pub end: String,
    /// Days by which the author's phone is ahead of the world.
    #[serde(default)]
    pub clock_days: i64,
    /// Minutes of service of each participant on each day; absent: from start to end.
    pub minutes: Option<u32>,
    /// Its name.
    pub place: String,
    /// 事前准备.
    #[serde(default)]
    pub before: String,
    /// 事中跟进.
    #[serde(default)]
    pub during: String,
    /// 事后交流总结.
    #[serde(default)]
    pub after: String,
    /// Names of those who add their own media.
    #[serde(default)]
    pub contributors: Vec<String>,
    /// Participants: so many of the branch, from the author on.
    #[serde(default)]
    pub count: usize,
    /// Participants by what they did; `none` for those of whom that is not said.
    #[serde(default)]
    pub duty: BTreeMap<Part, Vec<String>>,
    /// Participants from elsewhere.
    pub guests: Option<Guests>,
    /// A participant whose minutes were corrected after the approval.
    pub corrected: Option<Corrected>,
    /// Non-members.
    pub others: Option<u32>,
    /// Set by the approver.
    #[serde(default)]
    pub strengths: Vec<Strength>,
    /// Name of the signature activity, set by the approver.
    pub signature: Option<String>,
    /// Outside units.
    #[serde(default)]
    pub partners: Vec<String>,
    /// Keys of other branches.
    #[serde(default)]
    pub co_branches: Vec<String>,
    /// 义诊 block.
    pub clinic: Option<Clinic>,
    /// Volunteering block.
    pub volunteering: Option<Volunteering>,
    /// Meeting block.
    pub meeting: Option<Meeting>,
    /// 课程思政 block.
    pub teaching: Option<EntryPoint>,
    /// 原话.
    #[serde(default)]
    pub quotes: Vec<Quote>,
    /// 素材.
    #[serde(default)]
    pub media: Vec<Item>,
}

/// A duty, or that none is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(untagged)]
pub enum Part {
    /// What they did.
    Duty(Duty),
    /// Not said.
    Plain(Plain),
}

/// The word for no duty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plain {
    /// Not said.
    None,
}

/// People who are in no roster.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guests {
    /// Where they come from.
    pub unit: String,
    /// Names of students.
    pub student: Vec<String>,
}

/// A correction.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Corrected {
    /// Whose.
    pub name: String,
    /// What is right.
    pub minutes: u32,
}

/// 义诊 block.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clinic {
    /// Who hosts it.
    pub host: String,
    /// With whom it was filed; absent: not needed.
    pub filing: Option<String>,
    /// 人次.
    pub visits: u32,
    /// Visits by service.
    pub services: BTreeMap<Service, u32>,
    /// Names.
    #[serde(default)]
    pub departments: Vec<String>,
    /// 建议就医.
    pub referrals: Option<u32>,
    /// Handed out.
    pub leaflets: Option<u32>,
}

/// Volunteering block.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Volunteering {
    /// Who organises it.
    pub organiser: String,
    /// Whom it served.
    pub beneficiaries: Vec<Beneficiary>,
    /// How many of them.
    pub count: Option<u32>,
}

/// Meeting block.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meeting {
    /// 2–100.
    pub topic: String,
    /// How many came.
    pub present: u32,
    /// How many did not.
    pub absent: u32,
}

/// A quote.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quote {
    /// Word for word.
    pub text: String,
    /// Who spoke.
    pub kind: SpeakerKind,
    /// Never a name.
    pub label: String,
    /// When.
    pub phase: Phase,
    /// Points at the entry's voice.
    #[serde(default)]
    pub voice: bool,
    /// What was asked and said.
    pub consent: Option<ConsentStatus>,
}

/// A media item, or several alike whose bytes never came.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// What a photo shows.
    pub scene: Option<Scene>,
    /// A photo unless it says otherwise.
    #[serde(default = "photo")]
    pub kind: MediaKind,
    /// So many items that are still on the phone.
    pub waiting: Option<u32>,
    /// What each of those weighs.
    #[serde(default)]
    pub size_mb: u64,
    /// When.
    pub phase: Phase,
    /// 0–140.
    pub caption: String,
    /// Who can be recognised.
    pub people: People,
    /// What was asked and said.
    pub consent: Option<ConsentStatus>,
    /// Name of who recorded it; absent: the author.
    pub by: Option<String>,
}

fn photo() -> MediaKind {
    MediaKind::Photo
}
