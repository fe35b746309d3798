//! What an agent is asked for by a JSON Schema, and how its answer is taken apart.

use divisi_model::OutputForm;
use serde_json::{Map, Value, json};

use crate::plan::PlanOutput;

/// The schema to ask an agent for the outputs of its node by; none where its last text or files will do.
///
/// One output whose schema is that of an object is asked for as it is, everything else as an object with the outputs'
/// names: agents take no other.
pub(crate) fn schema(outputs: &[PlanOutput]) -> Option<Value> {
    let values = json_values(outputs)?;
    match values.as_slice() {
        [only] if is_object(only) => only.schema.clone(),
        [only] if only.schema.is_none() => None,
        _ => Some(wrapped(&values)),
    }
}

/// The value of `output` in what an agent gave by [`schema`].
pub(crate) fn value_of<'a>(
    outputs: &[PlanOutput],
    output: &PlanOutput,
    given: &'a Value,
) -> Option<&'a Value> {
    match json_values(outputs)?.as_slice() {
        [only] if is_object(only) => Some(given),
        [only] if only.schema.is_none() => None,
        _ => given.get(&output.name),
    }
}

/// The outputs that are no files; none where not all of them are JSON.
fn json_values(outputs: &[PlanOutput]) -> Option<Vec<&PlanOutput>> {
    let values: Vec<&PlanOutput> =
        outputs.iter().filter(|output| !matches!(output.form, OutputForm::File(_))).collect();
    let all_json = values.iter().all(|output| output.form == OutputForm::Json);
    (all_json && !values.is_empty()).then_some(values)
}

fn is_object(output: &PlanOutput) -> bool {
    let schema = output.schema.as_ref();
    schema.and_then(|schema| schema.get("type")).and_then(Value::as_str) == Some("object")
}

fn wrapped(values: &[&PlanOutput]) -> Value {
    let properties: Map<String, Value> = values
        .iter()
        .map(|output| (output.name.clone(), output.schema.clone().unwrap_or_else(|| json!({}))))
        .collect();
    let required: Vec<&str> =
        values.iter().filter(|output| output.required).map(|output| output.name.as_str()).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(name: &str, form: OutputForm, schema: Option<Value>) -> PlanOutput {
        PlanOutput { name: name.to_owned(), form, required: true, schema }
    }

    fn json_output(name: &str, schema: Option<Value>) -> PlanOutput {
        output(name, OutputForm::Json, schema)
    }

    #[test]
    fn one_object_is_asked_for_as_it_is() {
        let object = json!({ "type": "object", "required": ["n"] });
        let outputs =
            [json_output("a", Some(object.clone())), output("f", OutputForm::File("f.md".to_owned()), None)];
        assert_eq!(schema(&outputs), Some(object));
        let given = json!({ "n": 1 });
        assert_eq!(value_of(&outputs, &outputs[0], &given), Some(&given));
    }

    #[test]
    fn anything_else_is_asked_for_by_its_name() {
        let list = json!({ "type": "array" });
        let outputs = [json_output("a", Some(list.clone())), json_output("b", None)];
        let asked = json!({
            "type": "object", "properties": { "a": list, "b": {} }, "required": ["a", "b"],
            "additionalProperties": false,
        });
        assert_eq!(schema(&outputs), Some(asked));
        assert_eq!(value_of(&outputs, &outputs[1], &json!({ "a": [], "b": 2 })), Some(&json!(2)));
        assert!(schema(&outputs[..1]).is_some(), "a list alone needs a name, too");
    }

    #[test]
    fn texts_are_not_asked_for() {
        assert_eq!(schema(&[]), None);
        assert_eq!(schema(&[json_output("a", None)]), None);
        assert_eq!(schema(&[output("a", OutputForm::Any, None), json_output("b", None)]), None);
    }
}
