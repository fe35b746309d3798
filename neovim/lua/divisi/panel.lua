--- A read-only buffer of rows in a split, with keys of its own and a help on `g?`.

---@class divisi.Chunk
---@field [1] string
---@field [2]? string highlight group

---@class divisi.Row
---@field chunks divisi.Chunk[]
---@field item? any what the keys act on
---@field key? string by which the cursor stays on the row when rows come and go

---@class divisi.Panel
---@field buffer integer
---@field rows divisi.Row[]
---@field keys { [1]: string, [2]: string }[]
local Panel = {}
Panel.__index = Panel

local M = {}
local namespace = vim.api.nvim_create_namespace("divisi.panel")
local HIGHEST = 18

--- Shows `buffer` in a split: in the window that has it, else where the modifiers of the command say.
---@param buffer integer
---@param mods? vim.api.keyset.cmd_mods
function M.show(buffer, mods)
  local window = vim.fn.bufwinid(buffer)
  if window ~= -1 then
    vim.api.nvim_set_current_win(window)
    return
  end
  mods = mods or {}
  local is_placed = mods.vertical or mods.horizontal or (mods.split or "") ~= "" or (mods.tab or -1) >= 0
  local command = { cmd = "sbuffer", args = { tostring(buffer) }, mods = mods }
  if not is_placed then
    command.mods = { split = "botright" }
  end
  vim.cmd(command)
  if not is_placed then
    vim.api.nvim_win_set_height(0, math.min(HIGHEST, math.floor(vim.o.lines / 2)))
  end
  vim.wo[0][0].wrap = false
  vim.wo[0][0].number = false
  vim.wo[0][0].relativenumber = false
  vim.wo[0][0].signcolumn = "no"
  vim.wo[0][0].cursorline = true
end

--- The panel with this name, made where there is none.
---@param name string of its buffer
---@param filetype string
---@return divisi.Panel
function M.new(name, filetype)
  local buffer = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_name(buffer, name)
  vim.bo[buffer].bufhidden = "wipe"
  vim.bo[buffer].modifiable = false
  vim.bo[buffer].filetype = filetype
  local panel = setmetatable({ buffer = buffer, rows = {}, keys = {} }, Panel)
  panel:map("g?", "show or hide this help", function()
    panel:help()
  end)
  panel:map("q", "close", function()
    vim.api.nvim_win_close(0, false)
  end)
  return panel
end

---@param lhs string
---@param does string
---@param action fun(item: any) called with the item of the row under the cursor
function Panel:map(lhs, does, action)
  table.insert(self.keys, { lhs, does })
  vim.keymap.set("n", lhs, function()
    local row = self.rows[vim.api.nvim_win_get_cursor(0)[1]]
    action(row and row.item)
  end, { buffer = self.buffer, desc = "divisi: " .. does, nowait = true })
end

--- Lists the keys beside the rows, until any key that leaves it.
function Panel:help()
  local lines, width = {}, 0
  for _, key in ipairs(self.keys) do
    local line = (" %-5s %s "):format(key[1], key[2])
    width = math.max(width, vim.api.nvim_strwidth(line))
    table.insert(lines, line)
  end
  local buffer = vim.api.nvim_create_buf(false, true)
  vim.bo[buffer].bufhidden = "wipe"
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].modifiable = false
  local window = vim.api.nvim_open_win(buffer, true, {
    relative = "editor",
    row = math.max(0, math.floor((vim.o.lines - #lines) / 2) - 1),
    col = math.max(0, math.floor((vim.o.columns - width) / 2)),
    width = width,
    height = math.min(#lines, math.max(1, vim.o.lines - 4)),
    style = "minimal",
    border = "rounded",
    title = " Keys ",
  })
  for _, lhs in ipairs({ "g?", "q", "<Esc>", "<CR>" }) do
    vim.keymap.set("n", lhs, function()
      vim.api.nvim_win_close(window, true)
    end, { buffer = buffer, nowait = true })
  end
end

--- The key of the row on which the cursor of `window` stands.
---@param window integer
---@return string?
function Panel:key_in(window)
  local row = self.rows[vim.api.nvim_win_get_cursor(window)[1]]
  return row and row.key
end

---@param key string?
---@return integer?
function Panel:line_of(key)
  for line, row in ipairs(self.rows) do
    if key and row.key == key then
      return line
    end
  end
end

--- The first line with something that the keys act on.
---@return integer?
function Panel:first_item()
  for line, row in ipairs(self.rows) do
    if row.item then
      return line
    end
  end
end

--- Shows these rows instead of the former.
---@param rows divisi.Row[]
function Panel:render(rows)
  if not vim.api.nvim_buf_is_valid(self.buffer) then
    return
  end
  local kept = {}
  for _, window in ipairs(vim.fn.win_findbuf(self.buffer)) do
    kept[window] = self:key_in(window)
  end
  self.rows = rows
  local lines = {}
  for _, row in ipairs(rows) do
    local texts = vim.tbl_map(function(chunk)
      return (chunk[1]:gsub("%c", " "))
    end, row.chunks)
    table.insert(lines, table.concat(texts))
  end
  vim.bo[self.buffer].modifiable = true
  vim.api.nvim_buf_set_lines(self.buffer, 0, -1, false, lines)
  vim.bo[self.buffer].modifiable = false
  self:colour()
  for window, key in pairs(kept) do
    local line = self:line_of(key)
    if line then
      vim.api.nvim_win_set_cursor(window, { line, vim.api.nvim_win_get_cursor(window)[2] })
    end
  end
end

function Panel:colour()
  vim.api.nvim_buf_clear_namespace(self.buffer, namespace, 0, -1)
  for line, row in ipairs(self.rows) do
    local column = 0
    for _, chunk in ipairs(row.chunks) do
      local last = column + #chunk[1]
      if chunk[2] then
        vim.api.nvim_buf_set_extmark(
          self.buffer,
          namespace,
          line - 1,
          column,
          { end_col = last, hl_group = chunk[2] }
        )
      end
      column = last
    end
  end
end

--- Calls `on_gone` when the buffer is closed.
---@param on_gone fun()
function Panel:on_gone(on_gone)
  vim.api.nvim_create_autocmd("BufWipeout", { buffer = self.buffer, once = true, callback = on_gone })
end

return M
