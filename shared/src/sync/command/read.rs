//! Reading a command by its name.

use super::Command;
use crate::json::{FromMembers, Members, Unreadable, no_variant, read_by_members};

read_by_members!(Command);

impl FromMembers for Command {
    fn from_members(mut members: Members) -> Result<Self, Unreadable> {
        let name: String = members.take("do")?;
        let m = &mut members;
        Ok(match name.as_str() {
            "create" => Self::Create {
                entry: m.take("entry")?,
                branch: m.take("branch")?,
                values: m.take_or_default("values")?,
            },
            "edit" => Self::Edit { entry: m.take("entry")?, values: m.take("values")? },
            "move" => Self::Move { entry: m.take("entry")?, branch: m.take("branch")? },
            "contributors" => Self::Contributors { entry: m.take("entry")?, accounts: m.take("accounts")? },
            "answer" => {
                Self::Answer { entry: m.take("entry")?, key: m.take("key")?, value: m.take("value")? }
            }
            "submit" => Self::Submit { entry: m.take("entry")? },
            "withdraw" => Self::Withdraw { entry: m.take("entry")? },
            "discard" => Self::Discard { entry: m.take("entry")? },
            "resend" => Self::Resend { op: m.take("op")?, values: m.take_or_default("values")? },
            "copyRefused" => Self::CopyRefused { op: m.take("op")?, entry: m.take("entry")? },
            "putBack" => Self::PutBack {
                op: m.take("op")?,
                entry: m.take("entry")?,
                media: m.take_or_default("media")?,
            },
            "dropRefused" => Self::DropRefused { op: m.take("op")? },
            _ => return verdict(&name, m).or_else(|| item(&name, m)).unwrap_or_else(no_variant),
        })
    }
}

/// What approvers do.
fn verdict(name: &str, m: &mut Members) -> Option<Result<Command, Unreadable>> {
    Some(match name {
        "approve" => approve(m),
        "return" => send_back(m),
        "undo" => both(m, "verdict", |entry, verdict| Command::Undo { entry, verdict }),
        "reopen" => both(m, "reason", |entry, reason| Command::Reopen { entry, reason }),
        "void" => both(m, "reason", |entry, reason| Command::Void { entry, reason }),
        "classify" => both(m, "strengths", |entry, strengths| Command::Classify { entry, strengths }),
        _ => return None,
    })
}

/// What is done to media, quotes and consent.
fn item(name: &str, m: &mut Members) -> Option<Result<Command, Unreadable>> {
    Some(match name {
        "addMedia" => add_media(m),
        "describeMedia" => describe_media(m),
        "removeMedia" => both(m, "media", |entry, media| Command::RemoveMedia { entry, media }),
        "addQuote" => quote(m, true),
        "editQuote" => quote(m, false),
        "removeQuote" => both(m, "quote", |entry, quote| Command::RemoveQuote { entry, quote }),
        "consent" => consent(m),
        _ => return None,
    })
}

/// A command about an entry with one more member.
fn both<T: serde::de::DeserializeOwned>(
    m: &mut Members,
    name: &'static str,
    of: fn(crate::ids::EntryId, T) -> Command,
) -> Result<Command, Unreadable> {
    Ok(of(m.take("entry")?, m.take(name)?))
}

fn approve(m: &mut Members) -> Result<Command, Unreadable> {
    Ok(Command::Approve {
        entry: m.take("entry")?,
        digest: m.take("digest")?,
        sketches: m.take_or_default("sketches")?,
        strengths: m.take_or_default("strengths")?,
    })
}

fn send_back(m: &mut Members) -> Result<Command, Unreadable> {
    Ok(Command::Return { entry: m.take("entry")?, digest: m.take("digest")?, comment: m.take("comment")? })
}

fn add_media(m: &mut Members) -> Result<Command, Unreadable> {
    Ok(Command::AddMedia {
        entry: m.take("entry")?,
        media: m.take("media")?,
        kind: m.take("kind")?,
        sha256: m.take("sha256")?,
        size_bytes: m.take("sizeBytes")?,
        values: m.take_or_default("values")?,
        provenance: m.take_or_default("provenance")?,
    })
}

fn describe_media(m: &mut Members) -> Result<Command, Unreadable> {
    Ok(Command::DescribeMedia { entry: m.take("entry")?, media: m.take("media")?, values: m.take("values")? })
}

fn quote(m: &mut Members, new: bool) -> Result<Command, Unreadable> {
    let (entry, quote, values) = (m.take("entry")?, m.take("quote")?, m.take("values")?);
    Ok(if new {
        Command::AddQuote { entry, quote, values }
    } else {
        Command::EditQuote { entry, quote, values }
    })
}

fn consent(m: &mut Members) -> Result<Command, Unreadable> {
    Ok(Command::Consent { entry: m.take("entry")?, item: m.take("item")?, consent: m.take("consent")? })
}
