//! What the story calls a thing, and what it is called in one run: ids, hashes and tokens differ from run to run, and
//! each keeps its name through the whole story.

use serde_json::Value;

/// Names by what the story tells and what is real.
#[derive(Default)]
pub struct Names(Vec<(String, String)>);

impl Names {
    /// Knows a thing from now on.
    pub fn know(&mut self, told: &str, real: &str) {
        self.0.push((told.to_owned(), real.to_owned()));
        // A name that holds another's goes first.
        self.0.sort_by_key(|(_, real)| std::cmp::Reverse(real.len()));
    }

    /// A text of the story as it is in this run.
    pub fn real(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (told, real)| text.replace(told, real))
    }

    /// A text of this run as the story tells it.
    pub fn told(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (told, real)| text.replace(real, told))
    }

    /// Holds what came against what is told. What is of one shape and new on both sides is one thing from now on.
    ///
    /// # Panics
    /// When they differ in anything else.
    pub fn meet(&mut self, told: &Option<Value>, real: &Option<Value>, what: &str) {
        match (told, real) {
            (Some(told), Some(real)) => self.meet_value(told, real, what),
            (None, None) => {}
            _ => panic!("{what}: told {told:?}, answered {real:?}"),
        }
    }

    /// Names what is new as it was told before, wherever the two are alike: a story that is written anew keeps its
    /// names.
    pub fn learn(&mut self, told: &Value, real: &Value) {
        match (told, real) {
            (Value::Object(told), Value::Object(real)) => {
                for (name, real) in real {
                    if let Some(told) = told.get(&self.told(name)) {
                        self.learn(told, real);
                    }
                }
            }
            (Value::Array(told), Value::Array(real)) => {
                told.iter().zip(real).for_each(|(told, real)| self.learn(told, real));
            }
            (Value::String(told), Value::String(real)) => {
                for (one, other) in pieces(told).into_iter().zip(pieces(real)) {
                    let is_new = self.told(other) == other && !self.0.iter().any(|(told, _)| told == one);
                    if is_new && one != other && is_alike(one, other) {
                        self.know(one, other);
                    }
                }
            }
            _ => {}
        }
    }

    fn meet_value(&mut self, told: &Value, real: &Value, what: &str) {
        match (told, real) {
            (Value::Object(told), Value::Object(real)) => {
                let mut of_run: Vec<(String, &Value)> =
                    real.iter().map(|(name, value)| (self.told(name), value)).collect();
                of_run.sort_by(|one, other| one.0.cmp(&other.0));
                let keys: Vec<&String> = of_run.iter().map(|(name, _)| name).collect();
                assert_eq!(told.keys().collect::<Vec<_>>(), keys, "{what}");
                for (told, (_, real)) in told.values().zip(of_run) {
                    self.meet_value(told, real, what);
                }
            }
            (Value::Array(told), Value::Array(real)) => {
                assert_eq!(told.len(), real.len(), "{what}: {real:?}");
                for (told, real) in self.ordered(told).into_iter().zip(self.ordered(real)) {
                    self.meet_value(told, real, what);
                }
            }
            (Value::String(told), Value::String(real)) => self.meet_text(told, real, what),
            _ => assert_eq!(told, real, "{what}"),
        }
    }

    /// Lines of one moment come in the order of ids that were drawn: here by what else they say.
    fn ordered<'a>(&self, items: &'a [Value]) -> Vec<&'a Value> {
        let mut items: Vec<&Value> = items.iter().collect();
        let of_audit = |item: &&Value| item.get("at").is_some() && item.get("id").is_some();
        if items.iter().all(of_audit) {
            items.sort_by_key(|item| {
                let mut line = (*item).clone();
                line["id"] = Value::Null;
                self.told(&line.to_string())
            });
        }
        items
    }

    fn meet_text(&mut self, told: &str, real: &str, what: &str) {
        if self.told(real) == told {
            return;
        }
        let (of_story, of_run) = (pieces(told), pieces(real));
        assert_eq!(of_story.len(), of_run.len(), "{what}: told {told}, answered {real}");
        for (one, other) in of_story.into_iter().zip(of_run) {
            if self.told(other) != one {
                assert!(is_alike(one, other), "{what}: told {told}, answered {real}");
                let known = self.0.iter().find(|(told, real)| told == one || real == other);
                assert!(known.is_none(), "{what}: {other} is not {one}, which is {known:?}");
                self.know(one, other);
            }
        }
    }
}

/// Ids, hashes, tokens, and what stands between them.
fn pieces(text: &str) -> Vec<&str> {
    text.split(|sign: char| !(sign.is_ascii_alphanumeric() || sign == '-' || sign == '_')).collect()
}

/// Whether both are ids, hashes of one length, codes, or long tokens.
fn is_alike(one: &str, other: &str) -> bool {
    let hex = |text: &str| text.bytes().all(|sign| sign.is_ascii_digit() || (b'a'..=b'f').contains(&sign));
    let is_id = |text: &str| text.parse::<shared::ids::OpId>().is_ok();
    let is_hash = |text: &str| hex(text) && matches!(text.len(), 16 | 32 | 64);
    let is_code = |text: &str| text.len() == 23 && text.split('-').all(|group| group.len() == 5);
    if is_id(one) || is_hash(one) || is_code(one) {
        return one.len() == other.len()
            && (is_id(one), is_hash(one), is_code(one)) == (is_id(other), is_hash(other), is_code(other));
    }
    one.len() >= 20 && other.len() >= 20
}

#[test]
fn a_thing_keeps_its_name() {
    let mut names = Names::default();
    let (a, b) = ("01930000-0000-7000-8000-00000000000a", "01930000-0000-7000-8000-00000000000b");
    names.meet(&Some(a.into()), &Some(b.into()), "once");
    names.meet(&Some(format!("org/{a}").into()), &Some(format!("org/{b}").into()), "in a text");
    let differs = |told: &str, real: &str| {
        let mut names = Names::default();
        names.know(a, b);
        let (told, real) = (Some(told.into()), Some(real.into()));
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| names.meet(&told, &real, "it"))).is_err()
    };
    assert!(differs("applied", "refused"));
    assert!(differs(a, "01930000-0000-7000-8000-00000000000c"));
    assert!(!differs("applied", "applied"));
}
