//! Who is missing from a whole file has left: their seat in the branch ends, what they held there with it, and their
//! account where nothing is left for it to do. Their name stays in records.

use std::collections::BTreeSet;

use super::{
    Place, Roster,
    import::{Import, Units},
    report::{Done, RowDone},
};
use crate::{
    accounts, db, grants,
    org::{
        publish::Change,
        store::{self, Seated},
    },
};

impl Import<'_> {
    /// Ends the seats of those whom the file does not have in a branch that it names.
    pub(super) async fn leavers(&mut self, units: &Units, roster: &Roster) -> db::Result<Vec<RowDone>> {
        let mut rows = Vec::new();
        for (name, branch) in &units.branches {
            let here: BTreeSet<&str> = roster
                .people
                .iter()
                .filter(|line| matches!(&line.place, Place::Branch { name: of, .. } if of == name))
                .map(|line| line.number.as_str())
                .collect();
            for seated in store::seated(&mut self.tx, *branch).await? {
                if here.contains(seated.number.as_str()) {
                    continue;
                }
                store::end_seat(&mut self.tx, seated.person, *branch, &self.today).await?;
                self.summary.people += 1;
                self.changes.insert(Change::Person(seated.person));
                self.done.push(Done::Left(name.clone()));
                self.end_others(seated.account, *branch, None).await?;
                self.close_if_idle(&seated).await?;
                let done = std::mem::take(&mut self.done);
                rows.push(RowDone { row: None, number: seated.number, name: seated.name, done });
            }
        }
        Ok(rows)
    }

    /// Closes an account that holds no role and whose person has no seat.
    async fn close_if_idle(&mut self, seated: &Seated) -> db::Result<()> {
        let holds = !grants::store::list_of(&mut self.tx, seated.account).await?.is_empty();
        if holds || !store::seats(&mut self.tx, seated.person).await?.is_empty() {
            return Ok(());
        }
        let closed = accounts::command::close_in(self.app, &mut self.tx, seated.account).await?;
        self.changes.extend(closed);
        self.summary.closed += 1;
        self.done.push(Done::Closed);
        Ok(())
    }
}
