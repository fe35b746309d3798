//! JSON Schemas from the table of keys.

/// The schema of a native DAG file (draft 2020-12), pretty-printed with a final newline.
pub fn dag_schema() -> String {
    String::new()
}
