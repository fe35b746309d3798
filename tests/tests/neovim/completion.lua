local T = dofile(vim.env.DIVISI_TESTLIB)

local client = T.open("review.dag.yaml")
T.wait_codes({ "unknown-agent" })

local agents = T.labels_after(client, "agent: code")
assert(vim.tbl_contains(agents, "code-reviewer"), "agents: " .. vim.inspect(agents))

local ids = T.labels_after(client, "depends_on: [")
assert(vim.tbl_contains(ids, "map"), "node ids: " .. vim.inspect(ids))

-- In text that does not parse: a node just begun, a list never closed, a template without an end.
vim.api.nvim_buf_set_lines(0, -1, -1, false, { "  - id: last", "    " })
local row = vim.api.nvim_buf_line_count(0) - 1
local result = T.request(client, "textDocument/completion", {
  textDocument = { uri = vim.uri_from_bufnr(0) },
  position = { line = row, character = 4 },
})
local keys = vim.tbl_map(function(item)
  return item.label
end, result.items or result)
for _, key in ipairs({ "agent", "run", "depends_on" }) do
  assert(vim.tbl_contains(keys, key), key .. " is no key: " .. vim.inspect(keys))
end

vim.api.nvim_buf_set_lines(0, row, -1, false, { "    run: echo", "    depends_on: [map, " })
assert(vim.tbl_contains(T.labels_after(client, "depends_on: [map, "), "review"), "ids in an unclosed list")

vim.api.nvim_buf_set_lines(0, row, -1, false, { "    agent: code-reviewer", "    prompt: |", "      See {{ nodes." })
local references = T.labels_after(client, "{{ nodes.")
assert(not vim.tbl_contains(references, "last"), "a node cannot name itself: " .. vim.inspect(references))

-- The editor's own completion, as typed by a person.
vim.api.nvim_buf_set_lines(0, row, -1, false, { "    agent: code-r" })
vim.bo.omnifunc = "v:lua.vim.lsp.omnifunc"
vim.o.completeopt = "menuone,noselect"
vim.api.nvim_win_set_cursor(0, { row + 1, 0 })
local menu
local function leave()
  vim.api.nvim_feedkeys(vim.keycode("<C-e><Esc>"), "nt", false)
end
vim.api.nvim_create_autocmd("CompleteChanged", {
  callback = function()
    menu = vim.tbl_map(function(item)
      return item.word
    end, vim.fn.complete_info({ "items" }).items)
    leave()
  end,
})
-- Stays in insert mode until something leaves it; the timer does where no menu ever comes.
local timer = vim.defer_fn(leave, 30000)
vim.api.nvim_feedkeys(vim.keycode("A<C-x><C-o>"), "ntx!", false)
timer:stop()
T.equal(menu, { "code-reviewer" }, "the menu holds what begins like the word, and no more")

client:stop()
