//! What a route's description says: plain data. What every route of its kind takes and answers besides is added by
//! [`mod@super::document`] from the route's row of the access table.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use shared::wire::Code;

/// Makes a schema; a type that has a name becomes a component and a reference to it.
pub type Shape = fn(&mut SchemaGenerator) -> Schema;

/// The shape of a type.
pub fn shape<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// The shape of a type by its members, in place and without a name.
pub fn members<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    T::json_schema(generator)
}

/// Where a parameter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Path,
    Query,
    Header,
}

impl Place {
    /// The word of OpenAPI.
    pub fn name(self) -> &'static str {
        match self {
            Place::Path => "path",
            Place::Query => "query",
            Place::Header => "header",
        }
    }
}

/// Something that a request says beside its body.
#[derive(Clone, Copy)]
pub struct Parameter {
    pub name: &'static str,
    pub place: Place,
    pub required: bool,
    pub description: &'static str,
    pub shape: Shape,
}

/// A header of an answer.
#[derive(Clone, Copy)]
pub struct Header {
    pub name: &'static str,
    pub description: &'static str,
    pub shape: Shape,
    /// Every such answer has it.
    pub required: bool,
}

impl Header {
    /// The same header where not every answer has it.
    pub fn sometimes(self) -> Header {
        Header { required: false, ..self }
    }
}

/// What a body holds.
#[derive(Clone, Copy)]
pub struct Content {
    /// The media type, or a range of them.
    pub media_type: &'static str,
    /// `None` where any bytes are.
    pub shape: Option<Shape>,
    /// Most items of a body that is a list.
    pub items_max: Option<usize>,
}

/// What is answered where nothing went wrong.
pub struct Answer {
    pub status: u16,
    pub description: &'static str,
    pub content: Vec<Content>,
    pub headers: Vec<Header>,
}

/// What a route is for, what it takes, and what it answers.
pub struct Operation {
    pub summary: &'static str,
    pub description: &'static str,
    pub parameters: Vec<Parameter>,
    /// A type whose members are the query.
    pub query: Option<Shape>,
    pub takes: Option<Content>,
    pub answers: Vec<Answer>,
    /// Problems of the route itself.
    pub refusals: Vec<Code>,
    /// Headers that refusals of the handler have.
    pub refusal_headers: Vec<Header>,
}

impl Operation {
    /// Begins a description: one line, then what it is for.
    pub fn new(summary: &'static str, description: &'static str) -> Operation {
        Operation {
            summary,
            description,
            parameters: Vec::new(),
            query: None,
            takes: None,
            answers: Vec::new(),
            refusals: Vec::new(),
            refusal_headers: Vec::new(),
        }
    }

    /// The `{id}` of the path. What is no id names nothing: `not_found`.
    pub fn id<T: JsonSchema>(self, description: &'static str) -> Operation {
        let id = Parameter { name: "id", place: Place::Path, required: true, description, shape: shape::<T> };
        self.parameter(id).refuses(&[Code::NotFound])
    }

    /// Where a page begins.
    pub fn after<T: JsonSchema>(self, description: &'static str) -> Operation {
        let after =
            Parameter { name: "after", place: Place::Query, required: false, description, shape: shape::<T> };
        self.parameter(after).refuses(&[Code::BadRequest])
    }

    /// A query by the members of a type.
    pub fn query<T: JsonSchema>(mut self) -> Operation {
        self.query = Some(members::<T>);
        self.refuses(&[Code::BadRequest])
    }

    /// A parameter.
    pub fn parameter(mut self, parameter: Parameter) -> Operation {
        self.parameters.push(parameter);
        self
    }

    /// Takes JSON.
    pub fn takes<T: JsonSchema>(mut self) -> Operation {
        let content = Content { media_type: "application/json", shape: Some(shape::<T>), items_max: None };
        self.takes = Some(content);
        self.refuses(&[Code::BadRequest, Code::BodyTooLarge])
    }

    /// Takes bytes.
    pub fn takes_bytes(mut self, media_type: &'static str) -> Operation {
        self.takes = Some(Content { media_type, shape: None, items_max: None });
        self
    }

    /// Answers JSON.
    pub fn answers<T: JsonSchema>(self, status: u16, description: &'static str) -> Operation {
        let content = Content { media_type: "application/json", shape: Some(shape::<T>), items_max: None };
        self.answers_content(status, description, vec![content])
    }

    /// Answers a list with an end.
    pub fn answers_list<T: JsonSchema>(self, max: usize, description: &'static str) -> Operation {
        let content =
            Content { media_type: "application/json", shape: Some(shape::<Vec<T>>), items_max: Some(max) };
        self.answers_content(200, description, vec![content])
    }

    /// Answers bytes of these media types.
    pub fn answers_bytes(
        self,
        status: u16,
        description: &'static str,
        media_types: &[&'static str],
    ) -> Operation {
        let of = |media_type: &&'static str| Content { media_type, shape: None, items_max: None };
        self.answers_content(status, description, media_types.iter().map(of).collect())
    }

    /// Answers without a body.
    pub fn answers_nothing(self, status: u16, description: &'static str) -> Operation {
        self.answers_content(status, description, Vec::new())
    }

    fn answers_content(mut self, status: u16, description: &'static str, content: Vec<Content>) -> Operation {
        self.answers.push(Answer { status, description, content, headers: Vec::new() });
        self
    }

    /// Headers of the answer described last.
    pub fn with(mut self, headers: &[Header]) -> Operation {
        let answer = self.answers.last_mut().expect("headers follow their answer");
        answer.headers.extend_from_slice(headers);
        self
    }

    /// Problems of the route itself, besides those of its row.
    pub fn refuses(mut self, codes: &[Code]) -> Operation {
        self.refusals.extend_from_slice(codes);
        self
    }

    /// Headers that the handler's refusals have as well.
    pub fn refuses_with(mut self, headers: &[Header]) -> Operation {
        self.refusal_headers.extend(headers.iter().copied().map(Header::sometimes));
        self
    }
}
