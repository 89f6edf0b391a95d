//! How types of the standard library and of other crates are read and written.

use serde::{Deserialize, de::value::MapDeserializer};
use serde_json::{Map, Number, Value, value::RawValue};
use uuid::Uuid;

use super::{At, Out, Read, Unreadable, Write, doc::Kind};
use crate::{
    ids::{parse_uuid, write_uuid},
    table::{Set, Table},
};

impl Read for bool {
    fn read(at: At<'_>) -> Self {
        match at.kind() {
            Some(Kind::True) => return true,
            Some(Kind::False) => {}
            _ => at.fail(),
        }
        false
    }
}

impl Write for bool {
    fn write(&self, out: &mut Out) {
        out.raw(if *self { "true" } else { "false" });
    }
}

impl Read for u64 {
    fn read(at: At<'_>) -> Self {
        match at.integer() {
            Some((false, size)) => size,
            _ => {
                at.fail();
                0
            }
        }
    }
}

impl Read for i64 {
    fn read(at: At<'_>) -> Self {
        let number = match at.integer() {
            Some((false, size)) => Self::try_from(size).ok(),
            Some((true, size)) => 0_i64.checked_sub_unsigned(size),
            None => None,
        };
        number.unwrap_or_else(|| {
            at.fail();
            0
        })
    }
}

macro_rules! narrower {
    ($($narrow:ty: $wide:ty),*) => {$(
        impl Read for $narrow {
            fn read(at: At<'_>) -> Self {
                Self::try_from(<$wide>::read(at)).unwrap_or_else(|_| {
                    at.fail();
                    0
                })
            }
        }

        impl Write for $narrow {
            fn write(&self, out: &mut Out) {
                <$wide>::from(*self).write(out);
            }
        }
    )*};
}

narrower!(u32: u64, i32: i64);

impl Write for u64 {
    fn write(&self, out: &mut Out) {
        out.integer(false, *self);
    }
}

impl Write for usize {
    fn write(&self, out: &mut Out) {
        out.integer(false, *self as u64);
    }
}

impl Write for i64 {
    fn write(&self, out: &mut Out) {
        out.integer(*self < 0, self.unsigned_abs());
    }
}

impl Read for String {
    fn read(at: At<'_>) -> Self {
        at.text().into_owned()
    }
}

impl Write for String {
    fn write(&self, out: &mut Out) {
        out.text(self);
    }
}

impl Write for str {
    fn write(&self, out: &mut Out) {
        out.text(self);
    }
}

impl Read for Uuid {
    fn read(at: At<'_>) -> Self {
        parse_uuid(&at.text()).unwrap_or_else(|_| {
            at.fail();
            Self::nil()
        })
    }
}

impl Write for Uuid {
    fn write(&self, out: &mut Out) {
        out.text(&write_uuid(*self));
    }
}

impl<T: Write + ?Sized> Write for &T {
    fn write(&self, out: &mut Out) {
        (**self).write(out);
    }
}

impl<T: Read> Read for Box<T> {
    fn read(at: At<'_>) -> Self {
        Self::new(T::read(at))
    }
}

impl<T: Write + ?Sized> Write for Box<T> {
    fn write(&self, out: &mut Out) {
        (**self).write(out);
    }
}

impl<T: Read> Read for Option<T> {
    fn read(at: At<'_>) -> Self {
        if at.is_null() { None } else { Some(T::read(at)) }
    }
}

impl<T: Write> Write for Option<T> {
    fn write(&self, out: &mut Out) {
        match self {
            Some(value) => value.write(out),
            None => out.raw("null"),
        }
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(at: At<'_>) -> Self {
        at.items().map(T::read).collect()
    }
}

impl<T: Write> Write for Vec<T> {
    fn write(&self, out: &mut Out) {
        self.as_slice().write(out);
    }
}

impl<T: Write> Write for [T] {
    fn write(&self, out: &mut Out) {
        out.begin_items();
        for item in self {
            out.item();
            item.write(out);
        }
        out.end_items();
    }
}

impl<K: Read + Ord> Read for Set<K> {
    fn read(at: At<'_>) -> Self {
        at.items().map(K::read).collect()
    }
}

impl<K: Write> Write for Set<K> {
    fn write(&self, out: &mut Out) {
        self.as_slice().write(out);
    }
}

/// Keys are types that are written as texts.
impl<K: Read + Ord, V: Read> Read for Table<K, V> {
    fn read(at: At<'_>) -> Self {
        at.object();
        at.members().map(|(key, value)| (K::read(key), V::read(value))).collect()
    }
}

impl<K: Write, V: Write> Write for Table<K, V> {
    fn members(&self, out: &mut Out) {
        for (key, value) in self {
            out.item();
            key.write(out);
            out.raw(":");
            value.write(out);
        }
    }
}

/// A number that is no integer is read as one half, whatever it is: rules refuse every such number,
/// and neither phone nor server needs to know how they are spelled.
const HALF: f64 = 0.5;

impl Read for Value {
    fn read(at: At<'_>) -> Self {
        match at.kind() {
            None | Some(Kind::Null) => Self::Null,
            Some(Kind::False) => Self::Bool(false),
            Some(Kind::True) => Self::Bool(true),
            Some(Kind::Integer | Kind::Number) => Self::Number(number(at)),
            Some(Kind::Plain | Kind::Escaped) => Self::String(at.text().into_owned()),
            Some(Kind::Array) => Self::Array(at.items().map(Self::read).collect()),
            Some(Kind::Object) => {
                let mut members = Map::new();
                for (name, value) in at.members() {
                    members.insert(name.text().into_owned(), Self::read(value));
                }
                Self::Object(members)
            }
        }
    }
}

fn number(at: At<'_>) -> Number {
    let integer = match at.integer() {
        Some((false, size)) => Some(size.into()),
        Some((true, size)) => 0_i64.checked_sub_unsigned(size).map(Number::from),
        None => None,
    };
    integer.or_else(|| Number::from_f64(HALF)).expect("one half is a number")
}

impl Write for Value {
    fn write(&self, out: &mut Out) {
        match self {
            Self::Null => out.raw("null"),
            Self::Bool(flag) => flag.write(out),
            Self::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(size), _) => size.write(out),
                (_, Some(size)) => size.write(out),
                _ => out.raw("0.5"),
            },
            Self::String(text) => text.write(out),
            Self::Array(items) => items.write(out),
            Self::Object(members) => {
                out.begin();
                for (name, value) in members {
                    out.key(name);
                    value.write(out);
                }
                out.end();
            }
        }
    }
}

/// JSON text kept as it is. It was written as JSON or scanned before: where `RawValue::from_string` would
/// scan it once more, by code of its own, this hands it over as serde_json hands it to itself.
pub fn raw(text: String) -> Box<RawValue> {
    let token = std::iter::once(("$serde_json::private::RawValue", text));
    Deserialize::deserialize(MapDeserializer::<_, Unreadable>::new(token))
        .expect("serde_json takes its own token")
}

impl Read for Box<RawValue> {
    fn read(at: At<'_>) -> Self {
        raw(at.raw().to_owned())
    }
}

impl Write for RawValue {
    fn write(&self, out: &mut Out) {
        out.raw(self.get());
    }
}
