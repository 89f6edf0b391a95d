//! Kept versions: without a hole up to what stands, each as its sum says, and each entry's digest computed anew
//! from the versions of its items that stood with it, in the order of the ops that made them.

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    digest,
    ids::Digest,
    model::{Body, RecordId, RecordKind},
};
use uuid::Uuid;

use super::{
    Report,
    store::{self, VersionLine, VersionPlace},
};
use crate::{
    db::{Conn, Result},
    sync::records::version::Version,
};

/// Checks every version, an entry at a time.
pub async fn check(db: &mut Conn, report: &mut Report) -> Result<()> {
    let mut after = VersionPlace::default();
    let mut last: Option<VersionLine> = None;
    let mut history = History::default();
    loop {
        let versions = store::versions(db, &after).await?;
        let full = versions.len() == store::AT_ONCE;
        for version in versions {
            report.revisions += 1;
            after = (version.entry_id.clone(), version.kind.clone(), version.id.clone(), version.rev);
            if let Some(last) = &last {
                follows(last, &version, report);
                if last.entry_id != version.entry_id {
                    std::mem::take(&mut history).close(report);
                }
            }
            as_kept(&version, report);
            history.take(&version, report);
            last = Some(version);
        }
        if !full {
            break;
        }
    }
    if let Some(last) = &last {
        reaches(last, report);
        history.close(report);
    }
    Ok(())
}

/// Versions of a record in an entry follow each other without a hole. An approved copy takes its entry's revision, so only its
/// order counts.
fn follows(last: &VersionLine, next: &VersionLine, report: &mut Report) {
    let same = (&last.entry_id, &last.kind, &last.id) == (&next.entry_id, &next.kind, &next.id);
    if !same {
        reaches(last, report);
    } else if next.kind != RecordKind::Approved.name() && next.rev != last.rev + 1 {
        report.fault(format!("{}/{}: no version {}", last.kind, last.id, last.rev + 1));
    }
}

/// The last version of a record in an entry is the one that stands, or says that it ended there: it is no more, or stands
/// in another entry.
fn reaches(last: &VersionLine, report: &mut Report) {
    let whole = match last.stands {
        Some(stands) if last.body.is_none() => stands > last.rev,
        Some(stands) => stands == last.rev,
        None => last.body.is_none(),
    };
    if !whole {
        report.fault(format!("{}/{}: its versions end at {}", last.kind, last.id, last.rev));
    }
}

/// A version's row is as it was written, and the last one is what stands.
fn as_kept(line: &VersionLine, report: &mut Report) {
    let version = Version {
        name: (&line.kind, &line.id),
        rev: line.rev,
        place: (&line.entry_id, &line.branch_id),
        digest: line.digest.as_deref(),
        body: line.body.as_deref(),
        by: (line.op_id.as_deref(), line.account_id.as_deref()),
        at: line.at,
    };
    if line.sum.as_ref().is_some_and(|sum| *sum != version.sum().to_string()) {
        report.fault(format!("{}: its sum is not that of its row", named(line)));
    }
    if line.rev == line.stands.unwrap_or(line.rev) && line.differs == 1 {
        report.fault(format!("{}/{}: its last version is not what stands", line.kind, line.id));
    }
}

fn named(line: &VersionLine) -> String {
    format!("{}/{} version {}", line.kind, line.id, line.rev)
}

/// What an entry's versions say, until all of them were read.
#[derive(Default)]
struct History {
    /// The entry's own versions, oldest first.
    own: Vec<Own>,
    /// What each item adds to the content.
    items: BTreeMap<RecordId, Vec<ItemVersion>>,
    /// Digests of approved copies, with the versions' names.
    copies: Vec<(String, Digest)>,
}

/// The op that made an item's version, none for the server's own, and what it adds to the content, if anything.
type ItemVersion = (Option<String>, Option<Digest>);

/// An entry's version.
struct Own {
    name: String,
    op: Option<String>,
    /// Hash of its content without the items.
    alone: Digest,
    /// The content digest that was kept.
    digest: Option<Digest>,
}

impl History {
    /// Reads one version: an item's or a copy's digest is its own, an entry's waits for the items.
    fn take(&mut self, line: &VersionLine, report: &mut Report) {
        let (Ok(kind), Ok(id)) = (line.kind.parse::<RecordKind>(), line.id.parse::<Uuid>()) else {
            return report.fault(format!("{}: of no known kind or without an id", named(line)));
        };
        let body = line.body.as_deref().map(|text| Body::from_json(kind, text)).transpose();
        let Ok(body) = body else {
            return report.fault(format!("{}: its text is no body of its kind", named(line)));
        };
        let kept = line.digest.as_ref().and_then(|text| text.parse::<Digest>().ok());
        let (own, counts) = match &body {
            Some(Body::Entry(entry)) => {
                let alone = digest::entry_alone(id, &entry.content);
                let (name, op) = (named(line), line.op_id.clone());
                return self.own.push(Own { name, op, alone, digest: kept });
            }
            Some(Body::Approved(copy)) => {
                let items: Vec<_> = copy.items.iter().map(|item| (item.item, item.digest)).collect();
                self.copies.push((named(line), copy.digest));
                (Some(digest::entry(id, &copy.content, &items)), false)
            }
            Some(Body::Media(media)) => (Some(digest::media(id, &media.content)), !media.rest.offered),
            Some(Body::Quote(quote)) => (Some(digest::quote(id, &quote.content)), !quote.rest.offered),
            Some(_) | None => (None, false),
        };
        if own != kept || line.digest.is_some() != own.is_some() {
            report.fault(format!("{}: its content is not what its digest says", named(line)));
        }
        if matches!(kind, RecordKind::Media | RecordKind::Quote) {
            let versions = self.items.entry(RecordId::new(kind, id)).or_default();
            versions.push((line.op_id.clone(), own.filter(|_| counts)));
        }
    }

    /// Plays the items' versions beside the entry's and compares every digest; an approved copy has one of these.
    fn close(self, report: &mut Report) {
        let turns: BTreeMap<&str, usize> =
            self.own.iter().enumerate().filter_map(|(turn, own)| Some((own.op.as_deref()?, turn))).collect();
        let mut changes: BTreeMap<usize, Vec<(RecordId, Option<Digest>)>> = BTreeMap::new();
        for (item, versions) in &self.items {
            // What the server or another entry's op changed is no content: it stands with the version before it.
            let mut turn = 0;
            for (op, digest) in versions {
                turn = op.as_deref().and_then(|op| turns.get(op)).copied().unwrap_or(turn);
                changes.entry(turn).or_default().push((*item, *digest));
            }
        }
        let mut items: BTreeMap<RecordId, Digest> = BTreeMap::new();
        let mut known = BTreeSet::new();
        for (turn, own) in self.own.iter().enumerate() {
            for (item, digest) in changes.remove(&turn).unwrap_or_default() {
                match digest {
                    Some(digest) => items.insert(item, digest),
                    None => items.remove(&item),
                };
            }
            let there: Vec<_> = items.iter().map(|(item, digest)| (*item, *digest)).collect();
            let computed = digest::entry_with(own.alone, &there);
            if own.digest != Some(computed) {
                report.fault(format!("{}: its content is not what its digest says", own.name));
            }
            known.insert(computed);
        }
        for (name, digest) in &self.copies {
            if !known.contains(digest) {
                report.fault(format!("{name}: no version of the entry has the digest it was approved by"));
            }
        }
    }
}
