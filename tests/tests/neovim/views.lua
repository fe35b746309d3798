-- Everything that shows a run, while it goes on and after it failed.
local T = dofile(vim.env.DIVISI_TESTLIB)

local messages = {}
vim.notify = function(message)
  table.insert(messages, message)
end

local function wait_filetype(filetype)
  T.wait("a buffer of the type " .. filetype, function()
    return vim.bo.filetype == filetype
  end)
end
--- The line that holds `part`, where the cursor is put.
local function at(part)
  T.wait_text(part)
  T.after(part)
  return vim.api.nvim_get_current_line()
end
local function press(keys)
  vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes(keys, true, true, true), "mx", false)
end
local dag
--- The virtual text at a line of the DAG.
local function mark(row)
  local namespace = vim.api.nvim_get_namespaces()["divisi.states"]
  local found = vim.api.nvim_buf_get_extmarks(dag, namespace, { row, 0 }, { row, -1 }, { details = true })
  return found[1] and found[1][4].virt_text[1][1]
end
local function window_of(filetype)
  for _, window in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
    if vim.bo[vim.api.nvim_win_get_buf(window)].filetype == filetype then
      return window
    end
  end
end

T.open("views.dag.yaml")
dag = vim.api.nvim_get_current_buf()
T.wait_codes({})

-- The graph, and from a node of it to its line.
vim.cmd("DivisiGraph")
T.wait_text("level 1")
wait_filetype("divisi-graph")
at("* hold")
press("<CR>")
T.wait("the way from the graph to the node", function()
  return vim.api.nvim_get_current_buf() == dag and vim.api.nvim_win_get_cursor(0)[1] == 7
end)
-- It follows the text.
vim.api.nvim_buf_set_lines(dag, -1, -1, false, { "  - { id: late, run: echo }" })
T.wait("the graph to follow", function()
  local lines = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window_of("divisi-graph")), 0, -1, false)
  return table.concat(lines, "\n"):find("late", 1, true) ~= nil
end)
vim.cmd("silent undo")
vim.cmd("silent write")

-- A run: its argument is asked for, since it has no default.
local asked = {}
vim.ui.input = function(options, on_confirm)
  table.insert(asked, options.prompt)
  on_confirm("3")
end
vim.cmd("DivisiTrust")
vim.cmd("DivisiRun")
T.wait("the node that waits", function()
  return vim.fn.filereadable("started") == 1
end)
T.equal(asked, { "times (How often): " }, "what was asked")
T.wait("the state beside the node", function()
  return (mark(6) or ""):find("^▶ running")
end)
T.wait("the state of the node before", function()
  return (mark(3) or ""):find("^✓ succeeded")
end)
T.equal(mark(12), "· waits", "the state of the node after")
-- It stays with its node when the text moves.
vim.api.nvim_buf_set_lines(dag, 0, 0, false, { "# moved" })
T.wait("the state to move", function()
  return (mark(7) or ""):find("^▶ running")
end)
vim.cmd("silent undo")
-- The graph shows states as well.
local graph = vim.api.nvim_win_get_buf(window_of("divisi-graph"))
local namespace = vim.api.nvim_get_namespaces()["divisi.states"]
T.wait("states in the graph", function()
  return #vim.api.nvim_buf_get_extmarks(graph, namespace, 0, -1, {}) == 4
end)
vim.api.nvim_win_close(window_of("divisi-graph"), true)

-- The view of the run.
vim.cmd("DivisiShow")
wait_filetype("divisi-run")
at("▶ hold  running")
T.contains(T.text(), "1/4 nodes  hold", "how far it is")
T.contains(T.text(), "times=3", "its arguments")
press("L")
T.wait_text("held")
wait_filetype("divisi-log")
vim.fn.writefile({}, "more")
T.wait_text("and more")
press("q")
wait_filetype("divisi-run")
at("▶ hold")
press("P")
T.wait_text("echo held")
press("q")
at("✓ make")
press("O")
T.wait_text("stdout:\nmade")
press("q")
press("g?")
T.wait_text("cancel the run")
press("q")
at("▶ hold")
press("<CR>")
T.wait("the way from the view to the node", function()
  return vim.api.nvim_get_current_buf() == dag and vim.api.nvim_win_get_cursor(0)[1] == 7
end)

-- Pause, go on, approve. The server asks as well, with actions; nobody answers it.
local asked_by_server = false
vim.ui.select = function(items, options, on_choice)
  T.contains(options.prompt, "Go on?", "the question")
  if type(items[1]) == "table" then
    asked_by_server = true
  else
    on_choice(items[1], 1)
  end
end
vim.api.nvim_set_current_win(window_of("divisi-run"))
press("Z")
T.wait_text("paused (user)")
press("Z")
T.wait_text("running")
vim.fn.writefile({}, "go")
at("waits for approval")
T.wait("the question of the server", function()
  return asked_by_server
end)
vim.ui.input = function(_, on_confirm)
  on_confirm("looks good")
end
press("A")

-- It fails at the last node, which is listed.
T.wait_text("failed")
T.wait("the end", function()
  return T.text():find("✗ views  failed", 1, true) ~= nil
end)
T.equal(mark(6), nil, "no states beside the nodes after the end")
at("✗ last")
press("C")
local list = vim.fn.getqflist({ items = 0, title = 0 })
T.equal(#list.items, 1, "one failure")
T.equal({ list.items[1].lnum, vim.fn.bufname(list.items[1].bufnr) }, { 16, "views.dag.yaml" }, "its place")
T.contains(list.items[1].text, "last: ", "its words")
vim.cmd("cclose")

-- The list of runs, and the same run from there again.
vim.cmd("DivisiRuns")
wait_filetype("divisi-runs")
T.contains(at("views"), "failed  4/4", "the run in the list")
press("<CR>")
wait_filetype("divisi-run")
vim.fn.writefile({}, "allowed")
at("✗ last")
press("F")
T.wait("the second end", function()
  return T.text():find("✓ views  succeeded", 1, true) ~= nil
end)

-- Commands complete their arguments.
vim.cmd.sbuffer(dag)
T.equal(vim.fn.getcompletion("DivisiRun ti", "cmdline"), { "times=" }, "names of arguments")
T.equal(#vim.fn.getcompletion("DivisiShow ", "cmdline"), 1, "ids of runs")
T.equal(#vim.fn.getcompletion("DivisiCancel ", "cmdline"), 0, "none is live")

-- What is wrong in files that are not open is listed too.
vim.cmd("DivisiFindings")
T.wait("the findings", function()
  return vim.fn.getqflist({ title = 0 }).title == "divisi: findings"
end)
local finding = vim.fn.getqflist()[1]
T.equal({ vim.fn.bufname(finding.bufnr), finding.lnum, finding.type }, { "broken.dag.yaml", 5, "E" }, "its place")
T.contains(finding.text, "[missing-dependency]", "its code")

for _, message in ipairs(messages) do
  assert(not message:find("Error", 1, true), message)
end
vim.lsp.get_clients({ name = "divisi" })[1]:stop()
