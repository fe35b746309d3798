//! Who is to be sent the trace of a run: nobody, unless somebody chose so.
//!
//! The environment comes before the settings, by OpenTelemetry's own variables: an endpoint, or `OTEL_TRACES_EXPORTER`
//! with `otlp` in it, switches traces on; `none`, or `OTEL_SDK_DISABLED`, switches them off whatever the settings say.

use std::collections::BTreeMap;
use std::time::Duration;

pub use divisi_workspace::settings::TraceProtocol;
use divisi_workspace::settings::TraceSettings;

use super::context::{PARENT_VARIABLE, TraceParent};
use crate::plan::StoredPlan;

/// Where a collector is expected that nobody named, by the protocol's specification.
const LOCAL: &str = "http://localhost:4318";

/// Where a collector takes traces, below its address.
const PATH: &str = "v1/traces";

/// How long one delivery may take where nobody says otherwise, by the protocol's specification.
const PATIENCE: Duration = Duration::from_secs(10);

/// A collector, and how it is spoken to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// What is posted to.
    pub url: String,
    /// How spans are written.
    pub protocol: TraceProtocol,
    /// Headers beyond the protocol's own, such as a key.
    pub headers: Vec<(String, String)>,
    /// How long one delivery may take.
    pub patience: Duration,
    /// Who speaks: `service.name`, and whatever else the user says of the machine.
    pub resource: Vec<(String, String)>,
}

impl Destination {
    /// Who is to be sent the trace; none where traces are off.
    ///
    /// # Errors
    /// Text for people: what was chosen is not to be had here.
    pub fn choose(
        settings: &TraceSettings,
        environment: &BTreeMap<String, String>,
    ) -> Result<Option<Self>, String> {
        let variables = Variables(environment);
        let exporters = variables.get("OTEL_TRACES_EXPORTER").map(|names| names.split(',').map(str::trim));
        let is_disabled =
            variables.get("OTEL_SDK_DISABLED").is_some_and(|word| word.eq_ignore_ascii_case("true"));
        let is_chosen = match exporters {
            Some(mut names) => names.any(|name| name == "otlp").then_some(LOCAL),
            None => Some(LOCAL).filter(|_| variables.endpoint().is_some() || settings.endpoint.is_some()),
        };
        let Some(local) = is_chosen.filter(|_| !is_disabled) else { return Ok(None) };
        let named_here = variables.endpoint();
        // A key of the user's is for the collector that the user named, not for one that a project names.
        let headers = match (&named_here, &settings.endpoint) {
            (None, Some(_)) => Vec::new(),
            _ => variables.pairs("HEADERS")?,
        };
        let url = named_here.unwrap_or_else(|| below(settings.endpoint.as_deref().unwrap_or(local)));
        if !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(format!("traces go to an http:// or https:// address, and `{url}` is none"));
        }
        Ok(Some(Self {
            url,
            protocol: variables.protocol()?.unwrap_or(settings.protocol),
            headers,
            patience: variables.patience()?.unwrap_or(PATIENCE),
            resource: variables.resource()?,
        }))
    }

    /// The same for a stored run, which whoever started it may have kept out of their trace.
    ///
    /// # Errors
    /// As [`Destination::choose`].
    pub fn of_run(plan: &StoredPlan, environment: &BTreeMap<String, String>) -> Result<Option<Self>, String> {
        let around = plan.trace_parent.as_deref().and_then(TraceParent::read);
        if around.is_some_and(|around| !around.is_sampled) {
            tracing::debug!("{PARENT_VARIABLE} says that this trace is not recorded");
            return Ok(None);
        }
        Self::choose(&plan.traces, environment)
    }
}

/// Where traces go below a collector's address.
fn below(endpoint: &str) -> String {
    format!("{}/{PATH}", endpoint.trim_end_matches('/'))
}

/// OpenTelemetry's variables. One for traces alone comes before the one for everything; an empty one is none.
struct Variables<'a>(&'a BTreeMap<String, String>);

impl<'a> Variables<'a> {
    fn get(&self, name: &str) -> Option<&'a str> {
        self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    fn of_exporter(&self, name: &str) -> Option<&'a str> {
        let traces = self.get(&format!("OTEL_EXPORTER_OTLP_TRACES_{name}"));
        traces.or_else(|| self.get(&format!("OTEL_EXPORTER_OTLP_{name}")))
    }

    /// What is posted to: the endpoint for traces as it is, the one for everything with their path.
    fn endpoint(&self) -> Option<String> {
        let traces = self.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT").map(str::to_owned);
        traces.or_else(|| self.get("OTEL_EXPORTER_OTLP_ENDPOINT").map(below))
    }

    fn protocol(&self) -> Result<Option<TraceProtocol>, String> {
        match self.of_exporter("PROTOCOL") {
            None => Ok(None),
            Some("http/protobuf") => Ok(Some(TraceProtocol::Protobuf)),
            Some("http/json") => Ok(Some(TraceProtocol::Json)),
            Some(other) => Err(format!(
                "OTEL_EXPORTER_OTLP_PROTOCOL asks for `{other}`; divisi speaks http/protobuf and http/json, which a \
                 collector takes on port 4318"
            )),
        }
    }

    fn patience(&self) -> Result<Option<Duration>, String> {
        let Some(text) = self.of_exporter("TIMEOUT") else { return Ok(None) };
        let milliseconds = text.parse().map_err(|_| {
            format!("OTEL_EXPORTER_OTLP_TIMEOUT takes a number of milliseconds, and `{text}` is none")
        })?;
        Ok(Some(Duration::from_millis(milliseconds)))
    }

    /// `name=value,name=value`, percent-encoded.
    fn pairs(&self, name: &str) -> Result<Vec<(String, String)>, String> {
        self.of_exporter(name).map_or(Ok(Vec::new()), |text| pairs(name, text))
    }

    fn resource(&self) -> Result<Vec<(String, String)>, String> {
        let said = self.get("OTEL_RESOURCE_ATTRIBUTES");
        let mut resource = said.map_or(Ok(Vec::new()), |text| pairs("OTEL_RESOURCE_ATTRIBUTES", text))?;
        let service = self.get("OTEL_SERVICE_NAME").map(str::to_owned);
        let is_named = resource.iter().any(|(name, _)| name == "service.name");
        if let Some(service) = service.or_else(|| (!is_named).then(|| "divisi".to_owned())) {
            resource.retain(|(name, _)| name != "service.name");
            resource.insert(0, ("service.name".to_owned(), service));
        }
        Ok(resource)
    }
}

fn pairs(name: &str, text: &str) -> Result<Vec<(String, String)>, String> {
    let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
    let decoded = |text: &str| {
        let decoded = percent_encoding::percent_decode_str(text.trim()).decode_utf8();
        decoded.map(|text| text.into_owned()).map_err(|_| format!("{name} holds bytes that are no text"))
    };
    entries
        .map(|entry| {
            // Its value may be a key: it is not repeated.
            let (key, value) = entry
                .split_once('=')
                .ok_or_else(|| format!("{name} takes `name=value`, with commas between"))?;
            Ok((decoded(key)?, decoded(value)?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> BTreeMap<String, String> {
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn chosen(endpoint: Option<&str>, variables: &[(&str, &str)]) -> Result<Option<Destination>, String> {
        let settings = TraceSettings { endpoint: endpoint.map(str::to_owned), ..TraceSettings::default() };
        Destination::choose(&settings, &environment(variables))
    }

    fn url(endpoint: Option<&str>, variables: &[(&str, &str)]) -> Option<String> {
        chosen(endpoint, variables).unwrap().map(|destination| destination.url)
    }

    #[test]
    fn nothing_is_sent_unless_somebody_chose_so() {
        let project = Some("http://project:4318");
        assert_eq!(url(None, &[]), None);
        assert_eq!(
            url(None, &[("OTEL_EXPORTER_OTLP_HEADERS", "a=b"), ("OTEL_EXPORTER_OTLP_ENDPOINT", "")]),
            None
        );
        assert_eq!(url(project, &[]).as_deref(), Some("http://project:4318/v1/traces"));
        assert_eq!(url(project, &[("OTEL_TRACES_EXPORTER", "none")]), None);
        assert_eq!(url(project, &[("OTEL_SDK_DISABLED", "TRUE")]), None);
        let local = Some("http://localhost:4318/v1/traces");
        assert_eq!(url(None, &[("OTEL_TRACES_EXPORTER", "console, otlp")]).as_deref(), local);
        let user = [("OTEL_EXPORTER_OTLP_ENDPOINT", "https://mine/otlp/")];
        assert_eq!(url(project, &user).as_deref(), Some("https://mine/otlp/v1/traces"));
        let exact = [("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://mine/x"), user[0]];
        assert_eq!(url(None, &exact).as_deref(), Some("https://mine/x"));
    }

    #[test]
    fn a_key_goes_only_where_its_owner_sends_it() {
        let key = ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20abc, x=1");
        let headers = |endpoint, variables: &[_]| chosen(endpoint, variables).unwrap().unwrap().headers;
        assert_eq!(headers(Some("http://project"), &[key]), []);
        let mine = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://mine");
        let expected =
            [("authorization", "Bearer abc"), ("x", "1")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(headers(Some("http://project"), &[key, mine]), expected);
    }

    #[test]
    fn what_cannot_be_had_is_said() {
        let said = |name, value| chosen(Some("http://c"), &[(name, value)]).unwrap_err();
        assert!(said("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc").contains("http/protobuf"));
        assert!(said("OTEL_EXPORTER_OTLP_TIMEOUT", "10s").contains("milliseconds"));
        assert!(said("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4317").contains("http://"));
        let headers = [("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c"), ("OTEL_EXPORTER_OTLP_HEADERS", "secret")];
        assert!(!chosen(None, &headers).unwrap_err().contains("secret"));
    }

    #[test]
    fn it_says_who_it_is() {
        let resource = |variables: &[_]| chosen(Some("http://c"), variables).unwrap().unwrap().resource;
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(resource(&[]), [pair("service.name", "divisi")]);
        let attributes = ("OTEL_RESOURCE_ATTRIBUTES", "service.name=ours,team=a%2Cb");
        assert_eq!(resource(&[attributes]), [pair("service.name", "ours"), pair("team", "a,b")]);
        let named = resource(&[attributes, ("OTEL_SERVICE_NAME", "mine")]);
        assert_eq!(named, [pair("service.name", "mine"), pair("team", "a,b")]);
    }
}
