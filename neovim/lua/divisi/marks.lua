--- The states of nodes as virtual text, in the DAG and in its graph, while a run of it goes on.
local graph_view = require("divisi.graph_view")
local places = require("divisi.places")
local store = require("divisi.store")
local words = require("divisi.words")
local M = {}

local namespace = vim.api.nvim_create_namespace("divisi.states")

---@class divisi.Marked
---@field run string
---@field tick? integer of the text that the rows belong to
---@field rows table<string, integer>
---@field is_asked boolean

---@type table<integer, divisi.Marked> by buffer
local marked = {}

---@param run divisi.KnownRun
---@param node divisi.Node
---@return string
local function state_in_words(run, node)
  if not node.isGroup then
    return words.state(node.state)
  end
  local done, all = 0, 0
  for _, other in ipairs(run.nodes) do
    if other.path ~= node.path and places.base(other.path) == node.path and not other.isGroup then
      all = all + 1
      done = done + (other.wallMs and 1 or 0)
    end
  end
  return all == 0 and words.state(node.state) or ("%d/%d"):format(done, all)
end

---@param buffer integer
---@param run divisi.KnownRun
---@param rows table<string, integer>
local function draw(buffer, run, rows)
  vim.api.nvim_buf_clear_namespace(buffer, namespace, 0, -1)
  local last = vim.api.nvim_buf_line_count(buffer) - 1
  for _, node in ipairs(run.nodes) do
    local row = rows[node.path]
    if row and row <= last then
      local sign, group = words.look(node.state)
      local time = words.time_of(node)
      local text = ("%s %s%s"):format(sign, state_in_words(run, node), time and " " .. time or "")
      vim.api.nvim_buf_set_extmark(buffer, namespace, row, 0, {
        virt_text = { { text, group } },
        virt_text_pos = "eol",
        hl_mode = "combine",
        priority = 200,
      })
    end
  end
end

---@param buffer integer
local function clear(buffer)
  if vim.api.nvim_buf_is_valid(buffer) then
    vim.api.nvim_buf_clear_namespace(buffer, namespace, 0, -1)
  end
  marked[buffer] = nil
end

--- Draws the states where the nodes stand now: after an edit they may stand elsewhere.
---@param buffer integer
---@param find fun(buffer: integer, on_rows: fun(rows: table<string, integer>))
---@param run divisi.KnownRun
local function update(buffer, find, run)
  local mark = marked[buffer]
  if not mark or mark.run < run.run then
    mark = { run = run.run, rows = {}, is_asked = false }
    marked[buffer] = mark
  elseif mark.run ~= run.run then
    return -- A later run of the same file goes on.
  end
  local tick = vim.api.nvim_buf_get_changedtick(buffer)
  if mark.tick == tick then
    return draw(buffer, run, mark.rows)
  end
  if mark.is_asked then
    return
  end
  mark.is_asked = true
  find(buffer, function(rows)
    mark.is_asked, mark.tick, mark.rows = false, tick, rows
    local known = store.peek(run.run)
    if marked[buffer] == mark and known and vim.api.nvim_buf_is_loaded(buffer) then
      draw(buffer, known, rows)
    end
  end)
end

---@param run divisi.KnownRun
local function show(run)
  local path = vim.uri_to_fname(run.uri)
  local graph = require("divisi.documents").graph(path)
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buffer) then
      local name = vim.api.nvim_buf_get_name(buffer)
      if name == path then
        update(buffer, places.rows, run)
      elseif name == graph then
        update(buffer, graph_view.rows_in, run)
      end
    end
  end
end

---@param id string?
local function changed(id)
  for buffer, mark in pairs(marked) do
    local run = store.peek(mark.run)
    if not run or not run.isLive then
      clear(buffer)
    end
  end
  for _, live in ipairs(id and { id } or store.live()) do
    local run = store.peek(live)
    if run and run.isLive then
      show(run)
    end
  end
end

--- Begins to draw.
function M.start()
  store.listen(changed)
end

return M
