//! The wasm face of `shared`: conversions and nothing else. `core/` in the app is its only caller.
use shared::{
    json,
    sync::{Effect, EngineEvent, Query, StoredRow},
};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

/// The version of the rules, shown under 我的.
#[wasm_bindgen(js_name = rulesVersion)]
#[must_use]
pub fn rules_version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// SHA-256 fed piece by piece, for files too large to hold: WebCrypto's digest wants the whole file at once.
#[wasm_bindgen]
#[derive(Default)]
pub struct Sha256(sha2::Sha256);

#[wasm_bindgen]
impl Sha256 {
    /// An empty hash.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next piece.
    pub fn update(&mut self, piece: &[u8]) {
        sha2::Digest::update(&mut self.0, piece);
    }

    /// Ends the hash: 64 lower-case hex digits.
    #[must_use]
    pub fn hex(self) -> String {
        shared::ids::Digest(sha2::Digest::finalize(self.0).into()).to_string()
    }
}

/// Short names for texts of one form, so that signatures in the app say which is meant.
#[wasm_bindgen(typescript_custom_section)]
const ALIASES: &str = r#"
/** 64 lower-case hex digits. */
export type Digest = string;
/** 16 lower-case hex digits. */
export type Salt = string;
/** 32 lower-case hex digits. */
export type Epoch = string;
/** 16 lower-case hex digits. */
export type Checksum = string;
/** `org`, `account:<id>`, `branch:<id>` or `office:<id>`. */
export type FeedId = string;
/** What each view answers, by the name of its question. */
export interface Answers {
  me: MeView | null;
  entries: EntryRow[];
  entry: EntryView | null;
  review: EntryRow[];
  changes: Difference[] | null;
  hours: HoursView;
  outbox: OutboxView;
  uploads: UploadTask[];
  people: PersonRow[];
  branches: BranchLabel[];
}
"#;

/// The sync engine of one account. See `shared::sync` for what it is told and answers.
#[wasm_bindgen]
pub struct Engine(shared::sync::Engine);

#[wasm_bindgen]
impl Engine {
    /// Goes on from the rows on the phone; from none, a new installation.
    pub fn load(rows: Vec<Ts<StoredRow>>) -> Result<Engine, JsError> {
        let rows: Vec<StoredRow> = rows.iter().map(to_rust).collect::<Result<_, _>>()?;
        Ok(Self(shared::sync::Engine::load(&rows)))
    }

    /// Takes one turn: `now` in ms since 1970 UTC, `entropy` of 32 fresh random bytes. The effects
    /// are to be performed in order, each `store` on disk before what follows it.
    pub fn handle(
        &mut self,
        event: Ts<EngineEvent>,
        now: f64,
        entropy: &[u8],
    ) -> Result<Vec<Ts<Effect>>, JsError> {
        let entropy = entropy.try_into().map_err(|_| JsError::new("entropy must have 32 bytes"))?;
        let effects = self.0.handle(to_rust(&event)?, now as i64, entropy);
        Ok(effects.iter().map(to_ts).collect())
    }

    /// Answers a screen as JSON text of the type that `Answers` names.
    pub fn view(&self, query: Ts<Query>, now: f64, english: bool) -> Result<String, JsError> {
        Ok(self.0.view(&to_rust(&query)?, now as i64, english))
    }
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = JSON)]
    fn stringify(value: &JsValue) -> String;
    #[wasm_bindgen(js_namespace = JSON)]
    fn parse(text: &str) -> JsValue;
}

/// Values cross as JSON text: `shared` reads and writes nothing else.
fn to_rust<T: Tsify + json::Read>(value: &Ts<T>) -> Result<T, JsError> {
    json::parse(&stringify(&value.js_value())).map_err(|unreadable| JsError::new(unreadable.0))
}

fn to_ts<T: Tsify + json::Write>(value: &T) -> Ts<T> {
    Ts::new_unchecked(parse(&json::text(value)))
}
