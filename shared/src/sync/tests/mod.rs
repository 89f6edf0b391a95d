//! The engine against a small server: what a person made is never lost, and what a phone shows is
//! what the server holds.

mod bin;
mod cases;
mod chance;
mod pages;
mod phone;
mod queue;
mod server;
mod visit;

use serde_json::json;
use uuid::Uuid;

use crate::{
    ids::{AccountId, BranchId, CommitteeId, EntryId, GrantId, PersonId},
    model::{
        Actor, BranchBody, Grant, GrantBody, PersonBody, Publicity, Record, Role, Scope,
        activity::{BranchKind, WorkLine},
    },
    rules::Office,
    wire::session::{BranchName, Me},
};
use phone::Phone;
use server::Server;

use super::{Command, Values};

pub fn id<T: From<Uuid>>(number: u128) -> T {
    T::from(Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0000 + number))
}

pub fn branch() -> BranchId {
    id(1)
}

fn actor(number: u128, roles: &[Role]) -> Actor {
    let grants = roles.iter().enumerate().map(|(at, role)| {
        let at = at as u128;
        (id::<GrantId>(5_000 + 10 * number + at), Grant { role: *role, scope: Scope::Branch(branch()) })
    });
    Actor { account: id(100 + number), person: id(200 + number), grants: grants.collect() }
}

fn me(actor: &Actor, name: &str) -> Me {
    Me {
        account: actor.account,
        person: actor.person,
        name: name.to_owned(),
        grants: actor
            .grants
            .iter()
            .map(|(_, grant)| GrantBody { account: actor.account, grant: *grant })
            .collect(),
        branches: vec![BranchName {
            id: branch(), name: "骨伤科党支部".to_owned(), grants: Vec::new()
        }],
    }
}

/// A branch with a member, a secretary and a deputy, each with a phone; the member has a second one.
pub fn world() -> (Server, Vec<Phone>) {
    let actors = vec![
        actor(0, &[Role::Member]),
        actor(1, &[Role::Member, Role::Secretary]),
        actor(2, &[Role::Member, Role::Deputy]),
    ];
    let names = ["林知远", "周叙白", "韩松"];
    let approvers: Vec<AccountId> = actors[1..].iter().map(|actor| actor.account).collect();
    let mut org = vec![Record {
        id: branch().0,
        rev: 1,
        body: BranchBody {
            name: "骨伤科党支部".to_owned(),
            committee: id::<CommitteeId>(2),
            committee_name: "附属医院党委".to_owned(),
            kind: BranchKind::Staff,
            basis: None,
            work_line: WorkLine::Medical,
            temporary: false,
            approvers: approvers.clone(),
            self_approval: false,
        }
        .into(),
    }];
    for (actor, name) in actors.iter().zip(names) {
        let person = PersonBody {
            name: name.to_owned(),
            account: Some(actor.account),
            branches: vec![branch()],
            publicity: Publicity::default(),
        };
        org.push(Record { id: actor.person.0, rev: 1, body: person.into() });
        for (grant_id, grant) in &actor.grants {
            let body = GrantBody { account: actor.account, grant: *grant };
            org.push(Record { id: grant_id.0, rev: 1, body: body.into() });
        }
    }
    let office = Office {
        members: actors.iter().map(|actor| actor.account).collect(),
        approvers,
        committee: Some(id(2)),
        committee_accounts: Vec::new(),
        self_approval: false,
    };
    let phones =
        actors.iter().zip(names).zip(1..).map(|((actor, name), seed)| Phone::new(me(actor, name), seed));
    let mut phones: Vec<Phone> = phones.collect();
    phones.push(Phone::new(me(&actors[0], names[0]), 9));
    (Server::new(branch(), office, actors, org), phones)
}

/// Fields of an entry that may be submitted.
pub fn complete() -> Values {
    let person: PersonId = id(200);
    Values::from([
        ("kind".to_owned(), json!("urgent_task")),
        ("title".to_owned(), json!("药圃认药")),
        ("summary".to_owned(), json!("老教授带五位青年教师认药二十四种")),
        ("started_at".to_owned(), json!({"minute": 26_000_000, "offset": 480})),
        ("ended_at".to_owned(), json!({"minute": 26_000_120, "offset": 480})),
        (
            format!("participants/{person}"),
            json!({"who": {"person": person}, "days": [{"day": 18_055, "minutes": 120}]}),
        ),
    ])
}

pub fn create(entry: EntryId, values: Values) -> Command {
    Command::Create { entry, branch: branch(), values }
}

pub fn title(entry: EntryId, text: &str) -> Command {
    Command::Edit { entry, values: Values::from([("title".to_owned(), json!(text))]) }
}
