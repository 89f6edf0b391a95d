//! How a name of Rust is written in JSON.

/// A way to write names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// As in Rust.
    Same,
    /// `snake_case`.
    Snake,
    /// `camelCase`.
    Camel,
}

impl Case {
    /// A variant's name, which Rust writes in Pascal case.
    pub fn variant(self, name: &str) -> String {
        match self {
            Self::Same => name.to_owned(),
            Self::Snake => {
                let mut snake = String::new();
                for (at, sign) in name.char_indices() {
                    if at > 0 && sign.is_ascii_uppercase() {
                        snake.push('_');
                    }
                    snake.push(sign.to_ascii_lowercase());
                }
                snake
            }
            Self::Camel => name[..1].to_ascii_lowercase() + &name[1..],
        }
    }

    /// A field's name, which Rust writes in snake case.
    pub fn field(self, name: &str) -> String {
        if self != Self::Camel {
            return name.to_owned();
        }
        let mut camel = String::new();
        for word in name.split('_') {
            if camel.is_empty() {
                camel.push_str(word);
            } else {
                camel.push_str(&word[..1].to_ascii_uppercase());
                camel.push_str(&word[1..]);
            }
        }
        camel
    }
}
