//! The last door: a document meets the contract of its type, and its personal data goes under protection.

use crate::envelope::Envelope;
use crate::published::Forms;
use crate::schema::{Contract, Opens, Store, Unusable};
use crate::violation::{Rejection, Violation, step};
use crate::words::{Common, WORDS};
use include_dir::{Dir, include_dir};
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;
use vocabulary::{Attributes, Fact, GroupName, Protected, TypeName};

/// The file of published forms.
pub const FORMS: &str = "published.json";

static PUBLISHED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../schemas");

/// All contracts that the bus knows.
#[derive(Clone, Debug)]
pub struct Contracts {
    by_type: BTreeMap<String, Arc<Contract>>,
    words: Arc<Common>,
    digest: String,
}

/// A protected property on its way to the vault.
#[derive(Debug, Clone)]
pub struct Sensitive {
    /// Name of the property.
    pub name: String,
    /// Its visibility group.
    pub group: GroupName,
    /// Whom it concerns.
    pub person: String,
    /// The value.
    pub value: Protected<Value>,
}

/// A document that fulfils its contract. Clear and protected properties travel apart from here on.
#[derive(Debug, Clone)]
pub struct Document {
    /// The attributes, as published.
    pub attributes: Attributes,
    /// The contract that it fulfils.
    pub contract: Arc<Contract>,
    /// What it says, as far as decisions read it.
    pub fact: Fact,
    /// The clear properties.
    pub clear: Map<String, Value>,
    /// The protected properties.
    pub protected: Vec<Sensitive>,
    /// RFC 8785 bytes of what makes two documents "the same": all publisher attributes but `traceparent` and
    /// `datacontenttype`, and the data.
    pub sameness: Protected<Vec<u8>>,
}

impl Contracts {
    /// The contracts that are part of this program.
    ///
    /// # Errors
    /// A schema that cannot be used; tests hold that none of ours is.
    pub fn published() -> Result<Self, Unusable> {
        let files = PUBLISHED.dirs().flat_map(|stage| stage.files());
        Self::read(files.filter_map(|file| Some((file.path().to_str()?, file.contents_utf8()?))))
    }

    /// Contracts from files, by `<stage>/<fact>.v<n>.json`; `words.json` holds the common words, which are else
    /// those of this program.
    ///
    /// # Errors
    /// The first schema that cannot be used.
    pub fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, Unusable> {
        let own = PUBLISHED.get_file(WORDS).and_then(|file| file.contents_utf8()).unwrap_or_default();
        let common = |text: &str| {
            Common::read(text).map_err(|error| Unusable { file: WORDS.to_owned(), reason: error.to_string() })
        };
        let mut words = common(own)?;
        let mut by_type = BTreeMap::new();
        let mut hashes = BTreeMap::new();
        for (file, text) in files {
            if file == WORDS {
                words = common(text)?;
                continue;
            }
            let contract = Contract::read(file, text)?;
            hashes.insert(contract.kind.to_string(), hex::encode(Sha256::digest(text)));
            by_type.insert(contract.kind.to_string(), Arc::new(contract));
        }
        let digest =
            format!("sha256:{}", hex::encode(Sha256::digest(vocabulary::commitment::canonical(&hashes))));
        Ok(Self { by_type, words: words.into(), digest })
    }

    /// These contracts with those that a region has of its own, by `<stage>/<fact>.v<n>.json`.
    ///
    /// # Errors
    /// Every local contract that cannot be used: it does not load or does not hold itself; it has the name of a type
    /// of this program, in whatever version; or no stage of this program could serve it.
    pub fn with_local<'a>(
        &self,
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Vec<Unusable>> {
        let mut all = self.clone();
        let mut wrong = Vec::new();
        for (file, text) in files {
            let contract = match Contract::read(file, text) {
                Ok(contract) => contract,
                Err(unusable) => {
                    wrong.push(unusable);
                    continue;
                }
            };
            let mut fault = |reason: String| wrong.push(Unusable { file: file.to_owned(), reason });
            if self.has_name(&contract.kind) {
                fault(
                    "contract.local-shadows: the program has a type of this name / 程序已有同名类型"
                        .to_owned(),
                );
            }
            if !self.all().any(|own| own.kind.stage() == contract.kind.stage()) {
                let why = "contract.local-stage: no service serves this stage / 没有服务受理该环节";
                fault(why.to_owned());
            }
            contract.faults().into_iter().chain(self.words.missing(&contract.schema)).for_each(fault);
            all.by_type.insert(contract.kind.to_string(), Arc::new(contract));
        }
        if wrong.is_empty() { Ok(all) } else { Err(wrong) }
    }

    /// Whether there is a type of this name, in whatever version.
    pub fn has_name(&self, kind: &TypeName) -> bool {
        self.all().any(|own| unversioned(&own.kind) == unversioned(kind))
    }

    /// The forms in which the contracts of this program were published.
    ///
    /// # Errors
    /// The file is damaged; tests hold that it is not.
    pub fn published_forms() -> Result<Forms, serde_json::Error> {
        let text = PUBLISHED.get_file(FORMS).and_then(|file| file.contents_utf8());
        Forms::read(text.unwrap_or_default())
    }

    /// What is wrong with the contracts, each alone and with the versions that follow it.
    pub fn faults(&self) -> Vec<String> {
        let of = |contract: &Arc<Contract>| {
            let faults = contract
                .faults()
                .into_iter()
                .chain(self.broken_upcasts(contract))
                .chain(self.unknown_names(contract));
            let faults = faults.chain(self.words.missing(&contract.schema));
            faults.map(|fault| format!("{}: {fault}", contract.kind)).collect::<Vec<_>>()
        };
        self.all().flat_map(of).collect()
    }

    /// Digest of all schemas of the program together.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The common words.
    pub fn words(&self) -> &Common {
        &self.words
    }

    /// One contract.
    pub fn get(&self, kind: &str) -> Option<&Arc<Contract>> {
        self.by_type.get(kind)
    }

    /// All contracts, by name.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Contract>> {
        self.by_type.values()
    }

    /// Holds an event against the contract of its type.
    ///
    /// # Errors
    /// The type is unknown, or every rule that the document breaks, each at its pointer.
    pub fn check(&self, event: Envelope) -> Result<Document, Rejection> {
        let Envelope { attributes, data } = event;
        let contract = self.by_type.get(attributes.kind.as_str()).ok_or_else(unknown_type)?;
        let mut wrong = envelope_rules(contract, &attributes);
        if !contract.validator().is_valid(&data) {
            wrong.extend(contract.validator().iter_errors(&data).flat_map(|error| explain(&error, "/data")));
        }
        if !wrong.is_empty() {
            return Err(Rejection::Broken(wrong));
        }
        let sameness = Protected::new(sameness(&attributes, &data));
        let (clear, protected) = part(contract, data)?;
        let fact = Fact::read(attributes.kind.as_str(), &clear)
            .map_err(|_| broken("/data", "type", "the data is not of its type", "数据与类型不符"))?;
        Ok(Document { attributes, contract: contract.clone(), fact, clear, protected, sameness })
    }

    /// Holds data alone against a contract, as `x-invalid` and `/v1/validate` do.
    pub fn violations(&self, kind: &str, data: &Value) -> Option<Vec<Violation>> {
        self.by_type.get(kind).map(|contract| explain_all(contract, data))
    }
}

/// The name of a type without its version.
fn unversioned(kind: &TypeName) -> &str {
    kind.as_str().rsplit_once('.').map_or(kind.as_str(), |(name, _)| name)
}

/// Everything that is wrong with data under a contract.
pub(crate) fn explain_all(contract: &Contract, data: &Value) -> Vec<Violation> {
    contract.validator().iter_errors(data).flat_map(|error| explain(&error, "")).collect()
}

fn unknown_type() -> Rejection {
    let (en, zh) = ("no contract of this type is known; see /v1/types", "没有该类型的契约，见 /v1/types");
    Rejection::UnknownType(vec![Violation::new("/type", "unknown-type", en, zh)])
}

fn broken(pointer: &str, code: &str, en: &str, zh: &str) -> Rejection {
    Rejection::Broken(vec![Violation::new(pointer, code, en, zh)])
}

/// The rules that a type has for its envelope.
fn envelope_rules(contract: &Contract, attributes: &Attributes) -> Vec<Violation> {
    let mut wrong = Vec::new();
    let mut rule = |holds: bool, pointer: &str, code: &str, en: &str, zh: &str| {
        if !holds {
            wrong.push(Violation::new(pointer, code, en, zh));
        }
    };
    let uuid = attributes.id.as_str();
    let is_uuid = uuid.len() == 36
        && uuid.bytes().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => b == b'-',
            _ => matches!(b, b'0'..=b'9' | b'a'..=b'f'),
        });
    rule(
        !contract.wants_uuid() || is_uuid,
        "/id",
        "uuid",
        "the id of this type must be a lower-case UUID",
        "该类型的 id 必须是小写 UUID",
    );
    let subject = attributes.subject.as_ref();
    let (en, zh) = ("this fact continues a history: name it", "该事实须写明所属案卷");
    rule(contract.opens() != Opens::Never || subject.is_some(), "/subject", "required", en, zh);
    let (en, zh) = ("this fact opens a history: the bus names it", "该事实将新立案卷，编号由总线给出");
    rule(contract.opens() != Opens::Always || subject.is_none(), "/subject", "not-allowed", en, zh);
    let (en, zh) = ("this fact belongs to another kind of history", "该事实属于另一类案卷");
    rule(
        subject.is_none_or(|s| contract.histories().any(|kind| s.kind() == kind)),
        "/subject",
        "history-kind",
        en,
        zh,
    );
    let schema = attributes.dataschema.as_deref();
    rule(
        schema.is_none_or(|s| s == contract.id()),
        "/dataschema",
        "const",
        "not the $id of the type's contract",
        "不是该类型契约的 $id",
    );
    wrong
}

/// Parts the data into what is clear and what is protected.
fn part(contract: &Contract, data: Value) -> Result<(Map<String, Value>, Vec<Sensitive>), Rejection> {
    let Value::Object(data) = data else {
        return Err(broken("/data", "type", "the data must be an object", "数据必须是对象"));
    };
    let is_clear = |name: &str| contract.properties().get(name).is_some_and(|p| p.store == Store::Clear);
    let (clear, protected): (Map<_, _>, Map<_, _>) = data.into_iter().partition(|(name, _)| is_clear(name));
    let labels = Value::Object(clear.clone());
    let sensitive = protected.into_iter().filter_map(|(name, value)| {
        let property = contract.properties().get(&name)?; // objects are closed: every name has a property
        let person = property.person.clone().unwrap_or_default();
        let person = match labels.pointer(&person) {
            Some(Value::String(label)) if person.starts_with('/') => label.clone(),
            _ => person,
        };
        Some(Sensitive { name, group: property.group.clone(), person, value: Protected::new(value) })
    });
    let sensitive = sensitive.collect();
    Ok((clear, sensitive))
}

/// The content type can only be JSON, so naming it makes no other document; a trace belongs to one sending.
fn sameness(attributes: &Attributes, data: &Value) -> Vec<u8> {
    #[derive(serde::Serialize)]
    struct Same<'a> {
        attributes: Attributes,
        data: &'a Value,
    }
    let attributes = Attributes { traceparent: None, datacontenttype: None, ..attributes.clone() };
    vocabulary::commitment::canonical(&Same { attributes, data })
}

/// Says what is wrong without repeating what stood there: the message of the validator quotes values.
fn explain(error: &ValidationError<'_>, prefix: &str) -> Vec<Violation> {
    let at = format!("{prefix}{}", error.instance_path().as_str());
    let code = error.kind().keyword().to_owned();
    let one = |pointer: String, en: String, zh: String| vec![Violation::new(pointer, &code, en, zh)];
    match error.kind() {
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            one(format!("{at}/{}", step(name)), "this member is missing".into(), "缺少该成员".into())
        }
        Kind::AdditionalProperties { unexpected } => unexpected
            .iter()
            .map(|name| {
                Violation::new(
                    format!("{at}/{}", step(name)),
                    &code,
                    "the contract knows no such member",
                    "契约中没有该成员",
                )
            })
            .collect(),
        Kind::Type { .. } => {
            one(at, "not of the type that the contract asks for".into(), "数据类型不符合契约".into())
        }
        Kind::Enum { options } => {
            let codes: Vec<&str> =
                options.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let codes = codes.join(", ");
            one(at, format!("must be one of: {codes}"), format!("必须是下列之一：{codes}"))
        }
        Kind::Constant { .. } => {
            one(at, "not the value that the contract asks for".into(), "不是契约要求的值".into())
        }
        Kind::Pattern { pattern } => {
            one(at, format!("does not match {pattern}"), format!("不符合格式 {pattern}"))
        }
        Kind::Format { format } => one(at, format!("not a valid {format}"), format!("不是有效的 {format}")),
        Kind::MinLength { limit } => {
            one(at, format!("shorter than {limit} characters"), format!("少于 {limit} 个字符"))
        }
        Kind::MaxLength { limit } => {
            one(at, format!("longer than {limit} characters"), format!("超过 {limit} 个字符"))
        }
        Kind::MinItems { limit } => one(at, format!("fewer than {limit} items"), format!("少于 {limit} 项")),
        Kind::MaxItems { limit } => one(at, format!("more than {limit} items"), format!("超过 {limit} 项")),
        Kind::Minimum { limit } => one(at, format!("less than {limit}"), format!("小于 {limit}")),
        Kind::Maximum { limit } => one(at, format!("greater than {limit}"), format!("大于 {limit}")),
        Kind::UniqueItems => one(at, "the same item stands twice".into(), "存在重复项".into()),
        _ => one(at, "breaks the contract".into(), "不符合契约".into()),
    }
}
