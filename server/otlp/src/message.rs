//! What is sent, as the protocol has it: the messages of `opentelemetry/proto/collector/trace/v1`, with the fields that
//! are used here. Each is written in the binary form and, by the rules of its specification, as JSON: names in camel
//! case, ids as hexadecimal digits, 64-bit numbers as text.

use divisi_engine::traces::{AttributeValue, Destination, Span, SpanKind, SpanStatus, TraceContext};
use prost::{Message, Oneof};
use serde::{Serialize, Serializer};

/// Nanoseconds in a millisecond.
const NANOS: u64 = 1_000_000;

/// The trace flag by which a span was recorded on purpose.
const SAMPLED: u32 = 1;

#[derive(Clone, PartialEq, Message, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExportRequest {
    #[prost(message, repeated, tag = "1")]
    pub(crate) resource_spans: Vec<ResourceSpans>,
}

#[derive(Clone, PartialEq, Message, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResourceSpans {
    #[prost(message, optional, tag = "1")]
    pub(crate) resource: Option<Resource>,
    #[prost(message, repeated, tag = "2")]
    pub(crate) scope_spans: Vec<ScopeSpans>,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub(crate) struct Resource {
    #[prost(message, repeated, tag = "1")]
    pub(crate) attributes: Vec<KeyValue>,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub(crate) struct ScopeSpans {
    #[prost(message, optional, tag = "1")]
    pub(crate) scope: Option<Scope>,
    #[prost(message, repeated, tag = "2")]
    pub(crate) spans: Vec<WireSpan>,
}

/// Who made the spans.
#[derive(Clone, PartialEq, Message, Serialize)]
pub(crate) struct Scope {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    #[prost(string, tag = "2")]
    pub(crate) version: String,
}

#[derive(Clone, PartialEq, Message, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WireSpan {
    #[prost(bytes = "vec", tag = "1")]
    #[serde(serialize_with = "as_hex")]
    pub(crate) trace_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    #[serde(serialize_with = "as_hex")]
    pub(crate) span_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "4")]
    #[serde(serialize_with = "as_hex", skip_serializing_if = "Vec::is_empty")]
    pub(crate) parent_span_id: Vec<u8>,
    #[prost(string, tag = "5")]
    pub(crate) name: String,
    #[prost(int32, tag = "6")]
    pub(crate) kind: i32,
    #[prost(fixed64, tag = "7")]
    #[serde(serialize_with = "as_text")]
    pub(crate) start_time_unix_nano: u64,
    #[prost(fixed64, tag = "8")]
    #[serde(serialize_with = "as_text")]
    pub(crate) end_time_unix_nano: u64,
    #[prost(message, repeated, tag = "9")]
    pub(crate) attributes: Vec<KeyValue>,
    #[prost(message, repeated, tag = "13")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) links: Vec<Link>,
    #[prost(message, optional, tag = "15")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<Status>,
    #[prost(fixed32, tag = "16")]
    pub(crate) flags: u32,
}

#[derive(Clone, PartialEq, Message, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Link {
    #[prost(bytes = "vec", tag = "1")]
    #[serde(serialize_with = "as_hex")]
    pub(crate) trace_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    #[serde(serialize_with = "as_hex")]
    pub(crate) span_id: Vec<u8>,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub(crate) struct Status {
    #[prost(string, tag = "2")]
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) message: String,
    #[prost(int32, tag = "3")]
    pub(crate) code: i32,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub(crate) struct KeyValue {
    #[prost(string, tag = "1")]
    pub(crate) key: String,
    #[prost(message, optional, tag = "2")]
    pub(crate) value: Option<AnyValue>,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub(crate) struct AnyValue {
    #[prost(oneof = "Value", tags = "1, 2, 3, 4")]
    #[serde(flatten)]
    pub(crate) value: Option<Value>,
}

#[derive(Clone, PartialEq, Oneof, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::enum_variant_names, reason = "the protocol's names")]
pub(crate) enum Value {
    #[prost(string, tag = "1")]
    StringValue(String),
    #[prost(bool, tag = "2")]
    BoolValue(bool),
    #[prost(int64, tag = "3")]
    IntValue(#[serde(serialize_with = "as_text")] i64),
    #[prost(double, tag = "4")]
    DoubleValue(f64),
}

/// What a collector answers.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct ExportResponse {
    #[prost(message, optional, tag = "1")]
    pub(crate) partial_success: Option<PartialSuccess>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct PartialSuccess {
    #[prost(int64, tag = "1")]
    pub(crate) rejected_spans: i64,
    #[prost(string, tag = "2")]
    pub(crate) error_message: String,
}

/// Spans of one trace, ready to be sent.
pub(crate) fn request(context: &TraceContext, destination: &Destination, spans: &[Span]) -> ExportRequest {
    let own = [("service.version", env!("CARGO_PKG_VERSION"))];
    let said = destination.resource.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let attributes = said.chain(own).map(|(name, value)| key_value(name, &value.into())).collect();
    let scope = Scope { name: "divisi".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() };
    let spans = spans.iter().map(|span| wire_span(context, span)).collect();
    ExportRequest {
        resource_spans: vec![ResourceSpans {
            resource: Some(Resource { attributes }),
            scope_spans: vec![ScopeSpans { scope: Some(scope), spans }],
        }],
    }
}

fn wire_span(context: &TraceContext, span: &Span) -> WireSpan {
    let trace_id = context.trace().to_vec();
    let link = |id: &[u8; 8]| Link { trace_id: trace_id.clone(), span_id: id.to_vec() };
    let attributes = span.attributes.iter().map(|(name, value)| key_value(name, value)).collect();
    WireSpan {
        span_id: span.id.to_vec(),
        parent_span_id: span.parent.map(|id| id.to_vec()).unwrap_or_default(),
        name: span.name.clone(),
        kind: match span.kind {
            SpanKind::Internal => 1,
            SpanKind::Server => 2,
        },
        start_time_unix_nano: nanos(span.start),
        end_time_unix_nano: nanos(span.end),
        attributes,
        links: span.links.iter().map(link).collect(),
        status: match &span.status {
            SpanStatus::Unset => None,
            SpanStatus::Error(message) => Some(Status { message: message.clone(), code: 2 }),
        },
        flags: SAMPLED,
        trace_id,
    }
}

fn key_value(name: &str, value: &AttributeValue) -> KeyValue {
    let value = match value {
        AttributeValue::Text(text) => Value::StringValue(text.clone()),
        AttributeValue::Whole(number) => Value::IntValue(*number),
        AttributeValue::Number(number) => Value::DoubleValue(*number),
        AttributeValue::Truth(truth) => Value::BoolValue(*truth),
    };
    KeyValue { key: name.to_owned(), value: Some(AnyValue { value: Some(value) }) }
}

fn nanos(milliseconds: i64) -> u64 {
    u64::try_from(milliseconds).unwrap_or(0).saturating_mul(NANOS)
}

fn as_hex<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    serializer.serialize_str(&hex)
}

fn as_text<T: ToString, S: Serializer>(number: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&number.to_string())
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    /// Both forms were read with the protocol's own message definitions and were equal.
    #[test]
    fn both_forms_are_those_of_the_protocol() {
        let span = WireSpan {
            trace_id: vec![0xab; 16],
            span_id: vec![1; 8],
            parent_span_id: vec![2; 8],
            name: "a".to_owned(),
            kind: 2,
            start_time_unix_nano: nanos(1_000),
            end_time_unix_nano: nanos(1_001),
            attributes: vec![
                key_value("t", &"x".into()),
                key_value("w", &7_u64.into()),
                key_value("n", &0.5.into()),
                key_value("y", &true.into()),
            ],
            links: vec![Link { trace_id: vec![0xab; 16], span_id: vec![3; 8] }],
            status: Some(Status { message: "no".to_owned(), code: 2 }),
            flags: SAMPLED,
        };
        expect![[r#"{"traceId":"abababababababababababababababab","spanId":"0101010101010101","parentSpanId":"0202020202020202","name":"a","kind":2,"startTimeUnixNano":"1000000000","endTimeUnixNano":"1001000000","attributes":[{"key":"t","value":{"stringValue":"x"}},{"key":"w","value":{"intValue":"7"}},{"key":"n","value":{"doubleValue":0.5}},{"key":"y","value":{"boolValue":true}}],"links":[{"traceId":"abababababababababababababababab","spanId":"0303030303030303"}],"status":{"message":"no","code":2},"flags":1}"#]].assert_eq(&serde_json::to_string(&span).unwrap());
        let bytes = span.encode_to_vec();
        expect!["0a10abababababababababababababababab12080101010101010101220802020202020202022a016130023900ca9a3b0000000041400caa3b000000004a080a017412030a01784a070a0177120218074a0e0a016e120921000000000000e03f4a070a0179120210016a1c0a10abababababababababababababababab120803030303030303037a0612026e6f1802850101000000"].assert_eq(&bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    }
}
