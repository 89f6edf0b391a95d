//! What an office above reads online, as the app hands it over.

use serde_json::json;

use super::super::{Command, EngineEvent};
use super::{complete, create, id, world};
use crate::{ids::EntryId, json, wire::Page};

#[test]
fn what_waits_above_is_read_from_the_texts_of_the_answers() {
    let (mut server, mut phones) = world();
    let entry: EntryId = id(1_000);
    let member = &mut phones[0];
    member.settle(&mut server);
    member.act(create(entry, complete()));
    member.act(Command::Submit { entry });
    member.settle(&mut server);
    let pulled = server.pull(member.account, &json!({"client": id::<EntryId>(7)}).to_string());
    let page: Page = serde_json::from_str(&pulled).expect("a page");
    let rows: Vec<_> = page.rows.into_iter().map(|row| row.row).collect();
    let answer = json!({ "rows": rows }).to_string();
    let office = &mut phones[2];
    let told = |texts: &[&str]| json!({ "is": "visited", "texts": texts }).to_string();
    office.tell(json::parse::<EngineEvent>(&told(&[&answer])).expect("an event"));
    assert!(office.engine.visited.worlds.contains_key(&entry));
    office.tell(json::parse::<EngineEvent>(&told(&["no page"])).expect("an event"));
    assert!(office.engine.visited.worlds.contains_key(&entry), "a broken answer takes nothing away");
}
