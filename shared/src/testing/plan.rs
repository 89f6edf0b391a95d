//! What somebody may try: an op without the digests and ids that only a world can name.

use serde_json::{Value, json};

use super::cast::{Part, account, branch, entry_id, uuid};
use crate::{
    digest,
    ids::{ConsentId, Digest, MediaId, OpId, QuoteId, Salt},
    model::{
        ActivityKind, Change, ConsentHow, ConsentScope, ConsentStatus, Leaves, MediaKind, RecordId,
        RecordKind,
        activity::Strength,
        fields::{Classify, key},
        media::Provenance,
    },
    rules::World,
    wire::Act,
};

/// Something to try. Numbers name items (0 to 2), values and hashes (0 to 2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// Begin a whole draft, with the contributor named.
    Create,
    /// Write a value into a field; `knows` what stands there, or thinks there was nothing.
    Edit {
        /// Which of `KEYS`.
        key: usize,
        /// Which value, or none.
        value: Option<u8>,
        /// The writer saw what stands.
        knows: bool,
    },
    /// Name the co-branch as taking part, or nobody.
    Joint(bool),
    /// Enter one's own minutes.
    OwnMinutes(u8),
    /// 提交.
    Submit,
    /// 撤回.
    Withdraw,
    /// 通过, having seen what stands or something else.
    Approve {
        /// Saw what stands.
        seen: bool,
    },
    /// 退回, likewise.
    Return {
        /// Saw what stands.
        seen: bool,
    },
    /// 撤销 of the last verdict.
    Undo,
    /// 重开.
    Reopen,
    /// 作废.
    Void,
    /// Throw the draft away.
    Discard,
    /// Add a photo of some bytes.
    AddMedia(u8, u8),
    /// Write a caption.
    Describe(u8, u8),
    /// Take a photo out.
    RemoveMedia(u8),
    /// Add a quote.
    AddQuote(u8, u8),
    /// Change a quote.
    EditQuote(u8, u8),
    /// Take a quote out.
    RemoveQuote(u8),
    /// Write down consent or its refusal for a photo or a quote.
    Consent {
        /// Which item.
        item: u8,
        /// A photo, else a quote.
        photo: bool,
        /// What was said.
        status: ConsentStatus,
        /// Loosens every fact there is.
        loosens: bool,
    },
    /// 归类.
    Classify,
}

/// Fields that [`Plan::Edit`] writes.
pub const KEYS: &[&str] = &[key::TITLE, key::SUMMARY, key::CLINIC_VISITS, "clinic.services/tuina"];

fn salt(number: u64) -> Salt {
    Salt(number.to_be_bytes())
}

fn value_of(key: &str, value: u8) -> Value {
    match key {
        key::TITLE => json!(format!("石槽村义诊{value}")),
        key::SUMMARY => json!(format!("在村委会院里为乡亲们义诊半天，第{value}次。")),
        _ => json!(60 + u32::from(value)),
    }
}

/// The leaves of an entry that may be submitted.
pub fn complete_leaves(kind: ActivityKind, number: u64) -> Leaves {
    let mut leaves = Leaves::default();
    let guest = uuid(0x09, 0xff);
    for (key, value) in [
        (key::KIND, json!(kind)),
        (key::TITLE, value_of(key::TITLE, 0)),
        (key::SUMMARY, value_of(key::SUMMARY, 0)),
        (key::STARTED_AT, json!({"minute": 26_150_940, "offset": 480})),
        (key::ENDED_AT, json!({"minute": 26_151_180, "offset": 480})),
        (key::PLACE, json!({"name": "石槽村村委会院"})),
        (&*format!("participants/{guest}"), json!({"who": {"guest": {"name": "王磊"}}})),
        (key::CLINIC_HOST, json!("石槽村委会")),
        (key::CLINIC_FILING, json!("not_needed")),
        (key::CLINIC_VISITS, json!(60)),
        ("clinic.services/tuina", json!(60)),
        (key::VOLUNTEERING_ORGANISER, json!("骨伤科党支部")),
        (key::VOLUNTEERING_BENEFICIARIES, json!(["elderly"])),
        (key::MEETING_TOPIC, json!("道地药材")),
        (key::TEACHING_ENTRY_POINT, json!("design")),
    ] {
        leaves.set(key, Some(value), salt(number));
    }
    leaves
}

fn change(leaves: &Leaves, key: &str, to: Option<Value>, knows: bool, number: u64) -> Change {
    let from = if knows { leaves.value(key).cloned() } else { None };
    Change { key: key.to_owned(), from, to, salt: salt(number), answers: Vec::new() }
}

impl Plan {
    /// Whom it belongs to.
    pub fn usual(&self) -> Part {
        match self {
            Self::Approve { .. }
            | Self::Return { .. }
            | Self::Undo
            | Self::Reopen
            | Self::Void
            | Self::Classify => Part::Secretary,
            Self::OwnMinutes(_) => Part::Contributor,
            Self::AddMedia(_, bytes) | Self::AddQuote(_, bytes) if *bytes == 1 => Part::Contributor,
            _ => Part::Author,
        }
    }

    /// The act in this world. `None` where the world has nothing that it could name.
    pub fn act(&self, world: &World, part: Part, number: u64) -> Option<Act> {
        let entry = entry_id();
        Some(match self {
            Self::Create => Act::EntryCreate {
                entry,
                created_at: 1_569_049_200_000,
                leaves: complete_leaves(ActivityKind::FreeClinic, number),
                contributors: vec![account(Part::Contributor)],
            },
            Self::Edit { .. } | Self::Joint(_) | Self::OwnMinutes(_) => self.edit(world, part, number)?,
            Self::Submit => Act::EntrySubmit { entry },
            Self::Withdraw => Act::EntryWithdraw { entry },
            Self::Approve { seen } => Act::EntryApprove {
                entry,
                digest: seen_digest(world, *seen)?,
                sketches: Vec::new(),
                classify: None,
            },
            Self::Return { seen } => Act::EntryReturn {
                entry,
                digest: seen_digest(world, *seen)?,
                comment: "请补带教医师".to_owned(),
            },
            Self::Undo => Act::EntryUndo { entry, verdict: last_verdict(world)? },
            Self::Reopen => Act::EntryReopen { entry, reason: "时长有误".to_owned() },
            Self::Void => Act::EntryVoid { entry, reason: "重复录入".to_owned() },
            Self::Discard => Act::EntryDiscard { entry },
            Self::Classify => {
                let strengths = vec![Strength::Unite, Strength::Serve];
                Act::Classify {
                    entry,
                    classify: Classify { strengths, signature_activity: None, task: None },
                }
            }
            _ => self.item(world, number)?,
        })
    }

    fn edit(&self, world: &World, part: Part, number: u64) -> Option<Act> {
        let leaves = &world.entry()?.content.leaves;
        let one = match self {
            Self::Edit { key, value, knows } => {
                let key = KEYS[key % KEYS.len()];
                change(leaves, key, value.map(|value| value_of(key, value)), *knows, number)
            }
            Self::Joint(joint) => {
                let to = joint.then(|| json!([branch(2)]));
                change(leaves, key::CO_BRANCHES, to, true, number)
            }
            Self::OwnMinutes(hours) => {
                let id = uuid(0x09, part as u128);
                let days = json!([{"day": 18_160, "minutes": 60 * u32::from(*hours)}]);
                let to = json!({"who": {"person": id}, "days": days});
                change(leaves, &format!("participants/{id}"), Some(to), true, number)
            }
            _ => return None,
        };
        Some(Act::EntryEdit { entry: world.entry_id, changes: vec![one], move_to: None, contributors: None })
    }

    fn item(&self, world: &World, number: u64) -> Option<Act> {
        let entry = entry_id();
        let text = |value: &u8| json!(format!("敢迈步了{value}"));
        let leaf = |key: &str, value: Value| {
            let mut leaves = Leaves::default();
            leaves.set(key, Some(value), salt(number));
            leaves
        };
        Some(match self {
            Self::AddMedia(item, bytes) => Act::MediaAdd {
                media: media_id(*item),
                entry,
                sha256: digest::sha256(&[*bytes]),
                size_bytes: 1,
                kind: MediaKind::Photo,
                leaves: leaf(key::CAPTION, json!("院子里")),
                provenance: Provenance::default(),
            },
            Self::Describe(item, value) => {
                let media = media_id(*item);
                let leaves = &world.media(media)?.content.leaves;
                let changes = vec![change(leaves, key::CAPTION, Some(text(value)), true, number)];
                Act::MediaDescribe { media, entry, changes }
            }
            Self::RemoveMedia(item) => Act::MediaRemove { media: media_id(*item), entry },
            Self::AddQuote(item, value) => {
                Act::QuoteAdd { quote: quote_id(*item), entry, leaves: leaf(key::TEXT, text(value)) }
            }
            Self::EditQuote(item, value) => {
                let quote = quote_id(*item);
                let leaves = &world.quote(quote)?.content.leaves;
                let changes = vec![change(leaves, key::TEXT, Some(text(value)), true, number)];
                Act::QuoteEdit { quote, entry, changes }
            }
            Self::RemoveQuote(item) => Act::QuoteRemove { quote: quote_id(*item), entry },
            Self::Consent { item, photo, status, loosens } => Act::ConsentAdd {
                consent: ConsentId(uuid(0x07, u128::from(number))),
                entry,
                item: if *photo {
                    RecordId::new(RecordKind::Media, media_id(*item).0)
                } else {
                    RecordId::new(RecordKind::Quote, quote_id(*item).0)
                },
                status: *status,
                scope: ConsentScope::Archive,
                how: ConsentHow::Spoken,
                reason: "本人当面说的".to_owned(),
                loosens: if *loosens { all_facts(world, *item, *photo) } else { Vec::new() },
            },
            _ => return None,
        })
    }
}

fn media_id(item: u8) -> MediaId {
    MediaId(uuid(0x05, u128::from(item)))
}

fn quote_id(item: u8) -> QuoteId {
    QuoteId(uuid(0x06, u128::from(item)))
}

fn seen_digest(world: &World, seen: bool) -> Option<Digest> {
    if seen { world.digest() } else { Some(digest::sha256(b"something else")) }
}

fn last_verdict(world: &World) -> Option<OpId> {
    let decided = world.entry()?.rest.decided.as_ref().map(|decided| decided.verdict);
    decided.or_else(|| world.all_verdicts().last().map(|(id, _)| OpId(id)))
}

fn all_facts(world: &World, item: u8, photo: bool) -> Vec<ConsentId> {
    let bytes = world.media(media_id(item)).map(|media| media.content.sha256).filter(|_| photo);
    let about = |fact: &crate::model::ConsentBody| {
        (bytes.is_some() && fact.sha256 == bytes) || (!photo && fact.item.id == quote_id(item).0)
    };
    world.all_consents().filter(|(_, fact)| about(fact)).map(|(id, _)| ConsentId(id)).collect()
}
