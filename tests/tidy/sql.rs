//! The portable-SQL card of CONTRIBUTING.md as a pure check of one SQL text. It knows words, not grammar:
//! what it cannot see, the run on both databases finds.

/// Words that one of the two databases lacks, or means differently.
const WORDS: [&str; 31] = [
    "AUTOINCREMENT",
    "BIGSERIAL",
    "BOOLEAN",
    "CITEXT",
    "COLLATE",
    "CURRENT_DATE",
    "CURRENT_TIME",
    "CURRENT_TIMESTAMP",
    "DECIMAL",
    "DOUBLE",
    "EXTENSION",
    "FLOAT",
    "GLOB",
    "IDENTITY",
    "ILIKE",
    "INTEGER",
    "JSON",
    "JSONB",
    "NUMERIC",
    "OFFSET",
    "REGEXP",
    "SERIAL",
    "SIMILAR",
    "SMALLINT",
    "STRICT",
    "TIMESTAMP",
    "TIMESTAMPTZ",
    "TRIGGER",
    "VARCHAR",
    "VIEW",
    "WITHOUT ROWID",
];

/// Functions that one of the two databases lacks, or answers differently.
const FUNCTIONS: [&str; 19] = [
    "AVG",
    "DATETIME",
    "GEN_RANDOM_UUID",
    "GREATEST",
    "GROUP_CONCAT",
    "IFNULL",
    "JSON_EACH",
    "JSON_EXTRACT",
    "LEAST",
    "LOWER",
    "NEXTVAL",
    "NOW",
    "RANDOM",
    "STRFTIME",
    "STRING_AGG",
    "TYPEOF",
    "UNIXEPOCH",
    "UNNEST",
    "UPPER",
];

/// Phrases, after spaces are made one.
const PHRASES: [(&str, &str); 9] = [
    ("::", "CAST(x AS y) instead of ::"),
    ("SELECT *", "columns are listed"),
    (".*", "columns are listed"),
    ("RETURNING *", "columns are listed"),
    ("FOR UPDATE", "writers meet on a row that is updated first"),
    ("INSERT OR", "ON CONFLICT … DO UPDATE or DO NOTHING"),
    ("REPLACE INTO", "ON CONFLICT … DO UPDATE or DO NOTHING"),
    ("CREATE TYPE", "TEXT with a CHECK"),
    ("SELECT EXISTS", "CASE WHEN EXISTS (…) THEN 1 ELSE 0 END"),
];

/// What is wrong with one SQL text; comments are already gone.
pub fn faults(text: &str) -> Vec<String> {
    let plain = without_quotes(text);
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase();
    let mut faults = Vec::new();
    for word in WORDS {
        if !crate::lexer::words(&plain, word).is_empty() {
            faults.push(format!("{word} is not portable"));
        }
    }
    for name in FUNCTIONS {
        let calls = [format!("{name}("), format!("{name} (")];
        if calls.iter().any(|call| !crate::lexer::words(&plain, call).is_empty()) {
            faults.push(format!("{name}() is not portable"));
        }
    }
    for (phrase, instead) in PHRASES {
        if plain.contains(phrase) {
            faults.push(format!("`{phrase}`: {instead}"));
        }
    }
    let sums = plain.match_indices("SUM(").filter(|(at, _)| {
        let before = &plain[..*at];
        !before.ends_with("CAST(") && !before.ends_with("CAST(COALESCE(")
    });
    faults.extend(sums.map(|_| "SUM(x) is numeric on PostgreSQL: CAST(SUM(x) AS BIGINT)".to_owned()));
    if plain.contains('?') {
        faults.push("`?` is not a place holder here: $1".to_owned());
    }
    faults
}

/// The highest `$n`, or the first number that is missing below it.
pub fn binds(text: &str) -> Result<usize, String> {
    let mut seen = Vec::new();
    for (at, _) in text.match_indices('$') {
        let digits: String = text[at + 1..].chars().take_while(char::is_ascii_digit).collect();
        if let Ok(n) = digits.parse::<usize>() {
            seen.push(n);
        }
    }
    let highest = seen.iter().copied().max().unwrap_or(0);
    match (1..=highest).find(|n| !seen.contains(n)) {
        Some(missing) => Err(format!("${missing} is missing below ${highest}")),
        None => Ok(highest),
    }
}

/// Blanks quoted text: a value may be any word.
fn without_quotes(text: &str) -> String {
    let mut inside = false;
    let keep = |c: char| {
        inside ^= c == '\'';
        if inside { ' ' } else { c }
    };
    text.chars().map(keep).collect()
}

#[test]
fn what_only_one_database_knows_is_a_fault() {
    let bad = [
        "SELECT * FROM entry",
        "SELECT id FROM entry WHERE title ILIKE $1",
        "SELECT SUM(minutes) FROM entry",
        "INSERT OR IGNORE INTO entry (id) VALUES ($1)",
        "SELECT id FROM entry WHERE id = ?",
        "SELECT id::text FROM entry",
        "UPDATE entry SET at = now()",
        "SELECT id FROM job LIMIT 1 FOR UPDATE SKIP LOCKED",
        "CREATE TABLE x (id INTEGER)",
    ];
    for text in bad {
        assert_eq!(faults(text).len(), 1, "{text}: {:?}", faults(text));
    }
}

#[test]
fn what_both_databases_know_is_no_fault() {
    let good = [
        "SELECT CAST(COALESCE(SUM(minutes), 0) AS BIGINT) FROM entry",
        "INSERT INTO feed (id, seq) VALUES ($1, 0) ON CONFLICT (id) DO UPDATE SET seq = excluded.seq RETURNING seq",
        "SELECT id FROM record WHERE kind = 'VIEW ? ::' AND (a, b) > ($1, $2) ORDER BY id LIMIT $3",
    ];
    for text in good {
        assert!(faults(text).is_empty(), "{text}: {:?}", faults(text));
    }
    assert_eq!(binds("a = $1 AND b = $2 AND c = $1"), Ok(2));
    assert!(binds("a = $1 AND b = $3").is_err());
}
