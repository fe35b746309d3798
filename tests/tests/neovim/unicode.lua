local T = dofile(vim.env.DIVISI_TESTLIB)

--- The text under each finding of this buffer.
local function underlined()
  local texts = vim.tbl_map(function(finding)
    return table.concat(
      vim.api.nvim_buf_get_text(0, finding.lnum, finding.col, finding.end_lnum, finding.end_col, {}),
      "\n"
    )
  end, vim.diagnostic.get(0))
  table.sort(texts)
  return texts
end

-- The same file with a mark at its beginning and line ends of Windows, and without, in every unit of columns.
for _, encoding in ipairs({ "utf-8", "utf-16", "utf-32" }) do
  vim.lsp.config("divisi", { capabilities = { general = { positionEncodings = { encoding } } } })
  for _, name in ipairs({ "plain.dag.yaml", "windows.dag.yaml" }) do
    local what = name .. " in " .. encoding
    local client = T.open(name)
    T.equal(client.offset_encoding, encoding, "the unit of " .. what)
    T.wait_codes({ "missing-dependency", "unknown-agent", "unknown-reference" })
    T.equal(underlined(), { '"e\u{301}cla\u{20d7}ir"', "noeud-😀", "שלום" }, what)
    T.equal(vim.bo.bomb, name == "windows.dag.yaml", "the mark of " .. what)

    T.wait_definition(client, "{{ nodes.f", ".dag.yaml")
    vim.lsp.buf.rename("renamed")
    T.wait("the rename in " .. what, function()
      return vim.api.nvim_buf_get_lines(0, 6, 7, true)[1] == "    depends_on: [ renamed, noeud-😀 ]"
    end)
    local text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), "\n")
    T.contains(text, 'שלום e\u{301}", id: renamed, run', "the declaration in " .. what)
    T.contains(text, "😀 עברית {{ nodes.renamed.outputs.stdout }}", "the use in " .. what)
    client:stop(true)
    T.wait("the server's end", function()
      return #vim.lsp.get_clients() == 0
    end)
    vim.cmd("bwipeout!")
  end
end
