//! One byte range of a request (RFC 9110 §14). Several ranges, units we do not know and ranges beyond the end are
//! passed over, as the RFC allows: the answer is then the whole.

use std::ops::Range;

/// The bytes that `Range: bytes=…` asks of something `length` long; `None`: all of it.
pub fn parse(header: &str, length: u64) -> Option<Range<u64>> {
    let (first, last) = header.trim().strip_prefix("bytes=")?.split_once('-')?;
    let range = match (first.trim(), last.trim()) {
        ("", last) => {
            let count: u64 = number(last)?;
            length.checked_sub(count.min(length))?..length
        }
        (first, "") => number(first)?..length,
        (first, last) => number(first)?..number(last)?.checked_add(1)?.min(length),
    };
    (range.start < range.end).then_some(range)
}

fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_or_passed_over() {
        let cases = [
            ("bytes=0-3", Some(0..4)),
            ("bytes=6-", Some(6..10)),
            ("bytes=-4", Some(6..10)),
            ("bytes=-40", Some(0..10)),
            ("bytes=8-99", Some(8..10)),
            ("bytes=10-", None),
            ("bytes=5-3", None),
            ("bytes=-0", None),
            ("bytes=0-1,3-4", None),
            ("bytes=+1-3", None),
            ("lines=0-3", None),
            ("bytes=0-18446744073709551615", None),
        ];
        for (header, range) in cases {
            assert_eq!(parse(header, 10), range, "{header}");
        }
    }
}
