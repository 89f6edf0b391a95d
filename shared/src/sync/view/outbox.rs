//! The visible queue: what is not at the server, what was refused, what was thrown away.

use super::{FileState, OutboxView, RefusedView, UnsentView, items::file_view, reason};
use crate::{
    ids::{EntryId, OpId},
    json,
    model::fields::key,
    sync::{
        Engine,
        bin::BIN_MS,
        kinds::values,
        rows::{Progress, TrayRow},
        words::leaves_at,
    },
    table::Table,
    wire::{Act, Op},
};

impl Engine {
    /// What is not at the server.
    pub fn outbox_view(&self, english: bool) -> OutboxView {
        let unsent = self.outbox.iter().filter(|(_, own)| own.pending()).map(|(_, own)| UnsentView {
            op: own.op.id,
            entry: own.op.act.entry(),
            title: self.title(own.op.act.entry()),
            what: name_of(&own.op),
            held: own.progress == Progress::Held,
            unknown: own.open() && !self.server_knows(&own.op),
            at: own.op.made_at,
        });
        let mut files: Vec<_> = self.media.iter().filter(|(id, _)| !self.is_binned(**id)).collect();
        files.sort_unstable_by_key(|(id, row)| (row.added_at, **id));
        let files: Vec<_> = files.into_iter().map(|(id, row)| file_view(*id, row, english)).collect();
        let open: Vec<_> = files.iter().filter(|file| file.state != FileState::Sent).collect();
        OutboxView {
            unsent: unsent.collect(),
            refused: self.cards(english, |row| row.binned_at.is_none()),
            bin: self.cards(english, |row| row.binned_at.is_some()),
            unsent_files: u32::try_from(open.len()).unwrap_or(u32::MAX),
            unsent_bytes: open.iter().map(|file| file.size_bytes.saturating_sub(file.sent_bytes)).sum(),
            files,
        }
    }

    /// Cards whose first op's row fits, oldest first.
    pub(super) fn cards(&self, english: bool, fits: impl Fn(&TrayRow) -> bool) -> Vec<RefusedView> {
        let mut roots: Vec<(OpId, &TrayRow)> = self
            .tray
            .iter()
            .filter(|(id, row)| **id == row.root && fits(row))
            .map(|(id, row)| (*id, row))
            .collect();
        roots.sort_unstable_by_key(|(id, row)| (row.at, row.place, *id));
        roots.into_iter().filter_map(|(id, row)| self.refused_view(id, row, english)).collect()
    }

    fn refused_view(&self, id: OpId, row: &TrayRow, english: bool) -> Option<RefusedView> {
        let op: Op = json::parse(&row.op).ok()?;
        let card = self.card(id);
        let entry = op.act.entry();
        let mut carried = Table::new();
        // What goes with it, like a draft's photos, has fields of the same names.
        for (_, one) in card.iter().filter(|(_, one)| one.act.target() == op.act.target()) {
            carried.extend(values(&one.act));
        }
        let edited =
            matches!(op.act, Act::EntryEdit { .. } | Act::MediaDescribe { .. } | Act::QuoteEdit { .. });
        let stands = self.world(entry).filter(|_| edited).and_then(|world| leaves_at(world, op.act.target()));
        let stands = stands.map(|leaves| {
            carried.keys().map(|key| (key.clone(), leaves.value(key).cloned().unwrap_or_default())).collect()
        });
        let titled = carried.get(key::TITLE).and_then(|title| title.as_str()).map(str::to_owned);
        Some(RefusedView {
            op: id,
            entry,
            title: Some(self.title(entry)).filter(|title| !title.is_empty()).or(titled).unwrap_or_default(),
            what: name_of(&op),
            others: u32::try_from(card.len().saturating_sub(1)).unwrap_or(u32::MAX),
            reason: reason(row.code, &row.detail, english),
            values: carried,
            stands,
            media: self.media_of(id),
            copies: card.iter().any(|(_, one)| is_content(&one.act)),
            at: row.at,
            binned_until: row.binned_at.map(|at| at.saturating_add(BIN_MS)),
        })
    }

    /// The entry a card is about.
    pub(super) fn tray_entry(&self, row: &TrayRow) -> Option<EntryId> {
        json::parse::<Op>(&row.op).ok().map(|op| op.act.entry())
    }

    fn title(&self, entry: EntryId) -> String {
        let body = self.world(entry).and_then(|world| world.entry());
        body.and_then(|body| body.content.leaves.get(key::TITLE)).unwrap_or_default()
    }
}

/// The op's name on the wire.
fn name_of(op: &Op) -> String {
    op.act.name().to_owned()
}

/// Whether an act holds what a draft is made of.
fn is_content(act: &Act) -> bool {
    matches!(
        act,
        Act::EntryCreate { .. } | Act::EntryEdit { .. } | Act::MediaAdd { .. } | Act::QuoteAdd { .. }
    )
}
