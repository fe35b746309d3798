--- Messages to the user.
local M = {}

M.PREFIX = "divisi: "

---@param message string
---@param level? integer of `vim.log.levels`
function M.info(message, level)
  -- Without a redraw two messages in a row make Neovim ask for a key.
  vim.cmd.redraw()
  vim.notify(M.PREFIX .. message, level or vim.log.levels.INFO)
end

---@param message string
function M.error(message)
  M.info(message, vim.log.levels.ERROR)
end

return M
