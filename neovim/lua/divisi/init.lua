--- Commands of the Divisi plugin. Everything that works in any editor is done by the server; this file asks it.
local M = {}

--- Live runs by id, in the order in which they began: { id, dag, file }.
local runs = {}

local function notify(message, level)
  -- Without a redraw two messages in a row make Neovim ask for a key.
  vim.cmd.redraw()
  vim.notify("divisi: " .. message, level or vim.log.levels.INFO)
end

--- The client that serves `buffer`, or nil with a message. A buffer that was opened a moment ago may still be
--- waiting for its server.
local function client_of(buffer)
  local client
  vim.wait(2000, function()
    client = vim.lsp.get_clients({ name = "divisi", bufnr = buffer })[1]
      or vim.lsp.get_clients({ name = "divisi" })[1]
    return client ~= nil
  end, 10)
  if not client then
    notify("no server is attached to this buffer: open a DAG file, or see :checkhealth vim.lsp", vim.log.levels.ERROR)
  end
  return client
end

--- Asks the server to execute a command and hands its answer to `on_done`.
local function execute(client, buffer, command, argument, on_done)
  client:request("workspace/executeCommand", { command = command, arguments = { argument } }, function(err, result)
    if err then
      notify(err.message, vim.log.levels.ERROR)
    elseif on_done then
      on_done(result)
    end
  end, buffer)
end

--- `name=value` words to a table; nil with a message where one is malformed.
local function parse_arguments(words)
  local arguments = vim.empty_dict()
  for _, word in ipairs(words) do
    local name, value = word:match("^([^=]+)=(.*)$")
    if not name then
      notify(("`%s` is no argument: write name=value"):format(word), vim.log.levels.ERROR)
      return nil
    end
    arguments[name] = value
  end
  return arguments
end

--- Runs the DAG of the current buffer.
--- @param words string[] arguments as `name=value`
--- @param on_started fun(run: string)? called with the run's id
function M.run(words, on_started)
  local buffer = vim.api.nvim_get_current_buf()
  local client = client_of(buffer)
  local arguments = client and parse_arguments(words or {})
  if not client or not arguments then
    return
  end
  if vim.bo[buffer].modified then
    vim.cmd.write()
  end
  local argument = { uri = vim.uri_from_bufnr(buffer), args = arguments }
  execute(client, buffer, "divisi.server.run", argument, function(result)
    if on_started and type(result) == "table" then
      on_started(result.run)
    end
  end)
end

--- Cancels a run: the given one, or the latest that is live.
function M.cancel(run)
  run = run or M.live_runs()[1]
  if not run then
    notify("no run is live")
    return
  end
  local buffer = vim.api.nvim_get_current_buf()
  local client = client_of(buffer)
  if client then
    execute(client, buffer, "divisi.server.cancel", { run = run })
  end
end

--- Trusts the workspace of the current buffer.
function M.trust()
  local buffer = vim.api.nvim_get_current_buf()
  local client = client_of(buffer)
  if client then
    execute(client, buffer, "divisi.server.trust", { uri = vim.uri_from_bufnr(buffer) }, function()
      notify("this workspace may now run programs")
    end)
  end
end

--- Ids of the runs that are live, the latest first.
function M.live_runs()
  local ids = {}
  for at = #runs, 1, -1 do
    table.insert(ids, runs[at])
  end
  return ids
end

local function forget(run)
  runs = vim.tbl_filter(function(id)
    return id ~= run
  end, runs)
end

--- Whether the user has left a feature on: `vim.g.divisi_inlay_hints`, `vim.g.divisi_code_lens`.
local function wants(feature)
  return vim.g["divisi_" .. feature] ~= false
end

local function refresh_lenses(buffer)
  if wants("code_lens") then
    vim.lsp.codelens.refresh({ bufnr = buffer })
  end
end

--- Switches on what Neovim leaves off: hints, and lenses, which Neovim 0.11 asks for only when told to.
function M.on_attach(client, buffer)
  if wants("inlay_hints") then
    vim.lsp.inlay_hint.enable(true, { bufnr = buffer })
  end
  local group = vim.api.nvim_create_augroup("divisi.lenses." .. buffer, { clear = true })
  vim.api.nvim_create_autocmd({ "BufEnter", "InsertLeave", "TextChanged", "BufWritePost" }, {
    group = group,
    buffer = buffer,
    callback = function()
      if client:is_stopped() then
        return true
      end
      refresh_lenses(buffer)
    end,
  })
  refresh_lenses(buffer)
end

--- A run that begins or ends changes what the lens above its DAG does.
local function refresh_all_lenses()
  for _, client in ipairs(vim.lsp.get_clients({ name = "divisi" })) do
    for buffer in pairs(client.attached_buffers) do
      refresh_lenses(buffer)
    end
  end
end

--- Lists where something is used: what the lens "used by" does. Its arguments are a document, a position in it, and
--- the places.
function M.show_references(command, context)
  local client = assert(vim.lsp.get_client_by_id(context.client_id))
  local items = vim.lsp.util.locations_to_items(command.arguments[3], client.offset_encoding)
  vim.fn.setqflist({}, " ", { title = command.title, items = items })
  vim.cmd("botright copen")
end

--- Shows a message of the server: the start and the end of a run.
function M.on_message(params)
  local levels = { vim.log.levels.ERROR, vim.log.levels.WARN }
  notify(params.message, levels[params.type])
end

--- Takes in one `divisi/runEvent`. Other plugins may listen to the autocommand `User DivisiRunEvent`.
function M.on_event(params)
  local record = params.record or params
  forget(record.run)
  if record.type ~= "run_ended" then
    table.insert(runs, record.run)
  end
  if record.type == "run_planned" or record.type == "run_ended" then
    refresh_all_lenses()
  end
  vim.api.nvim_exec_autocmds("User", { pattern = "DivisiRunEvent", data = record })
end

return M
