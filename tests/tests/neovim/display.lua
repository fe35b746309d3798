local T = dofile(vim.env.DIVISI_TESTLIB)

local client = T.open("review.dag.yaml")
T.wait_codes({})

-- The plugin switches hints and lenses on.
T.wait("the hints", function()
  local hints = vim.lsp.inlay_hint.get({ bufnr = 0 })
  return #hints == 2 and hints[1].inlay_hint.label:find("level 1/2", 1, true) ~= nil
end)
local function lens_titles()
  return vim.tbl_map(function(lens)
    return lens.command and lens.command.title or "unresolved"
  end, vim.lsp.codelens.get(0))
end
T.wait("the lenses", function()
  return vim.tbl_contains(lens_titles(), "Run") and vim.tbl_contains(lens_titles(), "Run to here")
end)

-- Colours by meaning.
T.wait("the tokens", function()
  T.after("agent: code-rev")
  local tokens = vim.lsp.semantic_tokens.get_at_pos() or {}
  return #tokens == 1 and tokens[1].type == "class"
end)

-- Folds, by Neovim's own fold expression.
vim.wo.foldmethod = "expr"
vim.wo.foldexpr = "v:lua.vim.lsp.foldexpr()"
vim.wo.foldlevel = 0
T.wait("the folds", function()
  vim.cmd("normal! zx")
  return vim.fn.foldlevel(3) > 0
end)
vim.wo.foldlevel = 1
vim.cmd("normal! zM")
T.equal(vim.fn.foldclosedend(3), 9, "all nodes are one fold")
vim.wo.foldenable = false

-- Neovim 0.11 has no command for these: the answers in its buffer.
local function at(text, method, params)
  local row, column = T.after(text)
  params.textDocument = { uri = vim.uri_from_bufnr(0) }
  params.position = { line = row, character = column }
  params.positions = { params.position }
  return T.request(client, method, params)
end
local selection = at("id: ma", "textDocument/selectionRange", {})[1]
T.equal(T.text_of(client, selection.range), "map", "the word")
T.equal(T.text_of(client, selection.parent.range), "id: map", "the entry")
local linked = vim.tbl_map(function(range)
  return range.start.line .. " " .. T.text_of(client, range)
end, at("id: ma", "textDocument/linkedEditingRange", {}).ranges)
T.equal(linked, { "2 map", "7 map", "8 map" }, "what changes together")

-- Who uses an agent: counted above it, listed on demand.
T.open(".claude/agents/code-reviewer.md")
T.wait("the count", function()
  return vim.tbl_contains(lens_titles(), "used by 2")
end)
vim.api.nvim_win_set_cursor(0, { 2, 6 })
vim.lsp.codelens.run()
T.wait("the list", function()
  return #vim.fn.getqflist() == 2
end)
T.equal(vim.fn.getqflist({ title = 0 }).title, "used by 2", "the list's title")

client:stop()
