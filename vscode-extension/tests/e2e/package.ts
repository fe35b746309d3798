import assert from "node:assert/strict";

import { code, scenario } from "./harness";

scenario("the package names what it carries of others, with their licences", () => {
  const notices = code().installed("THIRD_PARTY_NOTICES.txt");
  for (const part of ["vscode-languageclient", "minimatch", "tokio", "serde"]) {
    assert.ok(notices.includes(`\n- ${part} `), part);
  }
  assert.match(notices, /Permission is hereby granted, free of charge/);
  assert.match(notices, /Apache License/);
});
