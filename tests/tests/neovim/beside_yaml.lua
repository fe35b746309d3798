local T = dofile(vim.env.DIVISI_TESTLIB)

-- As nvim-lspconfig has it.
vim.lsp.config("yamlls", {
  cmd = { vim.env.DIVISI_YAML_LANGUAGE_SERVER, "--stdio" },
  filetypes = { "yaml", "yaml.docker-compose", "yaml.gitlab", "yaml.helm-values" },
  root_markers = { "divisi.toml" },
  settings = { yaml = { schemaStore = { enable = false, url = "" } } },
})
vim.lsp.enable("yamlls")

local function sources()
  local sources = vim.tbl_map(function(finding)
    return finding.source or "?"
  end, vim.diagnostic.get(0))
  table.sort(sources)
  return sources
end

-- Ordinary YAML is the other server's alone.
vim.cmd.edit("values.yaml")
T.wait("the other server's finding", function()
  return #sources() > 0
end)
assert(not vim.tbl_contains(sources(), "divisi"), vim.inspect(sources()))
T.equal(#vim.lsp.get_clients({ name = "yamlls" }), 1, "it runs")

-- A fault of YAML, and one of the graph: each once, from us.
for name, code in pairs({ ["broken.dag.yaml"] = "syntax", ["typo.dag.yaml"] = "unknown-agent" }) do
  T.open(name)
  T.wait_codes({ code })
  T.equal(#vim.lsp.get_clients({ bufnr = 0 }), 1, "one server for " .. name)
  -- Long enough for a second opinion to come.
  vim.wait(500)
  T.equal(sources(), { "divisi" }, "faults of " .. name)
end

for _, client in ipairs(vim.lsp.get_clients()) do
  client:stop(true)
end
