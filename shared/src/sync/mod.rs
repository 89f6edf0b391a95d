//! The sync engine: what a phone keeps, shows and sends, as a pure state machine.
//!
//! It performs nothing. It is told what happened ([`EngineEvent`]) with the time and 32 fresh random
//! bytes, and answers with what to do ([`Effect`]); its state lies in rows that the caller stores.
//! Started again from those rows at any point, it goes on where it was.
//!
//! What is shown is the **base** (records as the server sent them) with own ops on top, decided by
//! the same rules that the server will ask. What must never happen here:
//! - an op changes after it got its number, or ends by anything but an answer or an outcome;
//! - a page is applied onto a cursor it was not asked with, or drops an op;
//! - a refused op disappears before its owner throws it away;
//! - something is sent before the row that says so is on disk.

mod acts;
mod base;
mod bin;
pub mod command;
mod entropy;
pub mod event;
mod exchange;
mod files;
mod kinds;
mod outbox;
mod pull;
mod push;
mod rows;
mod shown;
mod tray;
mod turn;
pub mod view;
mod visit;
mod words;

pub use command::{Command, ConsentFact, Values};
pub use event::{Effect, EngineEvent, FileRole, RowChange, StoredRow, UploadStep, UploadTask};
pub use view::Query;

use crate::{
    ids::{EntryId, GrantId, MediaId, OpId},
    json::Read,
    model::Actor,
    rules::World,
    table::Table,
    wire::{Op, act::KnownOp, session::Me},
};
use base::Base;
use exchange::Lane;
use outbox::Outbox;
use rows::{MediaRow, Place, SeenRow, TrayRow};
use turn::Turn;

/// One account's state on one phone.
#[derive(Debug, Default)]
pub struct Engine {
    me: Option<Me>,
    place: Place,
    base: Base,
    outbox: Outbox,
    tray: Table<OpId, TrayRow>,
    media: Table<MediaId, MediaRow>,
    seen: Table<EntryId, SeenRow>,
    /// Entries with own ops on top; the others are shown as the base has them.
    shown: Table<EntryId, World>,
    /// Entries of other branches, as this person was shown them for a verdict; none of it is stored.
    visited: Base,
    /// Ops that the server says it knows; all, until it has said so.
    known: Option<Vec<KnownOp>>,
    lane: Lane,
}

impl Engine {
    /// Goes on from what is on the phone; from nothing, a new installation. Rows that this build
    /// cannot read are left alone.
    pub fn load(rows: &[StoredRow]) -> Self {
        let mut engine = Self::default();
        for row in rows {
            engine.take(row);
        }
        engine.base.refresh_offices();
        engine.refresh_all();
        engine
    }

    fn take(&mut self, row: &StoredRow) {
        match row.store.as_str() {
            rows::RECORD => {
                if let Some(record) = rows::read(row) {
                    self.base.load(&row.key, record);
                }
            }
            rows::OUTBOX => {
                if let Some(own) = rows::read(row) {
                    self.outbox.load(own);
                }
            }
            rows::TRAY => take_into(&mut self.tray, row),
            rows::MEDIA => take_into(&mut self.media, row),
            rows::SEEN => take_into(&mut self.seen, row),
            rows::META if row.key == rows::PLACE => self.place = rows::read(row).unwrap_or_default(),
            rows::META if row.key == rows::ME => self.me = rows::read(row),
            rows::META if row.key == rows::KNOWN => self.known = rows::read(row),
            _ => {}
        }
    }

    /// Takes one turn. `now` is in ms since 1970 UTC by the phone's clock; `entropy` is fresh.
    pub fn handle(&mut self, event: EngineEvent, now: i64, entropy: [u8; 32]) -> Vec<Effect> {
        let mut turn = Turn::new(now, entropy);
        match event {
            EngineEvent::Started => self.lane.start(),
            EngineEvent::SignedIn { me } => self.sign_in(me, &mut turn),
            EngineEvent::SignedOut => self.sign_out(&mut turn),
            EngineEvent::Act { command, english } => self.act(command, english, &mut turn),
            EngineEvent::Flush => self.outbox.flush(),
            EngineEvent::Online => self.lane.hurry(),
            EngineEvent::Tick { poked } => self.tick(poked, &mut turn),
            EngineEvent::PushAnswered { ask, text } => self.push_answered(ask, &text, &mut turn),
            EngineEvent::PageArrived { ask, text } => self.page_arrived(ask, &text, &mut turn),
            EngineEvent::Failed { ask, retry_after_ms } => self.lane.failed(ask, retry_after_ms, &mut turn),
            EngineEvent::Upload { media, role, step } => self.upload(media, role, step, &mut turn),
            EngineEvent::FileLost { media } => self.file_lost(media, &mut turn),
            EngineEvent::UploadRetry { media } => self.upload_retry(media, &mut turn),
            EngineEvent::Opened { entry } => self.remember_seen(entry, &mut turn),
            EngineEvent::ServerKnows { ops } => self.take_known(ops, &mut turn),
            EngineEvent::Visited { texts } => self.visit(&texts, &mut turn),
        }
        self.refresh(&turn);
        self.drive(&mut turn);
        turn.finish()
    }

    fn sign_in(&mut self, me: Me, turn: &mut Turn) {
        turn.rows.put(rows::META, rows::ME, &me);
        self.me = Some(me);
        self.lane.start();
        turn.all_changed();
    }

    /// Others' records leave the phone; own work keeps its bytes and waits for the next sign-in.
    fn sign_out(&mut self, turn: &mut Turn) {
        self.lane = Lane::default();
        for feed in self.base.feeds() {
            self.base.drop_feed(feed, &mut turn.rows);
        }
        self.place.cursor = None;
        self.place.tail = None;
        self.place.feeds.clear();
        for entry in std::mem::take(&mut self.seen).into_keys() {
            turn.rows.drop(rows::SEEN, entry);
        }
        self.visited = Base::default();
        self.store_place(turn);
        turn.all_changed();
    }

    fn take_known(&mut self, ops: Vec<KnownOp>, turn: &mut Turn) {
        if self.known.as_ref() != Some(&ops) {
            turn.rows.put(rows::META, rows::KNOWN, &ops);
            self.known = Some(ops);
            turn.changed();
        }
    }

    /// Whether the server said that it knows such an op; told nothing, it is taken to.
    fn server_knows(&self, op: &Op) -> bool {
        let same = |known: &KnownOp| known.name == op.act.name() && known.v == op.v;
        self.known.as_ref().is_none_or(|ops| ops.iter().any(same))
    }

    fn tick(&mut self, poked: bool, turn: &mut Turn) {
        self.lane.tick(poked, self.place.last_sync_at, turn.now);
        self.empty_bin(turn);
    }

    fn store_place(&self, turn: &mut Turn) {
        turn.rows.put(rows::META, rows::PLACE, &self.place);
    }

    /// Who acts: grants as the feed of the account has them, before the first sync as the server
    /// told at sign-in.
    fn actor(&self) -> Option<Actor> {
        let me = self.me.as_ref()?;
        let grants = if self.place.last_sync_at.is_some() && self.place.cursor.is_some() {
            self.base.grants.iter().map(|(id, grant)| (*id, *grant)).collect()
        } else {
            me.grants.iter().map(|held| (GrantId(uuid::Uuid::nil()), held.grant)).collect()
        };
        Some(Actor { account: me.account, person: me.person, grants })
    }
}

fn take_into<K: Ord + std::str::FromStr, V: Read>(into: &mut Table<K, V>, row: &StoredRow) {
    if let (Ok(key), Some(value)) = (row.key.parse(), rows::read(row)) {
        into.insert(key, value);
    }
}

#[cfg(test)]
mod tests;
