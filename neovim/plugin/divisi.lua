if vim.g.loaded_divisi then
  return
end
vim.g.loaded_divisi = true

if vim.fn.has("nvim-0.11") == 0 then
  vim.notify("divisi needs Neovim 0.11 or newer", vim.log.levels.ERROR)
  return
end

-- A file type of its own keeps YAML's colours (`yaml.divisi` loads both) and keeps other YAML servers away,
-- so that each fault is shown once.
vim.filetype.add({
  pattern = {
    [".*%.dag%.ya?ml"] = "yaml.divisi",
    [".*%.dag%.json"] = "jsonc.divisi",
  },
})

---@param name string
---@param action fun(command: vim.api.keyset.create_user_command.command_args)
---@param attributes vim.api.keyset.user_command
local function command(name, action, attributes)
  vim.api.nvim_create_user_command(name, action, attributes)
end

--- Completes the id of a run.
---@param which "any"|"live"|"unfinished"
---@return fun(lead: string): string[]
local function runs(which)
  return function(lead)
    return vim.tbl_filter(function(id)
      return vim.startswith(id, lead)
    end, require("divisi").ids(which))
  end
end

command("DivisiRun", function(called)
  require("divisi").run(called.fargs, { asks_all = called.bang })
end, {
  nargs = "*",
  bang = true,
  desc = "Run the DAG of this buffer; arguments as name=value, with ! they are asked for",
  complete = function(lead)
    return require("divisi.arguments").complete(lead)
  end,
})

command("DivisiCancel", function(called)
  require("divisi").cancel(called.fargs[1])
end, { nargs = "?", desc = "Cancel a run, by default the latest that is live", complete = runs("live") })

command("DivisiPause", function(called)
  require("divisi").pause(called.fargs[1])
end, { nargs = "?", desc = "Pause a run, or go on with a paused one", complete = runs("live") })

command("DivisiResume", function(called)
  require("divisi").resume(called.fargs[1])
end, { nargs = "?", desc = "Go on with an unfinished run", complete = runs("unfinished") })

command("DivisiShow", function(called)
  require("divisi").show(called.fargs[1], called.smods)
end, { nargs = "?", desc = "Show a run, by default the latest", complete = runs("any") })

command("DivisiRuns", function(called)
  require("divisi").runs(called.smods)
end, { desc = "List the runs of this workspace" })

command("DivisiGraph", function(called)
  require("divisi").graph(called.smods)
end, { desc = "Show the graph of the DAG in this buffer" })

command("DivisiFailures", function(called)
  require("divisi").failures(called.fargs[1])
end, { nargs = "?", desc = "List what failed in a run in the quickfix list", complete = runs("any") })

command("DivisiFindings", function()
  require("divisi").findings()
end, { desc = "List what is wrong in this workspace in the quickfix list" })

command("DivisiTrust", function()
  require("divisi").trust()
end, { desc = "Let the DAGs of this workspace run programs" })

vim.lsp.enable("divisi")
