//! The phone's two languages say the same things: `app/src/messages/{zh,en}` hold equal keys, file by file, with the
//! same `{details}`. It reads the two or more levels of an object literal, not the language.

use std::collections::BTreeMap;

use crate::lexer;
use crate::tree::{self, Source};

/// Every key with the `{details}` of its sentence, nested keys joined by dots.
fn keys(text: &str) -> BTreeMap<String, Vec<String>> {
    let code = lexer::without_comments(text);
    let mut path: Vec<String> = Vec::new();
    let mut found = BTreeMap::new();
    for line in code.lines().map(str::trim) {
        let Some((key, rest)) = line.split_once(':') else {
            if line.starts_with('}') {
                path.pop();
            }
            continue;
        };
        let key = key.trim().trim_matches(['\'', '"']).to_owned();
        if !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.' || c == '-') {
            let full = path.iter().chain([&key]).cloned().collect::<Vec<_>>().join(".");
            match rest.trim() {
                "{" => path.push(key),
                sentence => {
                    found.insert(full, details(sentence));
                }
            }
        }
    }
    found
}

fn details(sentence: &str) -> Vec<String> {
    let mut names: Vec<String> = sentence
        .split('{')
        .skip(1)
        .filter_map(|part| part.split_once('}').map(|(name, _)| name.to_owned()))
        .collect();
    names.sort();
    names
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
    let zh = Source::example("app/src/messages/zh.ts", "a: {\n b: '{n} 张',\n c: '好',\n},\nd: '是',");
    let en = Source::example("app/src/messages/en.ts", "a: {\n b: 'photos',\n},\nd: 'yes',");
    assert_eq!(different(&zh, &en).len(), 2);
    assert!(different(&zh, &zh).is_empty());
}
