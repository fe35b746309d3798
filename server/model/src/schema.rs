//! JSON Schemas (draft 2020-12) from the table of keys.

use serde_json::{Map, Value, json};

use crate::keys::{Key, Object, Ty, agent, command, native};

/// The schema of a native DAG file (draft 2020-12), pretty-printed with a final newline.
pub fn dag_schema() -> String {
    schema("dag", "Divisi DAG", &native::DAG)
}

/// The schema of a Claude Code agent's front matter (draft 2020-12), pretty-printed with a final newline.
pub fn agent_schema() -> String {
    schema("agent", "Claude Code agent", &agent::FRONT_MATTER)
}

/// The schema of the front matter of Claude Code's commands and skills (draft 2020-12), pretty-printed with a final newline.
pub fn command_schema() -> String {
    schema("command", "Claude Code command or skill", &command::FRONT_MATTER)
}

fn schema(name: &str, title: &str, root: &'static Object) -> String {
    let mut definitions = Definitions::default();
    let reference = definitions.reference(root);
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("https://divisi-dev.github.io/divisi/schemas/{name}.schema.json"),
        "title": title,
        "$ref": reference,
        "$defs": definitions.complete(),
    });
    format!("{schema:#}\n")
}

/// Each object once, under its name, in the order in which it is first met.
#[derive(Default)]
struct Definitions {
    objects: Vec<&'static Object>,
}

impl Definitions {
    fn reference(&mut self, object: &'static Object) -> String {
        if self.objects.iter().all(|known| !std::ptr::eq(*known, object)) {
            self.objects.push(object);
        }
        format!("#/$defs/{}", object.name.replace(' ', "-"))
    }

    /// All definitions. Describing one may bring up others.
    fn complete(mut self) -> Map<String, Value> {
        let mut definitions = Map::new();
        let mut next = 0;
        while let Some(object) = self.objects.get(next).copied() {
            let definition = self.object(object);
            definitions.insert(object.name.replace(' ', "-"), definition);
            next += 1;
        }
        definitions
    }

    fn object(&mut self, object: &'static Object) -> Value {
        let mut properties = Map::new();
        for key in object.keys {
            properties.insert(key.name.to_owned(), self.key(object, key));
            for alias in key.aliases {
                let mut property = self.ty(key.ty);
                property.insert(
                    "description".to_owned(),
                    Value::from(format!("Another spelling of `{}`.", key.name)),
                );
                property.insert("deprecated".to_owned(), Value::Bool(true));
                properties.insert((*alias).to_owned(), Value::Object(property));
            }
        }
        let required: Vec<&str> = object.keys.iter().filter(|key| key.required).map(|key| key.name).collect();
        let mut schema = Map::new();
        schema.insert("description".to_owned(), Value::from(object.doc));
        schema.insert("type".to_owned(), Value::from("object"));
        schema.insert("properties".to_owned(), Value::Object(properties));
        if !required.is_empty() {
            schema.insert("required".to_owned(), Value::from(required));
        }
        schema.insert("additionalProperties".to_owned(), Value::Bool(object.open));
        Value::Object(schema)
    }

    fn key(&mut self, object: &'static Object, key: &'static Key) -> Value {
        let mut property = self.ty(key.ty);
        if native::clears_default(object, key) {
            property = Map::from_iter([("anyOf".to_owned(), json!([property, { "type": "null" }]))]);
        }
        property.insert("description".to_owned(), Value::from(description(key)));
        Value::Object(property)
    }

    fn ty(&mut self, ty: Ty) -> Map<String, Value> {
        let schema = match ty {
            Ty::Any => json!({}),
            Ty::String
            | Ty::Template
            | Ty::Expression
            | Ty::NodeRef
            | Ty::AgentRef
            | Ty::CommandRef
            | Ty::SkillRef
            | Ty::RunnerRef
            | Ty::PhaseRef
            | Ty::LockRef
            | Ty::OutputRef
            | Ty::Model
            | Ty::Glob
            | Ty::Path
            | Ty::Foreign(_)
            | Ty::OwnAgentId
            | Ty::OwnAgentRef => json!({ "type": "string" }),
            Ty::NodeId => json!({ "type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_-]*$" }),
            Ty::Bool => json!({ "type": "boolean" }),
            Ty::Int { min, max } => integer(min, max),
            Ty::Number => json!({ "type": "number", "minimum": 0 }),
            Ty::Duration => json!({ "type": "string", "pattern": "^([0-9]+(ms|s|m|h|d))+$" }),
            Ty::Bytes => size("^[0-9]+(\\.[0-9]+)? ?(B|KB|MB|GB|KiB|MiB|GiB)?$"),
            Ty::Tokens => size("^[0-9]+(\\.[0-9]+)? ?(k|M)?$"),
            Ty::Enum(words) => json!({ "enum": words }),
            Ty::List(item) => json!({ "type": "array", "items": self.ty(*item) }),
            Ty::Map(value) => json!({ "type": "object", "additionalProperties": self.ty(*value) }),
            Ty::Object(object) => json!({ "$ref": self.reference(object) }),
            Ty::OneOf(alternatives) => {
                let alternatives: Vec<Value> =
                    alternatives.iter().map(|ty| Value::Object(self.ty(*ty))).collect();
                json!({ "anyOf": alternatives })
            }
            Ty::Null => json!({ "type": "null" }),
        };
        match schema {
            Value::Object(schema) => schema,
            _ => Map::new(),
        }
    }
}

fn integer(min: i64, max: i64) -> Value {
    let mut schema = json!({ "type": "integer" });
    if min != i64::MIN {
        schema["minimum"] = Value::from(min);
    }
    if max != i64::MAX {
        schema["maximum"] = Value::from(max);
    }
    schema
}

/// A whole number, or a text with a unit.
fn size(pattern: &str) -> Value {
    json!({ "anyOf": [{ "type": "integer", "minimum": 0 }, { "type": "string", "pattern": pattern }] })
}

fn description(key: &Key) -> String {
    match key.default {
        Some(default) => format!("{}\n\nDefault: {default}", key.doc),
        None => key.doc.to_owned(),
    }
}
