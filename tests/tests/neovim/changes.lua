local T = dofile(vim.env.DIVISI_TESTLIB)

local client = T.open("review.dag.yaml")
T.wait_codes({})
local messages = {}
vim.notify = function(message)
  table.insert(messages, message)
end

local function line(number)
  return vim.api.nvim_buf_get_lines(0, number - 1, number, true)[1]
end
local function wait_line(number, expected)
  T.wait(("line %d to be %q, it is %q"):format(number, expected, line(number)), function()
    return line(number) == expected
  end)
end

-- A node, with its uses; one of them behind an emoji. Nothing is renamed before the workspace was read.
T.wait_definition(client, "agent: code-rev", "code-reviewer.md")
T.after("id: ma")
vim.lsp.buf.rename("scan")
wait_line(3, "  - id: scan")
wait_line(8, '    prompt: "😀 Review {{ nodes.scan.outputs.stdout }}"')
wait_line(9, "    depends_on: [scan]")
T.wait_codes({})

-- An agent, across files, with the file that is called after it.
vim.cmd("silent write")
T.after("agent: code-rev")
vim.lsp.buf.rename("critic")
wait_line(7, "    agent: critic")
T.wait("the file to be renamed", function()
  return vim.fn.filereadable(".claude/agents/critic.md") == 1
end)
T.equal(vim.fn.filereadable(".claude/agents/code-reviewer.md"), 0, "the old file is gone")
vim.cmd("silent wall")
T.equal(vim.fn.readfile(".claude/agents/critic.md")[2], "name: critic", "the agent's own name")
T.equal(vim.fn.readfile("other.dag.yaml")[4], "    agent: critic", "the other file")
T.wait_codes({})

-- What cannot be is refused with the reason.
T.after("id: sca")
vim.lsp.buf.rename("review")
T.wait("the refusal", function()
  return #messages > 0
end)
T.contains(messages[1], "review", "the reason names the node that has the name")
T.equal(line(3), "  - id: scan", "nothing changed")

local function act(kind, title)
  vim.lsp.buf.code_action({
    apply = true,
    context = { only = { kind }, diagnostics = {} },
    filter = function(action)
      return action.title:find(title, 1, true) ~= nil
    end,
  })
end

-- The mend of a finding.
T.replace_line(7, "    agent: critik")
T.wait_codes({ "unknown-agent" })
vim.api.nvim_win_set_cursor(0, { 7, 13 })
act("quickfix", "critic")
wait_line(7, "    agent: critic")

-- All safe mends at once.
T.replace_line(9, "    needs: [scan]")
act("source.fixAll", "safe")
wait_line(9, "    depends_on: [scan]")
T.wait_codes({})

-- A refactoring: the node that waits goes behind those it waits for.
vim.api.nvim_buf_set_lines(0, 2, 2, false, { "  - id: last", "    depends_on: [review]", '    run: ["true"]' })
vim.api.nvim_win_set_cursor(0, { 2, 0 })
act("refactor", "Sort the nodes")
wait_line(3, "  - id: scan")
wait_line(10, "  - id: last")

-- Formatting: all of it, a range, and after a line break.
T.replace_line(1, "name:    review # 😀")
T.replace_line(12, '    run:    ["true"]')
vim.lsp.buf.format({ range = { start = { 12, 0 }, ["end"] = { 12, 10 } } })
T.equal(line(12), '    run: ["true"]', "the range is formatted")
T.equal(line(1), "name:    review # 😀", "and no more")
vim.lsp.buf.format()
T.equal(line(1), "name: review # 😀", "all of it is formatted")

vim.api.nvim_buf_set_lines(0, -1, -1, false, { "  - id: more", "    depends_on:", "    " })
local row = vim.api.nvim_buf_line_count(0) - 1
local edits = T.request(client, "textDocument/onTypeFormatting", {
  textDocument = { uri = vim.uri_from_bufnr(0) },
  position = { line = row, character = 4 },
  ch = "\n",
  options = { tabSize = 2, insertSpaces = true },
})
vim.lsp.util.apply_text_edits(edits, vim.api.nvim_get_current_buf(), client.offset_encoding)
T.equal(line(row + 1), "      - ", "the list is begun")

client:stop()
