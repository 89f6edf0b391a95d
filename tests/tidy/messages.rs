//! The phone's two languages say the same things: `app/src/messages/{zh,en}` hold equal keys, file by file, with the
//! same `{details}`. It reads object literals of sentences, not the language around them.

use std::collections::BTreeMap;

use crate::lexer;
use crate::tree::{self, Source};

/// Every key with the `{details}` of its sentence, nested keys joined by dots.
fn keys(text: &str) -> BTreeMap<String, Vec<String>> {
    let code = lexer::without_comments(text);
    let mut open: Vec<String> = Vec::new();
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let (mut last, mut key, mut at) = (String::new(), None::<String>, 0);
    while let Some(c) = code[at..].chars().next() {
        let rest = &code[at..];
        let length = match c {
            '\'' | '"' | '`' => {
                let (sentence, length) = quoted(rest, c);
                match &key {
                    Some(key) => found.entry(path(&open, key)).or_default().extend(details(sentence)),
                    None => last = sentence.to_owned(),
                }
                length
            }
            _ if c.is_alphanumeric() || c == '_' => {
                last = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                last.len()
            }
            _ => {
                match c {
                    ':' => key = Some(last.clone()),
                    '{' => open.push(key.take().unwrap_or_default()),
                    '}' => drop(open.pop()),
                    ',' => key = None,
                    _ => {}
                }
                c.len_utf8()
            }
        };
        key = if c == '}' { None } else { key };
        at += length;
    }
    found.values_mut().for_each(|names| names.sort());
    found
}

fn path(open: &[String], key: &str) -> String {
    let outer = open.iter().filter(|name| !name.is_empty()).map(String::as_str);
    outer.chain([key]).collect::<Vec<_>>().join(".")
}

/// The inside of a literal that opens `rest`, and the literal's length with both quotes.
fn quoted(rest: &str, quote: char) -> (&str, usize) {
    let mut escaped = false;
    for (n, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return (&rest[1..n], n + 1),
            _ => {}
        }
    }
    (&rest[1..], rest.len())
}

fn details(sentence: &str) -> Vec<String> {
    let parts = sentence.split('{').skip(1).filter_map(|part| part.split_once('}'));
    parts.map(|(name, _)| name.to_owned()).collect()
}

fn different(zh: &Source, en: &Source) -> Vec<String> {
    let (zh_keys, en_keys) = (keys(&zh.text), keys(&en.text));
    let all = zh_keys.keys().chain(en_keys.keys()).collect::<std::collections::BTreeSet<_>>();
    let unlike = all.into_iter().filter(|key| zh_keys.get(*key) != en_keys.get(*key));
    unlike.map(|key| format!("{} and {}: `{key}` differs", zh.path, en.path)).collect()
}

fn twin<'a>(sources: &'a [Source], source: &Source) -> Option<&'a Source> {
    let path = if source.path.contains("/messages/zh") {
        source.path.replace("/messages/zh", "/messages/en")
    } else {
        source.path.replace("/messages/en", "/messages/zh")
    };
    sources.iter().find(|s| s.path == path)
}

#[test]
fn both_languages_have_the_same_sentences() {
    let sources = tree::sources();
    let language =
        |s: &&Source| s.path.contains("app/src/messages/zh") || s.path.contains("app/src/messages/en");
    let mut faults = Vec::new();
    for source in sources.iter().filter(language) {
        match twin(sources, source) {
            None => faults.push(format!("{}: has no twin in the other language", source.path)),
            Some(twin) if source.path.contains("/messages/zh") => faults.extend(different(source, twin)),
            Some(_) => {}
        }
    }
    tree::none(faults);
}

#[test]
fn a_missing_sentence_and_a_missing_detail_are_faults() {
    let zh = Source::example(
        "app/src/messages/zh.ts",
        "export const x = {\n a: { b: '{n} 张', c: '好' },\n d: '是',\n}",
    );
    let en = Source::example(
        "app/src/messages/en.ts",
        "export const x = {\n a: {\n b: 'photos' },\n d: \"it's {so}\",\n}",
    );
    assert_eq!(keys(&zh.text).into_keys().collect::<Vec<_>>(), ["a.b", "a.c", "d"]);
    assert_eq!(different(&zh, &en).len(), 3);
    assert!(different(&zh, &zh).is_empty());
}
