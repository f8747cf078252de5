//! One call: everything that the document and the page say of it. A new call is one block in [`super::calls`].

use super::shape::of;
use crate::words::{self, Word};
use serde_json::{Value, json};

/// A text in English and Chinese.
pub(crate) type Text = (&'static str, &'static str);

/// Whose token a call takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    Anyone,
    Agency,
    Operator,
}

/// A parameter of a path, a query or the headers.
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    /// `path`, `query` or `header`.
    pub(crate) place: &'static str,
    pub(crate) required: bool,
    pub(crate) schema: Value,
    pub(crate) says: Text,
}

/// One form in which a body may be sent.
pub(crate) struct Sent {
    pub(crate) media: &'static str,
    pub(crate) schema: Value,
    pub(crate) says: Text,
}

/// An answer that is no problem.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) says: Text,
    /// Content type and schema; none when the answer is empty.
    pub(crate) body: Option<(&'static str, Value)>,
    pub(crate) headers: Vec<(&'static str, Text)>,
}

/// A call.
pub(crate) struct Call {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) id: &'static str,
    pub(crate) who: Who,
    pub(crate) title: Text,
    pub(crate) says: Text,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) sent: Vec<Sent>,
    pub(crate) answers: Vec<Answer>,
    pub(crate) problems: Vec<&'static Word>,
}

/// `GET`, under the name that generated clients give it.
pub(crate) fn get(path: &'static str, id: &'static str, title: Text) -> Call {
    Call::new("get", path, id, title)
}

/// `POST`.
pub(crate) fn post(path: &'static str, id: &'static str, title: Text) -> Call {
    Call::new("post", path, id, title)
}

/// A parameter of the query that may be left out.
pub(crate) fn query(name: &'static str, schema: Value, says: Text) -> Parameter {
    Parameter { name, place: "query", required: false, schema, says }
}

/// A header that may be left out.
pub(crate) fn header(name: &'static str, schema: Value, says: Text) -> Parameter {
    Parameter { name, place: "header", required: false, schema, says }
}

/// A part of the path.
pub(crate) fn path(name: &'static str, schema: Value, says: Text) -> Parameter {
    Parameter { name, place: "path", required: true, schema, says }
}

impl Parameter {
    /// One that may not be left out.
    pub(crate) fn required(mut self) -> Self {
        self.required = true;
        self
    }
}

impl Call {
    fn new(method: &'static str, path: &'static str, id: &'static str, title: Text) -> Self {
        Self {
            method,
            path,
            id,
            who: Who::Anyone,
            title,
            says: ("", ""),
            parameters: Vec::new(),
            sent: Vec::new(),
            answers: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// What it is for.
    pub(crate) fn says(mut self, en: &'static str, zh: &'static str) -> Self {
        self.says = (en, zh);
        self
    }

    /// It takes the token of an agency, and reads a store.
    pub(crate) fn by_agency(mut self) -> Self {
        self.who = Who::Agency;
        self.problems(&[&words::UNAUTHENTICATED, &words::OFF_ROSTER, &words::UNAVAILABLE, &words::DAMAGED])
    }

    /// It takes the operator's token.
    pub(crate) fn by_operator(mut self) -> Self {
        self.who = Who::Operator;
        self.problems(&[&words::UNAUTHENTICATED, &words::OPERATOR_ONLY, &words::UNAVAILABLE, &words::DAMAGED])
    }

    /// With these parameters. What is unknown or not of its form is a problem.
    pub(crate) fn with(mut self, parameters: impl IntoIterator<Item = Parameter>) -> Self {
        self.parameters.extend(parameters);
        self
    }

    /// A body of this form.
    pub(crate) fn takes(mut self, media: &'static str, schema: Value, says: Text) -> Self {
        self.sent.push(Sent { media, schema, says });
        self
    }

    /// An answer in JSON.
    pub(crate) fn answers(self, status: u16, schema: Value, says: Text) -> Self {
        self.answers_as(status, Some(("application/json", schema)), says)
    }

    /// An answer of another content type, or an empty one.
    pub(crate) fn answers_as(mut self, status: u16, body: Option<(&'static str, Value)>, says: Text) -> Self {
        self.answers.push(Answer { status, says, body, headers: Vec::new() });
        self
    }

    /// A header of the last answer.
    pub(crate) fn header(mut self, name: &'static str, says: Text) -> Self {
        if let Some(answer) = self.answers.last_mut() {
            answer.headers.push((name, says));
        }
        self
    }

    /// What can go wrong.
    pub(crate) fn problems(mut self, words: &[&'static Word]) -> Self {
        self.problems.extend(words);
        self
    }

    /// The statuses of its problems, each once, in order.
    pub(crate) fn troubles(&self) -> Vec<u16> {
        let mut all: Vec<u16> = self.problems.iter().map(|word| word.status.as_u16()).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// A schema of one of several shapes.
pub(crate) fn any_of(names: &[&str]) -> Value {
    json!({"anyOf": names.iter().map(|name| of(name)).collect::<Vec<_>>()})
}
