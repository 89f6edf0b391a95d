//! Chinese text that reads like a journal and compresses like one: clauses of the demo's own stories, mixed half and
//! half with characters drawn from them one by one. Clauses alone would repeat for free, characters alone never.

use std::sync::LazyLock;

use crate::chance::Chance;

/// The demo's stories, written for this project.
const STORIES: [&str; 3] = [
    include_str!("../../server/assets/demo/story-1.toml"),
    include_str!("../../server/assets/demo/story-2.toml"),
    include_str!("../../server/assets/demo/year-b1.toml"),
];

/// Characters that a run needs to be called a clause.
const CLAUSE_MIN: usize = 3;

/// Drawn characters that stand between two marks.
const DRAWN: usize = 8;

static CLAUSES: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let runs = STORIES.iter().flat_map(|story| story.split(|sign| !is_han(sign)));
    runs.filter(|run| run.chars().count() >= CLAUSE_MIN).collect()
});

static SIGNS: LazyLock<Vec<char>> =
    LazyLock::new(|| STORIES.iter().flat_map(|story| story.chars().filter(|sign| is_han(*sign))).collect());

fn is_han(sign: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&sign)
}

/// Text of exactly so many characters; each is 3 bytes of UTF-8.
pub fn text(chance: &mut Chance, characters: usize) -> String {
    let mut words: Vec<char> = Vec::with_capacity(characters + CLAUSE_MIN);
    while words.len() < characters {
        if chance.below(2) == 0 {
            words.extend(CLAUSES[chance.below(CLAUSES.len())].chars());
        } else {
            words.extend((0..DRAWN).map(|_| SIGNS[chance.below(SIGNS.len())]));
        }
        words.push('\u{ff0c}');
    }
    words.into_iter().take(characters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_its_length_and_differs() {
        let mut chance = Chance::of(7);
        let (one, other) = (text(&mut chance, 400), text(&mut chance, 400));
        assert_eq!(one.chars().count(), 400);
        assert_eq!(one.len(), 1_200);
        assert_ne!(one, other);
        assert!(CLAUSES.len() > 200 && SIGNS.len() > 2_000, "{} {}", CLAUSES.len(), SIGNS.len());
    }
}
