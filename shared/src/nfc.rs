//! Unicode form C (NFC), the one form in which text is stored and hashed. Natively by tables; in a
//! browser by its own `normalize`, because the tables alone would weigh a fifth of the app's wasm.

/// Whether the text is in form C.
pub fn is_nfc(text: &str) -> bool {
    text.chars().all(is_stable) || imp::is_nfc(text)
}

/// The text in form C.
pub fn to_nfc(text: &str) -> String {
    if is_nfc(text) { text.to_owned() } else { imp::to_nfc(text) }
}

/// Latin, Han and full-width forms: they neither compose nor decompose, whatever stands beside
/// them, and are nearly all that people write here.
fn is_stable(c: char) -> bool {
    matches!(c, '\0'..='\u{2ff}' | '\u{4e00}'..='\u{9fff}' | '\u{ff01}'..='\u{ff5e}')
}

#[cfg(not(all(feature = "ts", target_arch = "wasm32")))]
mod imp {
    use unicode_normalization::UnicodeNormalization;

    pub(super) fn is_nfc(text: &str) -> bool {
        unicode_normalization::is_nfc(text)
    }

    pub(super) fn to_nfc(text: &str) -> String {
        text.nfc().collect()
    }
}

#[cfg(all(feature = "ts", target_arch = "wasm32"))]
mod imp {
    use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_name = String)]
        type Text;

        #[wasm_bindgen(method)]
        fn normalize(this: &Text, form: &str) -> String;
    }

    pub(super) fn is_nfc(text: &str) -> bool {
        to_nfc(text) == text
    }

    pub(super) fn to_nfc(text: &str) -> String {
        JsValue::from_str(text).unchecked_into::<Text>().normalize("NFC")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_composed_letter_is_one_letter() {
        assert_eq!(to_nfc("e\u{301}cole"), "école");
        assert!(!is_nfc("e\u{301}cole"));
        assert!(is_nfc("石槽村，义诊 45′"));
    }

    proptest! {
        #[test]
        fn what_is_called_stable_is_in_form_c(text in "[\\x00-\u{2ff}\u{4e00}-\u{9fff}\u{ff01}-\u{ff5e}]{0,8}") {
            prop_assert!(unicode_normalization::is_nfc(&text));
            prop_assert_eq!(to_nfc(&text), text);
        }
    }
}
