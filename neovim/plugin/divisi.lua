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

vim.api.nvim_create_user_command("DivisiRun", function(command)
  require("divisi").run(command.fargs)
end, { nargs = "*", desc = "Run the DAG of this buffer; arguments as name=value" })

vim.api.nvim_create_user_command("DivisiCancel", function(command)
  require("divisi").cancel(command.fargs[1])
end, {
  nargs = "?",
  desc = "Cancel a run: the given one, or the latest that is live",
  complete = function()
    return require("divisi").live_runs()
  end,
})

vim.api.nvim_create_user_command("DivisiTrust", function()
  require("divisi").trust()
end, { desc = "Let the DAGs of this workspace run programs" })

vim.lsp.enable("divisi")
