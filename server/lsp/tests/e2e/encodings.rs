//! The same document for clients that count columns in different units: every range means the same bytes.

use serde_json::{Value, json};

use crate::client::Client;

/// Emoji of one and of several code points, combining marks and right-to-left text, before all that has a range.
const TEXT: &str = "\
name: \"x\" # 😀
nodes:
  - { title: \"👩\u{200d}👧 שלום e\u{301}\", id: first, run: [\"true\"], outputs: [out] }
  - { title: \"𝄞\", id: second, agent: \"e\u{301}😀\", prompt: \"עברית {{ nodes.first.outputs.out }} {{ nodes.שלום.status }}\", depends_on: [first] }
";

/// Bytes of a place.
fn byte(text: &str, place: &Value, encoding: &str) -> usize {
    let line = place["line"].as_u64().unwrap() as usize;
    let column = place["character"].as_u64().unwrap() as usize;
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let mut left = column;
    let mut offset = start;
    for character in text[start..].chars() {
        if left == 0 {
            break;
        }
        left -= match encoding {
            "utf-8" => character.len_utf8(),
            "utf-16" => character.len_utf16(),
            _ => 1,
        };
        offset += character.len_utf8();
    }
    offset
}

/// The text of every range in an answer, in its order.
fn texts(text: &str, answer: &Value, encoding: &str, found: &mut Vec<String>) {
    match answer {
        Value::Object(fields) if fields.contains_key("start") && fields.contains_key("end") => {
            let from = byte(text, &fields["start"], encoding);
            let to = byte(text, &fields["end"], encoding);
            found.push(text[from..to].to_owned());
        }
        Value::Object(fields) => fields.values().for_each(|it| texts(text, it, encoding, found)),
        Value::Array(items) => items.iter().for_each(|it| texts(text, it, encoding, found)),
        _ => {}
    }
}

/// The position of a byte.
fn position(text: &str, offset: usize, encoding: &str) -> Value {
    let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let before = &text[start..offset];
    let column = match encoding {
        "utf-8" => before.len(),
        "utf-16" => before.encode_utf16().count(),
        _ => before.chars().count(),
    };
    json!({ "line": text[..offset].matches('\n').count(), "character": column })
}

/// What each feature's ranges hold, one feature a line.
async fn seen(text: &str, encoding: &str) -> Vec<String> {
    let capabilities = json!({
        "general": { "positionEncodings": [encoding] },
        "textDocument": {
            "documentSymbol": { "hierarchicalDocumentSymbolSupport": true },
            "publishDiagnostics": { "versionSupport": true },
        },
    });
    let mut client = Client::start(capabilities).await;
    client.open("a.dag.yaml", text).await;
    let published = client.expect("textDocument/publishDiagnostics").await;
    let document = json!({ "uri": client.uri("a.dag.yaml") });
    let place = position(text, text.find("nodes.first").unwrap() + "nodes.".len(), encoding);
    let at = json!({
        "textDocument": document,
        "position": place,
        "newName": "renamed",
        "context": { "includeDeclaration": true },
    });
    let mut answers = vec![published["diagnostics"].clone()];
    for method in ["definition", "references", "documentHighlight", "hover", "rename", "documentSymbol"] {
        answers.push(client.request(&format!("textDocument/{method}"), at.clone()).await);
    }
    client.ignore_published();
    client.stop().await;
    let shown = answers.iter().map(|answer| {
        let mut found = Vec::new();
        texts(text, answer, encoding, &mut found);
        found.join(" | ")
    });
    shown.collect()
}

#[tokio::test]
async fn ranges_mean_the_same_bytes_in_every_unit() {
    let windows = TEXT.replace('\n', "\r\n");
    let marked = format!("\u{feff}{TEXT}");
    for text in [TEXT, &windows, &marked] {
        let expected = seen(text, "utf-8").await;
        for part in ["שלום", "\"e\u{301}😀\""] {
            assert!(expected[0].split(" | ").any(|it| it == part), "{part}: {}", expected[0]);
        }
        assert_eq!(expected[1], "first");
        assert_eq!(expected[2], "first | first | first");
        assert_eq!(expected[3], "first | first | first");
        assert_eq!(expected[5], "first | first | first");
        for encoding in ["utf-16", "utf-32"] {
            assert_eq!(seen(text, encoding).await, expected, "{encoding}");
        }
    }
}
