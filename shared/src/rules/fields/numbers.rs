//! Finds what looks like a citizen's ID number or a mobile number in what people wrote. A hint
//! before submitting, never a refusal: the rule is that neither is recorded at all.

use serde_json::Value;

use crate::model::{Leaves, fields::key};

/// Keys of the leaves whose text holds an ID number (18 digits, or 17 and an X, with a birth date
/// inside) or a mobile number (11 digits from 13 to 19). Numbers of other systems are meant to be
/// numbers and are passed over.
pub fn personal_numbers(leaves: &Leaves) -> Vec<String> {
    let hit = |key: &str| key != key::EXTERNAL_REF && leaves.value(key).is_some_and(in_value);
    leaves.0.keys().filter(|key| hit(key)).cloned().collect()
}

fn in_value(value: &Value) -> bool {
    match value {
        // An id is no text that somebody wrote.
        Value::String(text) => crate::ids::parse_uuid(text).is_err() && in_text(text),
        Value::Array(items) => items.iter().any(in_value),
        Value::Object(members) => members.values().any(in_value),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn in_text(text: &str) -> bool {
    let chars: Vec<char> = text.chars().map(plain).collect();
    let starts = |at: &usize| chars[*at].is_ascii_digit() && (*at == 0 || !chars[*at - 1].is_ascii_digit());
    (0..chars.len()).filter(starts).any(|at| is_mobile(&chars[at..]) || is_citizen(&chars[at..]))
}

/// Full-width digits and letters as plain ones.
fn plain(c: char) -> char {
    match c {
        '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')).unwrap_or(c),
        'ｘ' | 'Ｘ' | 'x' => 'X',
        _ => c,
    }
}

/// Takes `count` digits, each but the first after at most one space or hyphen, and what follows.
fn digits(chars: &[char], count: usize) -> Option<(String, &[char])> {
    let mut rest = chars;
    let mut found = String::with_capacity(count);
    while found.len() < count {
        let skip = usize::from(!found.is_empty() && matches!(rest.first(), Some(' ' | '-')));
        let digit = *rest.get(skip)?;
        if !digit.is_ascii_digit() {
            return None;
        }
        found.push(digit);
        rest = &rest[skip + 1..];
    }
    Some((found, rest))
}

fn ends(rest: &[char]) -> bool {
    !rest.first().is_some_and(char::is_ascii_digit)
}

fn is_mobile(chars: &[char]) -> bool {
    digits(chars, 11).is_some_and(|(found, rest)| {
        ends(rest) && found.starts_with('1') && ('3'..='9').contains(&char_at(&found, 1))
    })
}

fn is_citizen(chars: &[char]) -> bool {
    let Some((found, rest)) = digits(chars, 17) else { return false };
    let last = match rest {
        ['X', ..] => true,
        [digit, rest @ ..] => digit.is_ascii_digit() && ends(rest),
        [] => false,
    };
    let number = |from: usize, to: usize| found[from..to].parse::<u32>().unwrap_or(0);
    last && (1900..2100).contains(&number(6, 10))
        && (1..=12).contains(&number(10, 12))
        && (1..=31).contains(&number(12, 14))
}

fn char_at(text: &str, at: usize) -> char {
    text.chars().nth(at).unwrap_or(' ')
}
