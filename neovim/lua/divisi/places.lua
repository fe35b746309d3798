--- Where the nodes of a DAG stand.
local servers = require("divisi.servers")
local M = {}

--- Hands over the rows of all nodes in a DAG's buffer, from 0, by id; none where it holds no DAG.
---@param buffer integer
---@param on_rows fun(rows: table<string, integer>, graph: divisi.Graph?)
function M.rows(buffer, on_rows)
  local client = vim.lsp.get_clients({ name = "divisi", bufnr = buffer })[1]
  if not client then
    return on_rows({}, nil)
  end
  local params = { textDocument = { uri = vim.uri_from_bufnr(buffer) } }
  servers.request(client, "divisi/graph", params, function(graph)
    local rows = {}
    for at, node in ipairs(graph and graph.nodes or {}) do
      rows[node.id] = graph.places[at].idRange.start.line
    end
    on_rows(rows, graph)
  end)
end

--- The node of the file that a path in a run belongs to: `tests` for `tests[eu]` and for `tests/unit`.
---@param path string
---@return string
function M.base(path)
  return (path:gsub("[%[/].*$", ""))
end

--- Opens a DAG's file and puts the cursor on one of its nodes: where it stands now, else where it stood in the run.
---@param uri string
---@param node divisi.Node|{ path: string, line?: integer }
function M.jump(uri, node)
  local buffer = vim.uri_to_bufnr(uri)
  local window = vim.fn.bufwinid(buffer)
  if window ~= -1 then
    vim.api.nvim_set_current_win(window)
  else
    vim.cmd.wincmd("p")
    if vim.bo.buftype ~= "" then
      vim.cmd("topleft split")
    end
    vim.cmd.edit(vim.fn.fnameescape(vim.uri_to_fname(uri)))
  end
  window = vim.api.nvim_get_current_win()
  M.rows(buffer, function(rows)
    local row = rows[M.base(node.path)] or node.line or 0
    local last = vim.api.nvim_buf_line_count(buffer)
    vim.cmd.normal({ "m'", bang = true })
    vim.api.nvim_win_set_cursor(window, { math.min(row + 1, last), 0 })
    vim.api.nvim_win_call(window, function()
      vim.cmd.normal({ "^zv", bang = true })
    end)
  end)
end

return M
