//! `miaopu verify`: reads everything that can be checked and says what does not agree. It changes nothing of that and
//! may run beside a serving server.
//!
//! Checked: every link of every branch's history; every record against what it adds to checksums; every feed's rows
//! and checksum; every kept version against its sum and its digest, without a hole up to what stands, and against
//! the branch's history; approved copies against their digests; every queue against its ledger; and, where it is
//! asked for, every file of media against its hash ([`blobs`]).

pub mod blobs;
pub mod store;
mod versions;

use std::fmt;

use shared::{
    digest,
    ids::{BranchId, Checksum, Digest},
    model::{Body, RecordKind},
};

use crate::{
    db::{Conn, Db, Result},
    sync::chains::Event,
};

/// Faults named one by one; of more, only the number is told.
const FAULTS_NAMED_MAX: usize = 200;

/// What was looked at, and what does not agree.
#[derive(Debug, Default)]
pub struct Report {
    /// Links of histories.
    pub links: u64,
    /// Records as they stand.
    pub records: u64,
    /// Rows of feeds.
    pub rows: u64,
    /// Versions.
    pub revisions: u64,
    /// Queues of ops.
    pub queues: u64,
    /// Files of media that were read back; `None` where that was not asked for.
    pub blobs: Option<blobs::Read>,
    /// What does not agree, each with where it stands.
    pub faults: Vec<String>,
    /// All faults, also those not named.
    pub fault_count: u64,
}

impl Report {
    fn fault(&mut self, what: String) {
        self.fault_count += 1;
        if self.faults.len() < FAULTS_NAMED_MAX {
            self.faults.push(what);
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { links, records, rows, revisions, queues, .. } = self;
        writeln!(
            f,
            "{links} links, {records} records, {rows} feed rows, {revisions} versions, {queues} queues"
        )?;
        if let Some(blobs) = &self.blobs {
            writeln!(f, "{blobs}")?;
        }
        for fault in &self.faults {
            writeln!(f, "FAULT {fault}")?;
        }
        match self.fault_count {
            0 => writeln!(f, "everything agrees"),
            count => writeln!(f, "{count} faults: keep this database as it is and look at the latest backup"),
        }
    }
}

/// Checks one state of the database.
///
/// # Errors
/// When the database cannot be read, which says nothing about what stands in it.
pub async fn verify(db: &Db) -> Result<Report> {
    let mut tx = db.snapshot().await?;
    let mut report = Report::default();
    chains(&mut tx, &mut report).await?;
    records(&mut tx, &mut report).await?;
    feeds(&mut tx, &mut report).await?;
    versions::check(&mut tx, &mut report).await?;
    queues(&mut tx, &mut report).await?;
    tx.rollback().await?;
    Ok(report)
}

/// Every link hashes the one before, and the head is the last.
async fn chains(db: &mut Conn, report: &mut Report) -> Result<()> {
    for chain in store::chains(db).await? {
        let Ok(branch) = chain.branch.parse::<BranchId>() else {
            report.fault(format!("chain of {:?}: no branch", chain.branch));
            continue;
        };
        let (mut n, mut head) = (0, digest::first_link(branch));
        loop {
            let links = store::links(db, &chain.branch, n).await?;
            for link in &links {
                n += 1;
                report.links += 1;
                let hash = serde_json::from_str::<serde_json::Value>(&link.event)
                    .map(|event| digest::link(head, &event));
                let fits = link.n == n && link.previous == head.to_string();
                match hash {
                    Ok(hash) if fits && hash.to_string() == link.hash => {
                        head = hash;
                        if !agrees(db, &link.event).await? {
                            report.fault(format!(
                                "chain of branch {branch}: link {n} tells of another version"
                            ));
                        }
                    }
                    _ => {
                        report.fault(format!("chain of branch {branch}: link {} does not follow", link.n));
                        head = link.hash.parse().unwrap_or(Digest([0; 32]));
                        n = link.n;
                    }
                }
            }
            if links.len() < store::AT_ONCE {
                break;
            }
        }
        if (chain.length, chain.head.as_str()) != (n, head.to_string().as_str()) {
            report.fault(format!("chain of branch {branch}: ends at {n}, its head says {}", chain.length));
        }
    }
    Ok(())
}

/// What a link tells of an entry's content is what the version says that its op made.
async fn agrees(db: &mut Conn, event: &str) -> Result<bool> {
    let Ok(event) = serde_json::from_str::<Event>(event) else { return Ok(false) };
    let (Some(digest), Some(entry), Some(op)) = (event.digest, event.entry, event.op) else {
        return Ok(true);
    };
    let made = store::digest_after(db, &entry.id.to_string(), &op.to_string()).await?;
    Ok(made == Some(digest.to_string()))
}

/// Every record adds to checksums what its text says, and an approved copy is what was approved.
async fn records(db: &mut Conn, report: &mut Report) -> Result<()> {
    let mut after = (String::new(), String::new());
    loop {
        let records = store::records(db, &after).await?;
        for record in &records {
            report.records += 1;
            let name = format!("{}/{}", record.kind, record.id);
            let Ok(id) = record.id.parse() else {
                report.fault(format!("record {name}: no id"));
                continue;
            };
            if digest::row(&record.kind, id, record.rev.cast_unsigned(), &record.body).to_string()
                != record.sum
            {
                report.fault(format!("record {name}: its sum is not that of its text"));
            }
            if let Some(why) = unreadable(&record.kind, id, &record.body) {
                report.fault(format!("record {name}: {why}"));
            }
        }
        match records.last() {
            Some(last) if records.len() == store::AT_ONCE => after = (last.kind.clone(), last.id.clone()),
            _ => return Ok(()),
        }
    }
}

/// What is wrong with a body, if anything.
fn unreadable(kind: &str, id: uuid::Uuid, body: &str) -> Option<&'static str> {
    let Ok(kind) = kind.parse::<RecordKind>() else { return Some("of no known kind") };
    match Body::from_json(kind, body) {
        Err(_) => Some("its text is no body of its kind"),
        Ok(Body::Approved(approved)) => {
            let items: Vec<_> = approved.items.iter().map(|item| (item.item, item.digest)).collect();
            let differs = digest::entry(id, &approved.content, &items) != approved.digest;
            differs.then_some("the approved copy is not what its digest says")
        }
        Ok(_) => None,
    }
}

/// Every row stands for the record's revision, numbers reach the head, and sums make the checksum.
async fn feeds(db: &mut Conn, report: &mut Report) -> Result<()> {
    let mut next = store::feeds(db, "").await?;
    while let Some(last) = next.last().map(|feed| feed.id.clone()) {
        for feed in &next {
            feed_rows(db, feed, report).await?;
        }
        next = store::feeds(db, &last).await?;
    }
    Ok(())
}

async fn feed_rows(db: &mut Conn, feed: &store::FeedLine, report: &mut Report) -> Result<()> {
    let (mut seq, mut sum) = (0, Checksum([0; 8]));
    loop {
        let rows = store::rows(db, &feed.id, seq).await?;
        for row in &rows {
            report.rows += 1;
            seq = row.seq;
            if row.gone == 1 {
                continue;
            }
            match (&row.sum, row.record_rev) {
                (Some(text), Some(rev)) if rev == row.rev => match text.parse() {
                    Ok(one) => sum = digest::toggle(sum, one),
                    Err(_) => report.fault(format!("record {}/{}: no sum", row.kind, row.id)),
                },
                _ => report
                    .fault(format!("feed {}: {}/{} stands there at {}", feed.id, row.kind, row.id, row.rev)),
            }
        }
        if rows.len() < store::AT_ONCE {
            break;
        }
    }
    if seq > feed.seq {
        report.fault(format!("feed {}: a row has number {seq}, the head is {}", feed.id, feed.seq));
    }
    if sum.to_string() != feed.checksum {
        report.fault(format!("feed {}: its checksum is not that of its rows", feed.id));
    }
    Ok(())
}

/// Every queue has a line for each number up to its last, whose head is its own.
async fn queues(db: &mut Conn, report: &mut Report) -> Result<()> {
    let mut after = (String::new(), String::new());
    loop {
        let queues = store::queues(db, &after).await?;
        for queue in &queues {
            report.queues += 1;
            let whole = queue.lines == queue.last_n && queue.reached == queue.last_n;
            let head = queue.ledger_head.as_ref().is_none_or(|head| *head == queue.head);
            if !whole || !head {
                report.fault(format!(
                    "queue {} of account {}: its ledger does not reach it",
                    queue.client, queue.account
                ));
            }
        }
        match queues.last() {
            Some(last) if queues.len() == store::AT_ONCE => {
                after = (last.account.clone(), last.client.clone())
            }
            _ => return Ok(()),
        }
    }
}
