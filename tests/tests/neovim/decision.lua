-- Nodes stand under the titles of their phases, and somebody says how a lost attempt ended.
local T = dofile(vim.env.DIVISI_TESTLIB)

T.open("lost.dag.yaml")
T.wait_codes({})
vim.cmd("DivisiTrust")
vim.cmd("DivisiRun")
T.wait("a run", function()
  return #vim.fn.getcompletion("DivisiShow ", "cmdline") == 1
end)
vim.cmd("DivisiShow")
T.wait_text("waits for a decision")
T.wait_text("Build  1/1")
local lines = vim.api.nvim_buf_get_lines(0, 4, -1, false)
T.contains(lines[1], "✓ look", "what has no phase stands first")
T.equal(lines[2], "Build  1/1", "a phase that is over")
T.contains(lines[3], "  ✓ make", "its node")
T.equal(lines[4], "Ship it  0/1", "a phase that is not")
T.contains(lines[5], "  ! deploy", "its node")
T.equal(#lines, 5, "no more than that")

local offered
vim.ui.select = function(items, options, on_choice)
  T.contains(options.prompt, "its attempt was lost", "the question")
  offered = items
  on_choice("Mark as succeeded")
end
T.after("! deploy")
vim.api.nvim_feedkeys("D", "mx", false)
T.wait_text("Ship it  1/1")
T.equal(offered, { "Run again", "Mark as succeeded", "Mark as failed" }, "what can be answered")
T.wait_text("✓ lost  succeeded")
vim.lsp.get_clients({ name = "divisi" })[1]:stop()
