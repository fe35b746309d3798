--- What the server tells by itself.
local lenses = require("divisi.lenses")
local say = require("divisi.say")
local store = require("divisi.store")
local M = {}

local MORE = "… (:DivisiShow)"

--- What of a message fits on a line. More would make Neovim ask for a key, and the views stand still until it comes.
---@param message string
---@return string
local function on_one_line(message)
  local line = message:match("^[^\n]*")
  local room = vim.v.echospace - vim.api.nvim_strwidth(say.PREFIX)
  if line == message and vim.api.nvim_strwidth(line) <= room then
    return line
  end
  return vim.fn.strcharpart(line, 0, room - vim.api.nvim_strwidth(MORE)) .. MORE
end

--- Shows a message of the server: the start and the end of a run.
---@param params lsp.ShowMessageParams
function M.message(params)
  local levels = { vim.log.levels.ERROR, vim.log.levels.WARN }
  say.info(on_one_line(params.message), levels[params.type])
end

--- Takes in one event of a run. Other plugins may listen to the autocommand `User DivisiRunEvent`.
---@param client vim.lsp.Client
---@param event { run: string, type: string }
function M.run_event(client, event)
  if event.type == "run_planned" or event.type == "host_started" or event.type == "run_ended" then
    lenses.refresh_all()
  end
  store.hear(client, event)
  vim.api.nvim_exec_autocmds("User", { pattern = "DivisiRunEvent", data = event })
end

return M
