//! The envelope: CloudEvents 1.0 in the structured, binary and batch content modes.
//!
//! `data` travels as JSON, or as `data_base64` that holds JSON; other content types are refused. Attributes
//! have patterns and lengths, and none may carry a name, a number or free text about a person. Extensions
//! that are registered (see [`Attributes`]) are kept, all others refused; what the bus sets (`sequence`,
//! `ordinal`, `recordedtime`) is refused from a publisher.

use crate::exact;
use crate::violation::{Rejection, Violation, step};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};
use vocabulary::{Attributes, Instant};

/// An event whose envelope is right; its data has not met its contract yet, so it prints nothing of it.
pub struct Envelope {
    /// The attributes, as published.
    pub attributes: Attributes,
    /// The whole of `data`, protected properties included.
    pub(crate) data: Value,
}

impl std::fmt::Debug for Envelope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Envelope").field("attributes", &self.attributes).finish_non_exhaustive()
    }
}

const BY_THE_BUS: &[&str] = &["sequence", "ordinal", "recordedtime"];
const REQUIRED: &[&str] = &["specversion", "id", "source", "type", "time"];
const OPTIONAL: &[&str] =
    &["subject", "actor", "causationid", "correlationid", "traceparent", "datacontenttype", "dataschema"];

impl Envelope {
    /// One event in structured mode (`application/cloudevents+json`).
    ///
    /// # Errors
    /// [`Rejection::Malformed`], with every attribute that is wrong.
    pub fn structured(bytes: &[u8]) -> Result<Self, Rejection> {
        exact::read(bytes).map_err(|v| Rejection::Malformed(vec![v])).and_then(Self::from_value)
    }

    /// A batch (`application/cloudevents-batch+json`): one answer for each item, in order.
    ///
    /// # Errors
    /// [`Rejection::Malformed`] when the text as a whole is not an array in exact JSON.
    pub fn batch(bytes: &[u8]) -> Result<Vec<Result<Self, Rejection>>, Rejection> {
        match exact::read(bytes).map_err(|v| Rejection::Malformed(vec![v]))? {
            Value::Array(items) => Ok(items.into_iter().map(Self::from_value).collect()),
            _ => Err(malformed("", "type", "a batch must be an array", "批量必须是数组")),
        }
    }

    /// One event in binary mode: `ce-` headers (names without the prefix, lower case, values percent-encoded)
    /// and the data as the body.
    ///
    /// # Errors
    /// [`Rejection::Malformed`], with every attribute that is wrong.
    pub fn binary<'a>(
        headers: impl IntoIterator<Item = (&'a str, &'a [u8])>,
        content_type: &str,
        body: &[u8],
    ) -> Result<Self, Rejection> {
        let mut event = Map::new();
        for (name, value) in headers {
            let text = percent_encoding::percent_decode(value).decode_utf8();
            let Ok(text) = text else {
                return Err(malformed(&format!("/{}", step(name)), "utf-8", "not UTF-8", "不是 UTF-8 编码"));
            };
            if event.insert(name.to_owned(), text.into_owned().into()).is_some() {
                let (en, zh) = ("this header stands twice", "请求头重复");
                return Err(malformed(&format!("/{}", step(name)), "duplicate-member", en, zh));
            }
        }
        event.insert("datacontenttype".to_owned(), content_type.into());
        let data = exact::read(body).map_err(|mut violation| {
            violation.pointer.insert_str(0, "/data");
            Rejection::Malformed(vec![violation])
        })?;
        event.insert("data".to_owned(), data);
        Self::from_value(Value::Object(event))
    }

    /// The same event in structured mode, for another process of the bus that is to admit it. It holds what is
    /// protected.
    pub fn to_structured(&self) -> Vec<u8> {
        let mut event = serde_json::to_value(&self.attributes).unwrap_or_default(); // texts alone: it can be written
        if let Some(event) = event.as_object_mut() {
            event.insert("data".to_owned(), self.data.clone());
        }
        serde_json::to_vec(&event).unwrap_or_default()
    }

    fn from_value(event: Value) -> Result<Self, Rejection> {
        let Value::Object(mut event) = event else {
            return Err(malformed("", "type", "an event must be an object", "事件必须是对象"));
        };
        let data = take_data(&mut event);
        let mut wrong: Vec<Violation> =
            REQUIRED.iter().filter(|n| !event.contains_key(**n)).map(missing).collect();
        wrong.extend(event.iter().filter_map(|(name, value)| attribute(name, value)));
        let data = data.unwrap_or_else(|rejection| {
            wrong.extend_from_slice(rejection.violations());
            Value::Null // never read: something is wrong
        });
        if !wrong.is_empty() {
            return Err(Rejection::Malformed(wrong));
        }
        match serde_json::from_value(Value::Object(event)) {
            Ok(attributes) => Ok(Self { attributes, data }),
            Err(_) => Err(malformed("", "attributes", "the attributes cannot be read", "无法读取事件属性")),
        }
    }
}

fn malformed(pointer: &str, code: &str, en: &str, zh: &str) -> Rejection {
    Rejection::Malformed(vec![Violation::new(pointer, code, en, zh)])
}

fn missing(name: &&str) -> Violation {
    Violation::new(format!("/{name}"), "required", "this attribute is missing", "缺少该属性")
}

fn take_data(event: &mut Map<String, Value>) -> Result<Value, Rejection> {
    match (event.remove("data"), event.remove("data_base64")) {
        (Some(_), Some(_)) => Err(malformed(
            "/data_base64",
            "data",
            "both data and data_base64 are given",
            "同时给出了 data 与 data_base64",
        )),
        (Some(data), None) => Ok(data),
        (None, Some(Value::String(text))) => {
            let (en, zh) = ("not base64", "不是 base64 编码");
            let bytes = STANDARD.decode(text).map_err(|_| malformed("/data_base64", "base64", en, zh))?;
            exact::read(&bytes).map_err(|mut violation| {
                violation.pointer.insert_str(0, "/data");
                Rejection::Malformed(vec![violation])
            })
        }
        (None, Some(_)) => Err(malformed("/data_base64", "type", "not a string", "不是字符串")),
        (None, None) => Err(malformed("/data", "required", "the data is missing", "缺少 data")),
    }
}

/// What is wrong with one attribute, if anything.
fn attribute(name: &str, value: &Value) -> Option<Violation> {
    let at = |code, en: &str, zh: &str| Some(Violation::new(format!("/{}", step(name)), code, en, zh));
    if BY_THE_BUS.contains(&name) {
        return at("bus-attribute", "only the bus sets this attribute", "该属性只能由总线设置");
    }
    if !REQUIRED.contains(&name) && !OPTIONAL.contains(&name) {
        let fits = (1..=20).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        return if fits {
            at("unknown-extension", "this extension is not registered", "该扩展属性未登记")
        } else {
            at(
                "attribute-name",
                "attribute names are lower-case letters and digits, at most 20",
                "属性名须为小写字母和数字，至多 20 位",
            )
        };
    }
    let Value::String(text) = value else {
        return at("type", "an attribute must be a string", "属性必须是字符串");
    };
    let read = |fits: bool, en: &str, zh: &str| if fits { None } else { at("pattern", en, zh) };
    match name {
        "specversion" if text != "1.0" => {
            at("specversion", "only CloudEvents 1.0 is spoken", "仅支持 CloudEvents 1.0")
        }
        "id" => read(
            vocabulary::EventId::parse(text).is_ok(),
            "1 to 128 letters, digits, '-', '_', '.' or ':'",
            "1 至 128 个字母、数字、“-”“_”“.”或“:”",
        ),
        "source" => read(
            vocabulary::Source::try_from(text.clone()).is_ok(),
            "/<region>/<agency>, such as /999901/hsp-01",
            "应为 /<地区>/<机构>，例如 /999901/hsp-01",
        ),
        "type" => read(
            vocabulary::TypeName::parse(text).is_ok(),
            "<stage>.<fact>.v<n>, such as referral.made.v1",
            "应为 <环节>.<事实>.v<n>，例如 referral.made.v1",
        ),
        "subject" => read(
            vocabulary::HistoryId::parse(text).is_ok(),
            "a history as a receipt named it",
            "应为回执给出的案卷编号",
        ),
        "time" => read(is_time(text), "an RFC 3339 time with offset", "应为带时区的 RFC 3339 时间"),
        "datacontenttype" => {
            let essence = text.split(';').next().unwrap_or_default().trim();
            if essence.eq_ignore_ascii_case("application/json") && text.len() <= 64 {
                None
            } else {
                at("content-type", "the data must be application/json", "数据必须是 application/json")
            }
        }
        "actor" => read(
            opaque(text, 64),
            "a pseudonym: 1 to 64 letters, digits, '-', '_', '.' or ':'",
            "应为 1 至 64 位的人员代号",
        ),
        "causationid" | "correlationid" => read(
            opaque(text, 128),
            "1 to 128 letters, digits, '-', '_', '.' or ':'",
            "应为 1 至 128 位的编号",
        ),
        "traceparent" => {
            read(is_trace(text), "a W3C traceparent, version 00", "应为 W3C traceparent（版本 00）")
        }
        "dataschema" => read(
            text.len() <= 120 && text.starts_with("urn:lianhu:"),
            "the $id of the type's contract",
            "应为该类型契约的 $id",
        ),
        _ => None,
    }
}

fn opaque(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':'))
}

fn is_trace(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let hex = |part: &str, long: usize| {
        part.len() == long && part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    matches!(parts[..], ["00", trace, span, flags] if hex(trace, 32) && hex(span, 16) && hex(flags, 2))
}

/// RFC 3339 exactly, and a moment that exists: `2026-03-30T14:18:00+08:00`, at most nine decimals.
pub(crate) fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits =
        |from: usize, to: usize| bytes.get(from..to).is_some_and(|d| d.iter().all(u8::is_ascii_digit));
    let date = digits(0, 4)
        && digits(5, 7)
        && digits(8, 10)
        && bytes.get(4) == Some(&b'-')
        && bytes.get(7) == Some(&b'-');
    let clock = digits(11, 13) && digits(14, 16) && digits(17, 19);
    let colons = bytes.get(13) == Some(&b':') && bytes.get(16) == Some(&b':');
    let offset = match bytes.last() {
        Some(b'Z') => true,
        _ => {
            text.len() >= 25 && matches!(bytes[text.len() - 6], b'+' | b'-') && bytes[text.len() - 3] == b':'
        }
    };
    text.len() <= 40
        && date
        && bytes.get(10) == Some(&b'T')
        && clock
        && colons
        && offset
        && Instant::parse(text).is_ok()
}
