//! Fixed lists of the notice: kinds of activity with the blocks each asks for, phases, strengths,
//! work lines, kinds of branch. Chinese and English names stand in the app's message files.

use serde::{Deserialize, Serialize};

use crate::json::{Read, Write};

macro_rules! list {
    ($(#[$doc:meta])* $name:ident { $($(#[$item_doc:meta])* $item:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Read, Write)]
        #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$item_doc])* $item),* }

        impl $name {
            /// All of them, in the order in which people are offered them.
            pub const ALL: &[Self] = &[$(Self::$item),*];
        }
    };
}

list! {
    /// 活动类型 (notice 三(二)). The first four are the notice's own examples.
    ActivityKind {
        /// 义诊
        FreeClinic,
        /// 支医支教
        OutreachTeaching,
        /// 法律援助
        LegalAid,
        /// 管理咨询
        ManagementAdvice,
        /// 志愿服务
        Volunteering,
        /// 社会实践
        SocialPractice,
        /// 红色"1+1"
        RedPairing,
        /// 学业辅导
        Tutoring,
        /// 学生竞赛月
        StudentContest,
        /// 教师活动月
        TeacherMonth,
        /// 大练兵大比武
        SkillsDrill,
        /// 传帮带
        Mentoring,
        /// 比学超
        PeerLearning,
        /// 课程思政
        CourseIdeology,
        /// 学术传承
        AcademicHeritage,
        /// 技能培训
        SkillsTraining,
        /// 窗口服务
        ServiceDesk,
        /// 流程优化
        ProcessImprovement,
        /// 急难险重
        UrgentTask,
        /// 走访帮扶
        HomeVisit,
        /// 支部党员大会
        BranchAssembly,
        /// 支委会
        CommitteeMeeting,
        /// 党小组会
        GroupMeeting,
        /// 党课
        PartyLecture,
        /// 主题党日
        ThemeDay,
        /// 其他
        Other,
    }
}

list! {
    /// An extra set of fields that a kind asks for.
    Block {
        /// 义诊.
        Clinic,
        /// 志愿服务.
        Volunteering,
        /// 会议: topic and counts, never minutes.
        Meeting,
        /// 课程思政.
        Teaching,
    }
}

impl ActivityKind {
    /// The blocks that must be complete at submission; another may be added by hand.
    pub fn blocks(self) -> &'static [Block] {
        use ActivityKind as K;
        match self {
            K::FreeClinic => &[Block::Clinic],
            K::OutreachTeaching => &[Block::Clinic, Block::Volunteering],
            K::LegalAid
            | K::ManagementAdvice
            | K::Volunteering
            | K::SocialPractice
            | K::RedPairing
            | K::Tutoring
            | K::HomeVisit => &[Block::Volunteering],
            K::CourseIdeology => &[Block::Teaching],
            K::BranchAssembly | K::CommitteeMeeting | K::GroupMeeting | K::PartyLecture | K::ThemeDay => {
                &[Block::Meeting]
            }
            K::StudentContest
            | K::TeacherMonth
            | K::SkillsDrill
            | K::Mentoring
            | K::PeerLearning
            | K::AcademicHeritage
            | K::SkillsTraining
            | K::ServiceDesk
            | K::ProcessImprovement
            | K::UrgentTask
            | K::Other => &[],
        }
    }

    /// Whether minutes of service count. A theme day counts only where it carries a volunteering
    /// block; the meetings of 三会一课 never do.
    pub fn counts_hours(self, has_volunteering: bool) -> bool {
        use ActivityKind as K;
        match self {
            K::ThemeDay => has_volunteering,
            K::UrgentTask => true,
            K::CourseIdeology => false,
            _ => self.blocks().iter().any(|block| matches!(block, Block::Clinic | Block::Volunteering)),
        }
    }
}

list! {
    /// 事前准备, 事中跟进, 事后交流总结: of an activity (notice 三(二)). A `Stage` is of a batch.
    Phase {
        /// 事前
        Before,
        /// 事中
        During,
        /// 事后
        After,
    }
}

list! {
    /// 七个有力 (notice 三(一)1–7).
    Strength {
        /// 教育党员有力
        Educate,
        /// 管理党员有力
        Manage,
        /// 监督党员有力
        Supervise,
        /// 组织师生有力
        Organize,
        /// 宣传师生有力
        Publicize,
        /// 凝聚师生有力
        Unite,
        /// 服务师生有力
        Serve,
    }
}

list! {
    /// 类别 (notice 四1).
    WorkLine {
        /// 教学一线
        Teaching,
        /// 科研一线
        Research,
        /// 医疗一线
        Medical,
        /// 教辅
        TeachingSupport,
        /// 医技
        MedicalTechnology,
        /// 后勤
        Logistics,
        /// 行政
        Administration,
        /// 学生
        Student,
    }
}

list! {
    /// 教职工 or 学生 (notice 二).
    BranchKind {
        /// 教职工党支部
        Staff,
        /// 学生党支部
        Student,
    }
}

list! {
    /// What a staff branch does (notice 三(二)1).
    Basis {
        /// 业务机构
        Professional,
        /// 教学单位
        Teaching,
        /// 行政服务
        Service,
    }
}
