//! TOML and JSON as one kind of value, with spans where there is a file.

use divisi_syntax::Span;
use toml::de::{DeTable, DeValue};

/// A fault of the file itself: where, and what.
pub(super) type Fault = (Option<Span>, String);

/// A name in a table.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) span: Option<Span>,
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Value {
    pub(super) data: Data,
    pub(super) span: Option<Span>,
}

/// What settings are made of.
#[derive(Debug, Clone)]
pub(super) enum Data {
    Text(String),
    Whole(i64),
    Bool(bool),
    List(Vec<Value>),
    Table(Vec<(Key, Value)>),
    /// Anything that no setting takes.
    Other(&'static str),
}

impl Data {
    /// What it is, for messages.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Whole(_) => "a whole number",
            Self::Bool(_) => "true or false",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Other(kind) => kind,
        }
    }
}

/// Reads TOML as far as it goes.
pub(super) fn from_toml(text: &str) -> (Value, Vec<Fault>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let span = |range: std::ops::Range<usize>| Some(Span::new(range.start as u32, range.end as u32));
    let faults =
        errors.iter().map(|error| (error.span().and_then(span), error.message().to_owned())).collect();
    (Value { data: toml_table(table.into_inner()), span: None }, faults)
}

fn toml_table(table: DeTable<'_>) -> Data {
    let mut entries: Vec<(Key, Value)> = table
        .into_iter()
        .map(|(key, value)| {
            let span = to_span(key.span());
            (Key { name: key.into_inner().into_owned(), span }, toml_value(value))
        })
        .collect();
    // The parser sorts by name; problems are told in the order of the file.
    entries.sort_by_key(|(key, _)| key.span.map(|span| span.start));
    Data::Table(entries)
}

fn toml_value(value: toml::Spanned<DeValue<'_>>) -> Value {
    let span = to_span(value.span());
    let data = match value.into_inner() {
        DeValue::String(text) => Data::Text(text.into_owned()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or(Data::Other("too large a number"), Data::Whole),
        DeValue::Float(_) => Data::Other("a number with a fraction"),
        DeValue::Boolean(value) => Data::Bool(value),
        DeValue::Datetime(_) => Data::Other("a date"),
        DeValue::Array(items) => Data::List(items.into_iter().map(toml_value).collect()),
        DeValue::Table(table) => toml_table(table),
    };
    Value { data, span }
}

fn to_span(range: std::ops::Range<usize>) -> Option<Span> {
    Some(Span::new(range.start as u32, range.end as u32))
}

/// The settings of an editor.
pub(super) fn from_json(json: &serde_json::Value) -> Value {
    let data = match json {
        serde_json::Value::Null => Data::Other("null"),
        serde_json::Value::Bool(value) => Data::Bool(*value),
        serde_json::Value::Number(number) => {
            number.as_i64().map_or(Data::Other("a number with a fraction"), Data::Whole)
        }
        serde_json::Value::String(text) => Data::Text(text.clone()),
        serde_json::Value::Array(items) => Data::List(items.iter().map(from_json).collect()),
        serde_json::Value::Object(entries) => {
            let entry =
                |(name, value): (&String, _)| (Key { name: name.clone(), span: None }, from_json(value));
            Data::Table(entries.iter().map(entry).collect())
        }
    };
    Value { data, span: None }
}
