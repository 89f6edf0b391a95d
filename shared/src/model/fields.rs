//! What the leaves hold: value types and the keys they stand under. Ranges stand in
//! `rules::fields`, which checks every value against them.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{PersonId, SignatureActivityId},
    json::{Read, Write},
};

/// Keys of an entry's leaves. A key ending in `/` heads a list; an element's key follows it.
pub mod key {
    macro_rules! keys {
        ($($(#[$doc:meta])* $name:ident $text:literal;)*) => {
            $($(#[$doc])* pub const $name: &str = $text;)*

            /// All of them, of entries, media and quotes.
            pub const ALL: &[&str] = &[$($name),*];
        };
    }

    keys! {
        /// [`super::super::ActivityKind`].
        KIND "kind";
        /// Text, 2–60, one line.
        TITLE "title";
        /// 一句话, 10–300.
        SUMMARY "summary";
        /// [`super::LocalTime`].
        STARTED_AT "started_at";
        /// [`super::LocalTime`].
        ENDED_AT "ended_at";
        /// [`super::Place`].
        PLACE "place";
        /// 事前准备, 0–3,000.
        BEFORE_NOTE "before_note";
        /// 事中跟进, 0–3,000.
        DURING_NOTE "during_note";
        /// 事后交流总结, 0–3,000.
        AFTER_NOTE "after_note";
        /// [`super::Participant`] by person id, or by a UUID for a guest.
        PARTICIPANTS "participants";
        /// Non-members, a count.
        OTHERS_COUNT "others_count";
        /// Branch ids.
        CO_BRANCHES "co_branches";
        /// Names of outside units.
        PARTNERS "partners";
        /// [`super::ExternalRef`].
        EXTERNAL_REF "external_ref";
        /// 义诊: who hosts it, 2–60.
        CLINIC_HOST "clinic.host";
        /// 义诊: [`super::Filing`].
        CLINIC_FILING "clinic.filing";
        /// 义诊: 人次, a count.
        CLINIC_VISITS "clinic.visits";
        /// 义诊: visits by [`super::Service`].
        CLINIC_SERVICES "clinic.services";
        /// 义诊: names of departments.
        CLINIC_DEPARTMENTS "clinic.departments";
        /// 义诊: 建议就医, a count.
        CLINIC_REFERRALS "clinic.referrals";
        /// 义诊: leaflets handed out, a count.
        CLINIC_LEAFLETS "clinic.leaflets";
        /// Volunteering: who organises it, 2–60.
        VOLUNTEERING_ORGANISER "volunteering.organiser";
        /// Volunteering: a list of [`super::Beneficiary`].
        VOLUNTEERING_BENEFICIARIES "volunteering.beneficiaries";
        /// Volunteering: a count.
        VOLUNTEERING_BENEFICIARY_COUNT "volunteering.beneficiary_count";
        /// Meeting: 2–100.
        MEETING_TOPIC "meeting.topic";
        /// Meeting: a count.
        MEETING_PRESENT "meeting.present";
        /// Meeting: a count.
        MEETING_ABSENT "meeting.absent";
        /// 课程思政: [`super::EntryPoint`].
        TEACHING_ENTRY_POINT "teaching.entry_point";

        /// Media: text, 0–140.
        CAPTION "caption";
        /// Media and quotes: [`super::super::activity::Phase`].
        PHASE "phase";
        /// Media: [`super::People`].
        PEOPLE "people";
        /// Quotes: text, 1–500.
        TEXT "text";
        /// Quotes: [`super::Speaker`].
        SPEAKER "speaker";
        /// Quotes: id of a voice.
        VOICE "voice";
    }
}

/// A local wall-clock time with its offset, as people say it. No clock decides by it.
#[derive(Debug, Clone, Copy, PartialOrd, Ord, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LocalTime {
    /// Minutes of the local wall clock since 1970-01-01 00:00.
    pub minute: i64,
    /// Minutes east of UTC, -840 to 840.
    pub offset: i32,
}

impl LocalTime {
    /// The local day: days since 1970-01-01.
    pub fn day(self) -> i64 {
        self.minute.div_euclid(24 * 60)
    }

    /// The same instant in minutes since 1970 UTC.
    pub fn utc_minute(self) -> i64 {
        self.minute - i64::from(self.offset)
    }
}

/// Where it was: a name, and a rounded point only if the author wants one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Place {
    /// 2–80.
    pub name: String,
    /// County code (six digits), if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub county: Option<String>,
    /// Rounded to a hundredth of a degree, about a kilometre.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub point: Option<Point>,
}

/// Hundredths of a degree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Point {
    /// -9,000 to 9,000.
    pub lat_centi: i32,
    /// -18,000 to 18,000.
    pub lon_centi: i32,
}

/// Somebody who took part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Participant {
    /// Who.
    pub who: Who,
    /// What they did there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duty: Option<Duty>,
    /// Minutes of real service by local day; no travel.
    #[serde(default)]
    pub days: Vec<DayMinutes>,
}

/// A person of the roster or a guest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// In the roster; the element's key is this id.
    Person(PersonId),
    /// Not in the roster.
    Guest {
        /// 2–20.
        name: String,
        /// 0–40.
        #[serde(default)]
        unit: String,
    },
}

/// Minutes on one local day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DayMinutes {
    /// Days since 1970-01-01, local.
    pub day: i64,
    /// 0–960.
    pub minutes: u32,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$item_doc:meta])* $item:ident $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Read, Write)]
        #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum $name { $($(#[$item_doc])* #[serde(rename = $text)] $item),* }

        impl $name {
            /// All of them, in the order in which people are offered them.
            pub const ALL: &[Self] = &[$(Self::$item),*];

            /// The name on the wire.
            pub fn name(self) -> &'static str {
                match self { $(Self::$item => $text),* }
            }
        }
    };
}

words! {
    /// What somebody did at a 义诊 or another activity.
    Duty {
        /// 医师
        Physician "physician",
        /// 护士
        Nurse "nurse",
        /// 药师
        Pharmacist "pharmacist",
        /// 带教: supervises students (医学教育临床实践管理暂行规定 2008).
        Supervisor "supervisor",
        /// 学生
        Student "student",
        /// 志愿者
        Volunteer "volunteer",
        /// 记录
        Recorder "recorder",
    }
}

words! {
    /// What a 义诊 offers.
    Service {
        /// 测血压
        BloodPressure "blood_pressure",
        /// 测血糖
        BloodSugar "blood_sugar",
        /// 中医问诊
        Consultation "consultation",
        /// 针灸
        Acupuncture "acupuncture",
        /// 推拿
        Tuina "tuina",
        /// 拔罐
        Cupping "cupping",
        /// 艾灸
        Moxibustion "moxibustion",
        /// 耳穴压豆
        EarSeeds "ear_seeds",
        /// 体质辨识
        Constitution "constitution",
        /// 中药咨询
        HerbAdvice "herb_advice",
        /// 用药指导
        MedicationAdvice "medication_advice",
        /// 八段锦教学
        Baduanjin "baduanjin",
        /// 健康讲座
        HealthTalk "health_talk",
        /// 急救培训
        FirstAid "first_aid",
        /// 其他
        Other "other",
    }
}

words! {
    /// Whom volunteering served.
    Beneficiary {
        /// 老人
        Elderly "elderly",
        /// 儿童
        Children "children",
        /// 病患
        Patients "patients",
        /// 居民
        Residents "residents",
        /// 学生
        Students "students",
        /// 残疾人
        Disabled "disabled",
        /// 其他
        Other "other",
    }
}

words! {
    /// Where 课程思政 enters a course (notice 三(二)1(1)).
    EntryPoint {
        /// 知识点
        Knowledge "knowledge",
        /// 教学设计
        Design "design",
        /// 教学方法
        Method "method",
        /// 教学效果
        Effect "effect",
    }
}

words! {
    /// Who can be recognised on an item.
    People {
        /// Nobody.
        None "none",
        /// 党员.
        Members "members",
        /// 他人.
        Others "others",
        /// 患者.
        Patient "patient",
        /// 未成年人.
        Minor "minor",
    }
}

words! {
    /// Who spoke.
    SpeakerKind {
        /// 党员
        Member "member",
        /// 服务对象
        Served "served",
        /// 同行
        Colleague "colleague",
        /// 学生
        Student "student",
        /// 其他
        Other "other",
    }
}

/// Who said it: a label, never a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Speaker {
    /// What kind of person.
    pub kind: SpeakerKind,
    /// 0–30, such as 村民,七十来岁.
    #[serde(default)]
    pub label: String,
}

/// 义诊备案 (卫生部 2001): a reminder, never a lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Filing {
    /// Nobody has asked yet.
    NotAsked,
    /// Not needed here.
    NotNeeded,
    /// Filed.
    Filed {
        /// With whom; 0–60.
        authority: String,
        /// Days since 1970-01-01, local.
        on: i64,
    },
}

/// The same activity in another system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExternalRef {
    /// Which one.
    pub system: ExternalSystem,
    /// Its number there, 1–60.
    pub number: String,
}

words! {
    /// Systems an activity may also be entered in.
    ExternalSystem {
        /// 党员E先锋
        EPioneer "e_pioneer",
        /// 志愿北京
        VolunteerBeijing "volunteer_beijing",
        /// 志愿汇
        Zhiyuanhui "zhiyuanhui",
        /// i志愿
        IVolunteer "i_volunteer",
        /// 中国志愿服务网
        ChinaVolunteer "china_volunteer",
    }
}

/// What an approver adds; kept outside the author's content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Classify {
    /// Distinct, at most seven.
    #[cfg_attr(feature = "schema", schemars(length(max = crate::limits::STRENGTHS_MAX)))]
    pub strengths: Vec<super::activity::Strength>,
    /// Which signature activity it belongs to.
    #[serde(default)]
    pub signature_activity: Option<SignatureActivityId>,
    /// Which task it is evidence for.
    #[serde(default)]
    pub task: Option<crate::ids::TaskId>,
}
