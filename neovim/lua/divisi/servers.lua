--- Which server is asked, and how. There is one for each workspace folder.
local say = require("divisi.say")
local M = {}

---@return vim.lsp.Client[]
function M.all()
  return vim.lsp.get_clients({ name = "divisi" })
end

--- The client that serves `buffer`, else any; nil with a message where there is none. A buffer that was opened a moment
--- ago may still be waiting for its server.
---@param buffer integer
---@return vim.lsp.Client?
function M.of(buffer)
  local client
  vim.wait(2000, function()
    client = vim.lsp.get_clients({ name = "divisi", bufnr = buffer })[1] or M.all()[1]
    return client ~= nil and client.initialized == true
  end, 10)
  if not client then
    say.error("no server is attached to this buffer: open a DAG file, or see :checkhealth divisi")
  end
  return client
end

--- Asks the server; a refusal is told to the user.
---@param client vim.lsp.Client
---@param method string
---@param params table
---@param on_answer? fun(result: any)
---@param on_refusal? fun() called after the message
function M.request(client, method, params, on_answer, on_refusal)
  ---@diagnostic disable-next-line: param-type-mismatch our own methods are none of the protocol's
  local sent = client:request(method, params, function(refusal, result)
    if refusal then
      say.error(refusal.message)
      if on_refusal then
        on_refusal()
      end
    elseif on_answer then
      on_answer(result)
    end
  end)
  if not sent and on_refusal then
    on_refusal()
  end
end

--- Asks the server to execute a command.
---@param client vim.lsp.Client
---@param command string
---@param argument table
---@param on_answer? fun(result: any)
function M.execute(client, command, argument, on_answer)
  M.request(client, "workspace/executeCommand", { command = command, arguments = { argument } }, on_answer)
end

--- The graph of a DAG's file; nil where there is none. Waits a moment: for completion, which cannot come later.
---@param buffer integer
---@return divisi.Graph?
function M.graph_now(buffer)
  local client = vim.lsp.get_clients({ name = "divisi", bufnr = buffer })[1]
  if not client then
    return nil
  end
  local params = { textDocument = { uri = vim.uri_from_bufnr(buffer) } }
  ---@diagnostic disable-next-line: param-type-mismatch
  local answer = client:request_sync("divisi/graph", params, 500, buffer)
  return answer and answer.result or nil
end

return M
