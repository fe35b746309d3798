//! The settings that the VS Code extension offers are those of `Settings`: names, types and words are read from its
//! source. Where `package.json` is stale, `UPDATE_EXPECT=1 cargo test -p divisi-tests --test editor_settings` writes them.

#![expect(clippy::expect_used, clippy::panic, reason = "what goes wrong here fails a test")]

use std::collections::BTreeMap;

use divisi_tests::project;
use divisi_workspace::Settings;
use expect_test::expect_file;
use serde_json::{Map, Value, json};
use syn::{Attribute, Expr, Fields, GenericArgument, Item, Lit, Meta, PathArguments, Type};

/// What bears on what may run is taken from the user alone, never from a workspace.
const OF_THE_USER: [&str; 4] = ["mcp.allow_run", "run.pass_env", "run.runner", "run.trust"];

/// What an editor cannot set: runners are programs, traces leave the machine, and both are defined in files.
const LEFT_OUT: [&str; 2] = ["runners", "traces"];

#[test]
fn the_extension_offers_the_settings_of_the_server() {
    let path = project().join("vscode-extension/package.json");
    let text = std::fs::read_to_string(&path).expect("the extension has a manifest");
    let mut manifest: Value = serde_json::from_str(&text).expect("it is JSON");
    let properties = manifest
        .pointer_mut("/contributes/configuration/properties")
        .and_then(Value::as_object_mut)
        .expect("it has settings");
    properties.retain(|name, _| name.starts_with("divisi.server."));
    properties.extend(Source::read().properties());
    let expected = serde_json::to_string_pretty(&manifest).expect("it can be written") + "\n";
    expect_file!["../../vscode-extension/package.json"].assert_eq(&expected);
}

/// The types of the settings, as they are written.
struct Source {
    structs: BTreeMap<String, syn::ItemStruct>,
    enums: BTreeMap<String, syn::ItemEnum>,
}

impl Source {
    fn read() -> Self {
        let path = project().join("server/workspace/src/settings.rs");
        let text = std::fs::read_to_string(path).expect("the settings have a source");
        let file = syn::parse_file(&text).expect("it is Rust");
        let mut source = Self { structs: BTreeMap::new(), enums: BTreeMap::new() };
        for item in file.items {
            match item {
                Item::Struct(item) => drop(source.structs.insert(item.ident.to_string(), item)),
                Item::Enum(item) => drop(source.enums.insert(item.ident.to_string(), item)),
                _ => {}
            }
        }
        source
    }

    fn properties(&self) -> Map<String, Value> {
        let defaults = serde_json::to_value(Settings::default()).expect("settings can be written");
        let mut properties = Map::new();
        for (table, kind, _) in self.fields("Settings") {
            if LEFT_OUT.contains(&table.as_str()) {
                continue;
            }
            let Type::Path(path) = kind else { panic!("{table} is no table") };
            let name = path.path.segments.last().expect("a type has a name").ident.to_string();
            for (key, kind, words) in self.fields(&name) {
                let full = format!("{table}.{key}");
                let mut property = self.schema(kind);
                property.insert("default".to_owned(), defaults[&table][&key].clone());
                if OF_THE_USER.contains(&full.as_str()) {
                    property.insert("scope".to_owned(), json!("machine"));
                } else {
                    property.insert("scope".to_owned(), json!("resource"));
                }
                property.insert("markdownDescription".to_owned(), json!(words));
                properties.insert(format!("divisi.{full}"), Value::Object(property));
            }
        }
        properties
    }

    /// Name, type and words of each field.
    fn fields(&self, name: &str) -> Vec<(String, &Type, String)> {
        let item = self.structs.get(name).unwrap_or_else(|| panic!("there is no struct {name}"));
        let Fields::Named(fields) = &item.fields else { panic!("{name} has no fields with names") };
        let field = |field: &'_ syn::Field| field.ident.as_ref().expect("it has a name").to_string();
        fields.named.iter().map(|it| (field(it), &it.ty, words(&it.attrs))).collect()
    }

    fn schema(&self, kind: &Type) -> Map<String, Value> {
        let Type::Path(path) = kind else { panic!("a type that is no path") };
        let last = path.path.segments.last().expect("a type has a name");
        let inner: Vec<&Type> = match &last.arguments {
            PathArguments::AngleBracketed(list) => list
                .args
                .iter()
                .filter_map(|argument| match argument {
                    GenericArgument::Type(inner) => Some(inner),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        };
        let schema = match (last.ident.to_string().as_str(), inner.as_slice()) {
            ("bool", _) => json!({ "type": "boolean" }),
            ("String", _) => json!({ "type": "string" }),
            ("u32" | "u64" | "usize", _) => json!({ "type": "integer", "minimum": 0 }),
            ("Vec", [item]) => json!({ "type": "array", "items": self.schema(item) }),
            ("BTreeMap", [_, value]) => {
                json!({ "type": "object", "additionalProperties": self.schema(value) })
            }
            ("Option", [inner]) => {
                let mut schema = self.schema(inner);
                let kind = schema.get("type").cloned().unwrap_or_default();
                schema.insert("type".to_owned(), json!([kind, "null"]));
                return schema;
            }
            (name, _) => self.choices(name),
        };
        schema.as_object().cloned().expect("it is an object")
    }

    /// The variants of an enum, as serde writes them in lower case.
    fn choices(&self, name: &str) -> Value {
        let item = self.enums.get(name).unwrap_or_else(|| panic!("no schema for the type {name}"));
        let names: Vec<String> =
            item.variants.iter().map(|variant| variant.ident.to_string().to_lowercase()).collect();
        let words: Vec<String> = item.variants.iter().map(|variant| words(&variant.attrs)).collect();
        json!({ "type": "string", "enum": names, "enumDescriptions": words })
    }
}

/// The doc comment, in one line.
fn words(attributes: &[Attribute]) -> String {
    let line = |attribute: &Attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.value().trim().to_owned()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    };
    attributes.iter().filter_map(line).collect::<Vec<_>>().join(" ")
}
