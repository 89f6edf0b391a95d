//! Shapes that many fields share: text, counts, lists of names, values of a type.

use std::fmt;

use serde_json::Value;

use super::Checked;
use crate::{
    json::{self, Read, Write},
    table::Set,
};

/// Why a value is refused: a range, or a word that the app's message files put in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The key is none that this build knows.
    Unknown,
    /// Not the type that stands under this key, or with members that the type does not have.
    Shape,
    /// A break or control character in a text of one line.
    OneLine,
    /// Text that is not in Unicode form C, or a number that is no integer.
    Form,
    /// Twice in one list.
    Repeated,
    /// A participant of the roster under another key than their id.
    OtherId,
    /// Too short, too long, too little or too much; both ends are allowed.
    Range {
        /// From.
        min: i64,
        /// To.
        max: i64,
    },
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Range { min, max } => return write!(f, "{min}–{max}"),
            Self::Unknown => "unknown",
            Self::Shape => "shape",
            Self::OneLine => "one_line",
            Self::Form => "form",
            Self::Repeated => "repeated",
            Self::OtherId => "other_id",
        })
    }
}

impl Why {
    /// The range in which a size or length must lie.
    pub(super) fn range(min: usize, max: usize) -> Self {
        let wide = |size| i64::try_from(size).unwrap_or(i64::MAX);
        Self::Range { min: wide(min), max: wide(max) }
    }
}

/// The value as a type; members that the type does not have are refused, so that nothing is kept
/// which no form shows.
pub(super) fn read<T: Read + Write>(value: &Value) -> Result<T, Why> {
    let typed: T = json::read(value).ok_or(Why::Shape)?;
    if within(value, &json::value_of(&typed)) { Ok(typed) } else { Err(Why::Shape) }
}

fn within(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::Object(part), Value::Object(whole)) => {
            part.iter().all(|(name, item)| whole.get(name).is_some_and(|other| within(item, other)))
        }
        (Value::Array(part), Value::Array(whole)) => {
            part.len() == whole.len() && part.iter().zip(whole).all(|(item, other)| within(item, other))
        }
        _ => part == whole,
    }
}

/// Text of several lines, at most `max` characters. The minimum is named in the refusal and
/// asked at submission.
pub(super) fn text(value: &Value, min: usize, max: usize) -> Checked {
    let text = value.as_str().ok_or(Why::Shape)?;
    if text.chars().count() > max { Err(Why::range(min, max)) } else { Ok(()) }
}

/// Text of one line, otherwise as [`text`].
pub(super) fn line(value: &Value, min: usize, max: usize) -> Checked {
    text(value, min, max)?;
    one_line(value.as_str().unwrap_or_default())
}

/// A finished text of one line: the minimum is asked at once.
pub(super) fn name(text: &str, min: usize, max: usize) -> Checked {
    one_line(text)?;
    let within = (min..=max).contains(&text.chars().count()) && text.trim().chars().count() >= min;
    if within { Ok(()) } else { Err(Why::range(min, max)) }
}

fn one_line(text: &str) -> Checked {
    if text.chars().any(char::is_control) { Err(Why::OneLine) } else { Ok(()) }
}

/// A count from 0.
pub(super) fn count(value: &Value, max: u32) -> Checked {
    match value.as_i64() {
        Some(count) => within_range(count, 0, i64::from(max)),
        None => Err(Why::Shape),
    }
}

/// A number between two ends, both allowed.
pub(super) fn within_range(number: i64, min: i64, max: i64) -> Checked {
    if (min..=max).contains(&number) { Ok(()) } else { Err(Why::Range { min, max }) }
}

/// A list of distinct values of a type.
pub(super) fn distinct<T: Read + Write + Ord>(value: &Value, max: usize) -> Checked {
    let items: Vec<T> = read(value)?;
    let length = items.len();
    if length > max {
        return Err(Why::range(0, max));
    }
    if items.into_iter().collect::<Set<_>>().len() < length { Err(Why::Repeated) } else { Ok(()) }
}

/// A list of distinct finished names, each of `min` to `longest` characters.
pub(super) fn names(value: &Value, max: usize, min: usize, longest: usize) -> Checked {
    distinct::<String>(value, max)?;
    let items: Vec<String> = read(value)?;
    items.iter().try_for_each(|item| name(item, min, longest))
}
