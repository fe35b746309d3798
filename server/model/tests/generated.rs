//! Files that are generated from the table of keys are up to date.
//!
//! Where one is stale, `UPDATE_EXPECT=1 cargo test -p divisi-model --test generated` writes all of them anew; the
//! schemas also come from `cargo run -p divisi -- schema dag > schemas/dag.schema.json`.

use divisi_model::{reference, schema};
use expect_test::expect_file;

#[test]
fn dag_schema_is_up_to_date() {
    expect_file!["../../../schemas/dag.schema.json"].assert_eq(&schema::dag_schema());
}

#[test]
fn agent_schema_is_up_to_date() {
    expect_file!["../../../schemas/agent.schema.json"].assert_eq(&schema::agent_schema());
}

#[test]
fn command_schema_is_up_to_date() {
    expect_file!["../../../schemas/command.schema.json"].assert_eq(&schema::command_schema());
}

#[test]
fn reference_of_keys_is_up_to_date() {
    expect_file!["../../../docs/keys.md"].assert_eq(&reference::keys_page());
}
