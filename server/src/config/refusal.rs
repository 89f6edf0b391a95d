//! What an operator reads when a value of the configuration cannot be taken: where it stands, what is wrong, and how
//! to write it. The last comes from `server.example.toml`, so that every key has it.

use figment::error::Kind;
use std::net::SocketAddr;

use super::EXAMPLE;

/// Reads an address of the command line.
///
/// # Errors
/// With what to write instead.
pub fn listen(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| "write an address of this machine and a port, like 127.0.0.1:8080 or [::1]:8080".into())
}

/// Everything that is wrong, one line each.
pub fn refusal(error: figment::Error) -> anyhow::Error {
    let lines: Vec<String> = error.into_iter().map(line).collect();
    anyhow::anyhow!("the configuration cannot be read:\n  {}", lines.join("\n  "))
}

fn line(error: figment::Error) -> String {
    let path: Vec<String> = error.path.iter().map(|part| part.to_lowercase()).collect();
    let source = error.metadata.as_ref().map_or_else(String::new, place);
    if let Kind::UnknownField(name, known) = &error.kind {
        let section = &path[..path.len().saturating_sub(1)];
        let within = if section.is_empty() { String::new() } else { format!("in [{}] ", section.join(".")) };
        return format!("{source}: there is no `{name}` {within}but: {}", known.join(", "));
    }
    let what = match &error.kind {
        Kind::UnknownVariant(name, known) => format!("{name:?} is none of {}", known.join(", ")),
        Kind::InvalidType(found, wanted) | Kind::InvalidValue(found, wanted) => {
            format!("found {found}, expected {}", said(wanted))
        }
        other => other.to_string(),
    };
    match path.as_slice() {
        [section, key, ..] => {
            let example = example(section, key).map(|example| format!("; write it like\n    {example}"));
            format!("{section}.{key} in {source}: {what}{}", example.unwrap_or_default())
        }
        _ => format!("{source}: {what}"),
    }
}

/// Where a value came from.
fn place(metadata: &figment::Metadata) -> String {
    match metadata.source.as_ref().and_then(|source| source.file_path()) {
        Some(file) => file.display().to_string(),
        None if metadata.name.contains("environment") => "the environment (MIAOPU__SECTION__KEY)".into(),
        None => metadata.name.to_string(),
    }
}

/// Types as people call them.
fn said(rust: &str) -> &str {
    match rust {
        "u32" | "u64" | "u16" => "a whole number from 0",
        "a sequence" => "a list in brackets",
        other => other,
    }
}

/// A key's default and what it means, on one line.
fn example(section: &str, key: &str) -> Option<String> {
    let (_, rest) = EXAMPLE.split_once(&format!("\n[{section}]\n"))?;
    let mut meaning = Vec::new();
    for line in rest.lines().take_while(|line| !line.starts_with('[')) {
        match line.strip_prefix("# ") {
            Some(comment) => meaning.push(comment),
            None if line.split_once(" = ").is_some_and(|(name, _)| name == key) => {
                return Some(format!("{line}    # {}", meaning.join(" ")));
            }
            None => meaning.clear(),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_its_example() {
        let config = serde_json::to_value(super::super::Config::default()).unwrap();
        for (section, values) in config.as_object().unwrap() {
            for key in values.as_object().unwrap().keys() {
                let example =
                    example(section, key).unwrap_or_else(|| panic!("{section}.{key} has no example"));
                assert!(example.starts_with(&format!("{key} = ")) && example.contains("# "), "{example}");
            }
        }
    }

    #[test]
    fn an_address_that_is_none_says_what_to_write() {
        assert!(listen("nonsense").unwrap_err().contains("like 127.0.0.1:8080"));
        assert!(listen("localhost:8080").is_err());
        assert_eq!(listen("[::1]:0").unwrap().port(), 0);
    }
}
