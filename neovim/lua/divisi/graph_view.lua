--- The graph of a DAG in a split, one line a node.
local documents = require("divisi.documents")
local places = require("divisi.places")
local say = require("divisi.say")
local M = {}

--- Where a node's name begins in its line, which the indentation and its mark stand before.
local NAME_AT = 5

--- The row of each node in the lines of a graph, from 0, by id.
---@param lines string[]
---@param graph divisi.Graph
---@return table<string, integer>
function M.rows(lines, graph)
  local by_name = {}
  for _, node in ipairs(graph.nodes) do
    by_name[node.name:gsub("%c", " ")] = node.id
  end
  local rows = {}
  for row, line in ipairs(lines) do
    -- Columns are two blanks apart; a name that is a line of a program may hold as many.
    local name = line:match("^  [ *!] (.-)%s%s") or line:sub(NAME_AT)
    local id = by_name[name] or by_name[line:sub(NAME_AT)]
    if id and line:find("^  [ *!] ") then
      rows[id] = row - 1
    end
  end
  return rows
end

---@param buffer integer
---@return integer? buffer of the DAG that a graph's buffer shows
local function dag_of(buffer)
  local path = vim.api.nvim_buf_get_name(buffer):match("^divisi%-graph:(.*)$")
  return path and vim.uri_to_bufnr("file://" .. path)
end

--- Hands over the rows of all nodes in a graph's buffer.
---@param buffer integer
---@param on_rows fun(rows: table<string, integer>, graph: divisi.Graph?)
function M.rows_in(buffer, on_rows)
  places.rows(dag_of(buffer), function(_, graph)
    if graph and vim.api.nvim_buf_is_valid(buffer) then
      on_rows(M.rows(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), graph), graph)
    end
  end)
end

--- Goes from the node under the cursor to its line in the file.
---@param buffer integer
local function jump(buffer)
  local row = vim.api.nvim_win_get_cursor(0)[1] - 1
  local dag = dag_of(buffer)
  M.rows_in(buffer, function(rows)
    for id, at in pairs(rows) do
      if at == row then
        return places.jump(vim.uri_from_bufnr(dag), { path = id })
      end
    end
  end)
end

--- Puts the cursor on the node that the DAG's cursor is in.
---@param buffer integer
---@param line integer of the DAG, from 0
local function select(buffer, line)
  M.rows_in(buffer, function(rows, graph)
    for at, place in ipairs(graph.places) do
      local range, row = place.range, rows[graph.nodes[at].id]
      local window = vim.fn.bufwinid(buffer)
      if row and window ~= -1 and range.start.line <= line and line <= range["end"].line then
        vim.api.nvim_win_set_cursor(window, { row + 1, NAME_AT - 1 })
      end
    end
  end)
end

--- Opens the graph of the DAG in the current buffer.
---@param mods? vim.api.keyset.cmd_mods
function M.open(mods)
  local path = vim.api.nvim_buf_get_name(0)
  if not vim.bo.filetype:find("divisi", 1, true) then
    return say.error("this buffer holds no DAG")
  end
  local line = vim.api.nvim_win_get_cursor(0)[1] - 1
  documents.open(documents.graph(path), mods, function(buffer)
    vim.keymap.set("n", "<CR>", function()
      jump(buffer)
    end, { buffer = buffer, desc = "divisi: go to the node in its file", nowait = true })
    select(buffer, line)
  end)
end

return M
