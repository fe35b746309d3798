--- Inlay hints and code lenses, which Neovim leaves off, and what a lens does that the server cannot do.
local servers = require("divisi.servers")
local M = {}

--- Whether the user has left a feature on: `vim.g.divisi_inlay_hints`, `vim.g.divisi_code_lens`.
---@param feature string
local function wants(feature)
  return vim.g["divisi_" .. feature] ~= false
end

---@param buffer integer
local function refresh(buffer)
  if wants("code_lens") and not vim.lsp.codelens.enable then
    vim.lsp.codelens.refresh({ bufnr = buffer })
  end
end

--- Neovim 0.11 asks for lenses only when told to; later ones follow the text by themselves.
---@param client vim.lsp.Client
---@param buffer integer
local function keep_fresh(client, buffer)
  local group = vim.api.nvim_create_augroup("divisi.lenses." .. buffer, { clear = true })
  vim.api.nvim_create_autocmd({ "BufEnter", "InsertLeave", "TextChanged", "BufWritePost" }, {
    group = group,
    buffer = buffer,
    callback = function()
      if client:is_stopped() then
        return true
      end
      refresh(buffer)
    end,
  })
  refresh(buffer)
end

---@param client vim.lsp.Client
---@param buffer integer
function M.on_attach(client, buffer)
  if wants("inlay_hints") then
    vim.lsp.inlay_hint.enable(true, { bufnr = buffer })
  end
  if not wants("code_lens") then
    return
  end
  if vim.lsp.codelens.enable then
    vim.lsp.codelens.enable(true, { bufnr = buffer })
  else
    keep_fresh(client, buffer)
  end
end

--- A run that begins or ends changes what the lens above its DAG does.
function M.refresh_all()
  for _, client in ipairs(servers.all()) do
    for buffer in pairs(client.attached_buffers) do
      refresh(buffer)
    end
  end
end

--- Lists where something is used: what the lens "used by" does. Its arguments are a document, a position in it, and
--- the places.
---@param command lsp.Command
---@param context { client_id: integer }
function M.show_references(command, context)
  local client = assert(vim.lsp.get_client_by_id(context.client_id))
  local items = vim.lsp.util.locations_to_items(command.arguments[3], client.offset_encoding)
  vim.fn.setqflist({}, " ", { title = command.title, items = items })
  vim.cmd("botright copen")
end

return M
