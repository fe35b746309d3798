--- Documents that only the server has: the log of a node, the graph of a DAG. A buffer whose name is such a URI holds
--- the text, and follows it while it grows.
local servers = require("divisi.servers")
local panel = require("divisi.panel")
local store = require("divisi.store")
local M = {}

local function encoded(text)
  return vim.uri_encode(text, "rfc3986")
end

---@param run divisi.Run
---@param node string
---@return string uri
local function log_uri(run, node)
  local root = encoded(vim.uri_to_fname(run.root)):gsub("%%2F", "/")
  return ("divisi-log:%s?run=%s&node=%s"):format(root, encoded(run.run), encoded(node))
end

---@param path string
---@return string uri
function M.graph(path)
  return "divisi-graph:" .. encoded(path):gsub("%%2F", "/")
end

--- Whether the last line is to stay in sight.
---@param buffer integer
---@param window integer
local function follows(buffer, window)
  return vim.api.nvim_win_get_cursor(window)[1] == vim.api.nvim_buf_line_count(buffer)
end

---@param buffer integer
---@param text string
local function fill(buffer, text)
  local at_end = vim.tbl_filter(function(window)
    return follows(buffer, window)
  end, vim.fn.win_findbuf(buffer))
  local lines = vim.split((text:gsub("\n$", "")), "\r?\n")
  vim.bo[buffer].modifiable = true
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].modifiable = false
  vim.bo[buffer].modified = false
  if vim.startswith(vim.api.nvim_buf_get_name(buffer), "divisi-log:") then
    for _, window in ipairs(at_end) do
      vim.api.nvim_win_set_cursor(window, { #lines, 0 })
    end
  end
end

--- The server whose workspace holds what a URI names.
---@param uri string
---@return vim.lsp.Client?
local function server_of(uri)
  local path = vim.uri_decode(uri:match("^[%a-]+:([^?]*)"))
  for _, client in ipairs(servers.all()) do
    if client.root_dir and vim.fs.relpath(client.root_dir, path) then
      return client
    end
  end
  return servers.all()[1]
end

--- Asks for the text of a buffer anew.
---@param buffer integer
---@param on_filled? fun()
function M.load(buffer, on_filled)
  local uri = vim.api.nvim_buf_get_name(buffer)
  local client = server_of(uri)
  if not client then
    return fill(buffer, "no server is running: open a DAG file first")
  end
  servers.request(client, "workspace/textDocumentContent", { uri = uri }, function(answer)
    if vim.api.nvim_buf_is_valid(buffer) then
      fill(buffer, answer.text)
      if on_filled then
        on_filled()
      end
    end
  end)
end

--- Opens a document in a split.
---@param uri string
---@param mods? vim.api.keyset.cmd_mods
---@param on_filled? fun(buffer: integer)
function M.open(uri, mods, on_filled)
  local buffer = vim.fn.bufadd(uri)
  vim.bo[buffer].buftype = "nofile"
  vim.bo[buffer].swapfile = false
  vim.bo[buffer].bufhidden = "wipe"
  panel.show(buffer, mods)
  vim.bo[buffer].filetype = uri:match("^divisi%-%a+")
  vim.keymap.set("n", "q", "<Cmd>close<CR>", { buffer = buffer, desc = "divisi: close", nowait = true })
  M.load(buffer, on_filled and function()
    on_filled(buffer)
  end)
end

--- The server says that a document has a new text.
---@param uri string
function M.refresh(uri)
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buffer) and vim.api.nvim_buf_get_name(buffer) == uri then
      M.load(buffer)
    end
  end
end

--- Opens what a node wrote. Its runner tells nobody that it wrote more, so while the run goes on it is asked each second.
---@param run divisi.Run
---@param node string
function M.open_log(run, node)
  M.open(log_uri(run, node), nil, function(buffer)
    local stop = store.listen(function(changed)
      if changed == run.run then
        M.load(buffer)
      end
    end)
    vim.api.nvim_create_autocmd("BufWipeout", { buffer = buffer, once = true, callback = stop })
  end)
end

--- Opens a text that nobody keeps in a split.
---@param name string
---@param text string
---@param filetype? string
function M.text(name, text, filetype)
  local buffer = vim.fn.bufadd(name)
  vim.bo[buffer].buftype = "nofile"
  vim.bo[buffer].swapfile = false
  vim.bo[buffer].bufhidden = "wipe"
  panel.show(buffer)
  fill(buffer, text)
  vim.bo[buffer].filetype = filetype or ""
  vim.keymap.set("n", "q", "<Cmd>close<CR>", { buffer = buffer, desc = "divisi: close", nowait = true })
end

return M
