local T = dofile(vim.env.DIVISI_TESTLIB)

local ended
vim.api.nvim_create_autocmd("User", {
  pattern = "DivisiRunEvent",
  callback = function(event)
    if event.data.type == "run_ended" then
      ended = event.data.verdict
    end
  end,
})

T.open("slow.dag.yaml")
vim.cmd("DivisiTrust")
vim.cmd("DivisiRun")
T.wait("the node's child", function()
  return vim.fn.filereadable("child") == 1 and #vim.fn.readfile("child") == 1
end)
local pid = vim.fn.readfile("pid")[1]
local child = vim.fn.readfile("child")[1]
assert(vim.uv.fs_stat("/proc/" .. child), "the child lives")
local status = ""
T.wait("the status line to name the node", function()
  status = status .. vim.lsp.status()
  return status:find("wait", 1, true) ~= nil
end)

vim.cmd("DivisiCancel")
T.wait("the run to end", function()
  return ended ~= nil
end)
T.equal(ended, "cancelled", "the verdict")
for _, process in ipairs({ pid, child }) do
  assert(not vim.uv.fs_stat("/proc/" .. process), "process " .. process .. " survived")
end

vim.lsp.get_clients({ name = "divisi" })[1]:stop()
