//! Reading an op: its frame, then the arguments that its name asks for.

use super::{Act, Op};
use crate::json::{FromMembers, Members, Unreadable, no_variant, read_by_members};

read_by_members!(Op);

impl FromMembers for Op {
    fn from_members(mut frame: Members) -> Result<Self, Unreadable> {
        let name: String = frame.take("op")?;
        Ok(Self {
            id: frame.take("id")?,
            v: frame.take("v")?,
            epoch: frame.take("epoch")?,
            made_at: frame.take("made_at")?,
            branch: frame.take("branch")?,
            needs: frame.take_or_default("needs")?,
            act: Act::read(&name, frame.take("args")?)?,
        })
    }
}

impl Act {
    fn read(name: &str, mut args: Members) -> Result<Self, Unreadable> {
        let a = &mut args;
        Ok(match name {
            "entry.create" => Self::EntryCreate {
                entry: a.take("entry")?,
                created_at: a.take("created_at")?,
                leaves: a.take("leaves")?,
                contributors: a.take_or_default("contributors")?,
            },
            "entry.edit" => Self::EntryEdit {
                entry: a.take("entry")?,
                changes: a.take("changes")?,
                move_to: a.take("move_to")?,
                contributors: a.take("contributors")?,
            },
            "entry.submit" => Self::EntrySubmit { entry: a.take("entry")? },
            "entry.withdraw" => Self::EntryWithdraw { entry: a.take("entry")? },
            "entry.discard" => Self::EntryDiscard { entry: a.take("entry")? },
            "media.add" => Self::MediaAdd {
                media: a.take("media")?,
                entry: a.take("entry")?,
                sha256: a.take("sha256")?,
                size_bytes: a.take("size_bytes")?,
                kind: a.take("kind")?,
                leaves: a.take("leaves")?,
                provenance: a.take("provenance")?,
            },
            "media.describe" => Self::MediaDescribe {
                media: a.take("media")?,
                entry: a.take("entry")?,
                changes: a.take("changes")?,
            },
            "media.remove" => Self::MediaRemove { media: a.take("media")?, entry: a.take("entry")? },
            "quote.add" => {
                Self::QuoteAdd { quote: a.take("quote")?, entry: a.take("entry")?, leaves: a.take("leaves")? }
            }
            "quote.edit" => Self::QuoteEdit {
                quote: a.take("quote")?,
                entry: a.take("entry")?,
                changes: a.take("changes")?,
            },
            "quote.remove" => Self::QuoteRemove { quote: a.take("quote")?, entry: a.take("entry")? },
            _ => return Self::read_verdict(name, args),
        })
    }

    fn read_verdict(name: &str, mut args: Members) -> Result<Self, Unreadable> {
        let a = &mut args;
        Ok(match name {
            "entry.approve" => Self::EntryApprove {
                entry: a.take("entry")?,
                digest: a.take("digest")?,
                sketches: a.take_or_default("sketches")?,
                classify: a.take("classify")?,
            },
            "entry.return" => Self::EntryReturn {
                entry: a.take("entry")?,
                digest: a.take("digest")?,
                comment: a.take("comment")?,
            },
            "entry.undo" => Self::EntryUndo { entry: a.take("entry")?, verdict: a.take("verdict")? },
            "entry.reopen" => Self::EntryReopen { entry: a.take("entry")?, reason: a.take("reason")? },
            "entry.void" => Self::EntryVoid { entry: a.take("entry")?, reason: a.take("reason")? },
            "consent.add" => Self::ConsentAdd {
                consent: a.take("consent")?,
                entry: a.take("entry")?,
                item: a.take("item")?,
                status: a.take("status")?,
                scope: a.take("scope")?,
                how: a.take("how")?,
                reason: a.take_or_default("reason")?,
                loosens: a.take_or_default("loosens")?,
            },
            "classify" => Self::Classify { entry: a.take("entry")?, classify: a.take("classify")? },
            _ => return no_variant(),
        })
    }
}
