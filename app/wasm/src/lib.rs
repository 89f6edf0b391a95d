//! The wasm face of `shared`: conversions and nothing else. `core/` in the app is its only caller.
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
        sha2::Digest::finalize(self.0)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}
