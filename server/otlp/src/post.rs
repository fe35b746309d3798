//! One delivery: a request is posted, and the answer is read.

use std::fmt;

use divisi_engine::traces::{Destination, TraceProtocol};
use prost::Message;
use ureq::Agent;

use crate::message::{ExportRequest, ExportResponse};

/// Bytes of an answer that are read.
const ANSWER_LIMIT: u64 = 64 * 1024;

/// Characters of an answer that are told.
const ANSWER_SHOWN: usize = 200;

/// A collector, ready to be spoken to.
#[derive(Debug)]
pub(crate) struct Collector {
    agent: Agent,
    destination: Destination,
}

/// Why a delivery failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// For people.
    message: String,
    /// Whether the same delivery may be taken later.
    pub(crate) is_passing: bool,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl Collector {
    pub(crate) fn new(destination: &Destination) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(destination.patience))
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(concat!("divisi/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { agent: config.new_agent(), destination: destination.clone() }
    }

    /// Delivers a request. Spans that the collector leaves out are a fault that does not pass.
    pub(crate) fn take(&self, request: &ExportRequest) -> Result<(), Fault> {
        let (kind, body) = match self.destination.protocol {
            TraceProtocol::Protobuf => ("application/x-protobuf", request.encode_to_vec()),
            TraceProtocol::Json => {
                ("application/json", serde_json::to_vec(request).map_err(|e| self.fault(e, false))?)
            }
        };
        let mut post = self.agent.post(&self.destination.url).header("content-type", kind);
        for (name, value) in &self.destination.headers {
            post = post.header(name, value);
        }
        let mut answer = post.send(&body[..]).map_err(|error| self.fault(error, true))?;
        let status = answer.status().as_u16();
        let body = answer.body_mut().with_config().limit(ANSWER_LIMIT).read_to_vec().unwrap_or_default();
        if !(200..300).contains(&status) {
            // By the protocol's specification these ask to come again, and all others not to.
            let is_passing = matches!(status, 429 | 502..=504);
            let said: String = String::from_utf8_lossy(&body).trim().chars().take(ANSWER_SHOWN).collect();
            let said = if said.is_empty() { said } else { format!(": {said}") };
            return Err(self.fault(format!("it answers with status {status}{said}"), is_passing));
        }
        match self.rejected(&body) {
            0 => Ok(()),
            spans => Err(self.fault(format!("it left {spans} spans out"), false)),
        }
    }

    fn rejected(&self, answer: &[u8]) -> i64 {
        match self.destination.protocol {
            TraceProtocol::Protobuf => {
                let answer = ExportResponse::decode(answer).unwrap_or_default();
                answer.partial_success.map_or(0, |partial| partial.rejected_spans)
            }
            TraceProtocol::Json => {
                let answer: serde_json::Value = serde_json::from_slice(answer).unwrap_or_default();
                let rejected = answer.pointer("/partialSuccess/rejectedSpans");
                let text = rejected.and_then(|number| number.as_str()?.parse().ok());
                text.or_else(|| rejected?.as_i64()).unwrap_or(0)
            }
        }
    }

    fn fault(&self, what: impl fmt::Display, is_passing: bool) -> Fault {
        let url = without_secrets(&self.destination.url);
        Fault { message: format!("traces cannot be sent to {url}: {what}"), is_passing }
    }
}

/// An address without what may be a key in it.
fn without_secrets(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}/{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_without_its_keys() {
        assert_eq!(
            without_secrets("https://me:secret@c.example/v1/traces?key=x"),
            "https://c.example/v1/traces"
        );
        assert_eq!(without_secrets("http://c:4318/v1/traces"), "http://c:4318/v1/traces");
    }
}
