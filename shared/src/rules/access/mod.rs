//! The access table: who may look at what, from the reader's side. `rules::feeds` says the same
//! from the record's side, for those who sync; committee and school ask online. A property
//! compares the two in both directions.

mod records;

pub use records::{CopyKind, may_browse, may_fetch_media, may_see, relations};

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// A draft.
    Draft,
    /// An entry as it is being written or decided, and its record behind the approved copy.
    Working,
    /// The approved copy, and items as they stand in it.
    Approved,
    /// A voided entry.
    Voided,
    /// An item that came after submission and was not taken in.
    Offered,
    /// An item refused or withdrawn.
    Barred,
    /// The exact bytes of an item, with whatever position they carry.
    Original,
    /// Names and hours of participants.
    NamesAndHours,
    /// Accounts, devices, sync health.
    Accounts,
}

/// Who somebody is to the thing looked at. One person may be several. A former member is none but
/// [`Relation::Own`], of what they made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// Author of the entry, recorder of the item, holder of the account.
    Own,
    /// Named contributor, in the branch now.
    Contributor,
    /// In the branch now.
    Member,
    /// Its secretary or deputy.
    Office,
    /// Decides this entry from above, because nobody in the branch can.
    Decider,
    /// In the committee above the branch.
    Committee,
    /// In an office of the school.
    School,
    /// In a branch that the approved copy names as taking part.
    CoBranch,
    /// Administrator.
    Admin,
}

/// How much is seen. Ordered: who is several things sees the most that any of them does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Seen {
    /// Nothing: answered like what does not exist.
    No,
    /// How many there are.
    Count,
    /// All of it, once a reason was typed, which is audited.
    WithReason,
    /// All of it.
    Full,
}

/// What each relation sees, in the order of the declarations above. As little as the purpose needs
/// (Personal Information Protection Law §6).
#[rustfmt::skip]
const TABLE: [(Look, [Seen; 9]); 9] = {
    use Seen::{Count as C, Full as F, No as N, WithReason as R};
    [
        //                   own cnt mem off dec com sch cob adm
        (Look::Draft,         [F, F, N, N, N, N, N, N, N]),
        (Look::Working,       [F, F, F, F, F, C, C, N, N]),
        (Look::Approved,      [F, F, F, F, F, F, F, F, N]),
        (Look::Voided,        [F, N, N, F, N, F, N, N, N]),
        (Look::Offered,       [F, N, N, F, N, N, N, N, N]),
        (Look::Barred,        [F, N, N, F, F, N, N, N, N]),
        (Look::Original,      [F, N, N, F, N, N, R, N, N]),
        (Look::NamesAndHours, [F, F, F, F, F, F, F, F, N]),
        (Look::Accounts,      [F, N, N, N, N, N, N, N, F]),
    ]
};

/// What somebody who is all of these to the thing sees of it.
pub fn seen(look: Look, relations: &[Relation]) -> Seen {
    let row = TABLE.iter().find(|row| row.0 == look).expect("every look has a row").1;
    relations.iter().map(|relation| row[*relation as usize]).max().unwrap_or(Seen::No)
}

#[cfg(test)]
mod tests;
