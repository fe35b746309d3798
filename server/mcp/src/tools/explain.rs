//! `explain`

use divisi_analysis::did_you_mean::nearest;
use divisi_analysis::{codes, pages};
use divisi_answers::failure::Failure;
use rmcp::model::JsonObject;
use rmcp::schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{Effect, Tool, input, schema};
use crate::answer::Answer;
use crate::place::Place;

pub(super) const TOOL: Tool = Tool {
    name: "explain",
    title: "Explain the code of a finding",
    description: "Says what a finding's code means: why it matters, an example with the mistake and one without it, \
what to do, and when the check keeps quiet. Use it when the message of a finding from `check` is not enough.",
    schema: schema::<Input>,
    effect: Effect::None,
    call,
};

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
#[serde(deny_unknown_fields)]
struct Input {
    /// The code, for example `missing-dependency`.
    code: String,
}

fn call(_: &Place, arguments: JsonObject) -> Result<Answer, Failure> {
    let asked: Input = input(arguments)?;
    let Some(code) = codes::all().find(|code| code.name == asked.code) else {
        let failure = Failure::new(format!("no finding has the code {}", asked.code));
        let near = nearest(&asked.code, codes::all().map(|code| code.name));
        return Err(near
            .into_iter()
            .fold(failure, |failure, near| failure.help(format!("did you mean {near}?"))));
    };
    let page = pages::explanation(code);
    let data = json!({ "code": code.name, "severity": code.severity, "summary": code.summary, "page": page });
    Answer::new(page, &data)
}
