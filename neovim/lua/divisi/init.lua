--- What the commands of the plugin do. Everything that works in any editor is done by the server; this asks it.
local actions = require("divisi.actions")
local arguments = require("divisi.arguments")
local say = require("divisi.say")
local servers = require("divisi.servers")
local store = require("divisi.store")
local M = {}

--- Asks for the runs and hands over the one that is meant: the named one, else the latest that `fits`, of the DAG in
--- the current buffer before others.
---@param id string?
---@param fits fun(run: divisi.Run): boolean
---@param otherwise string said where there is none
---@param on_run fun(run: divisi.Run)
local function with_run(id, fits, otherwise, on_run)
  if not servers.of(vim.api.nvim_get_current_buf()) then
    return
  end
  local uri = vim.uri_from_bufnr(0)
  store.refresh(function()
    local latest, of_this
    for _, run in ipairs(store.runs()) do
      if id and run.run == id then
        return on_run(run)
      end
      if not id and fits(run) then
        latest = latest or run
        of_this = of_this or (run.uri == uri and run or nil)
      end
    end
    local run = of_this or latest
    if run then
      on_run(run)
    else
      say.info(id and ("there is no run `%s`"):format(id) or otherwise)
    end
  end)
end

local function is_any()
  return true
end

---@param run divisi.Run
local function is_live(run)
  return run.isLive
end

---@param run divisi.Run
local function is_unfinished(run)
  return not run.isLive and run.status ~= "succeeded"
end

---@class divisi.RunOptions
---@field asks_all? boolean whether to ask for arguments that have a default too
---@field to? string the last node

--- Runs the DAG of the current buffer.
---@param words string[] arguments as `name=value`
---@param options? divisi.RunOptions
function M.run(words, options)
  options = options or {}
  local buffer = vim.api.nvim_get_current_buf()
  local client = servers.of(buffer)
  if not client then
    return
  end
  if vim.bo[buffer].modified then
    vim.cmd.write()
  end
  local uri = vim.uri_from_bufnr(buffer)
  servers.request(client, "divisi/graph", { textDocument = { uri = uri } }, function(graph)
    local declared = graph and graph.args or {}
    local given, reason = arguments.parse(words, declared)
    if not given then
      return say.error(reason or "")
    end
    arguments.ask(declared, given, options.asks_all == true, function()
      servers.execute(client, "divisi.server.run", { uri = uri, args = given, to = options.to })
    end)
  end)
end

--- Cancels a run: the given one, or the latest that is live.
---@param id? string
function M.cancel(id)
  with_run(id, is_live, "no run is live", actions.cancel)
end

--- Pauses a run, or goes on with a paused one.
---@param id? string
function M.pause(id)
  with_run(id, is_live, "no run is live", actions.pause)
end

--- Goes on with an unfinished run.
---@param id? string
function M.resume(id)
  with_run(id, is_unfinished, "no run is unfinished", actions.resume)
end

--- Opens the view of a run: of the given one, else of the latest.
---@param id? string
---@param mods? vim.api.keyset.cmd_mods
function M.show(id, mods)
  with_run(id, is_any, "nothing has run in this workspace yet", function(run)
    require("divisi.run_view").open(run.run, mods)
  end)
end

--- Lists what failed in a run, in the quickfix list.
---@param id? string
function M.failures(id)
  with_run(id, is_any, "nothing has run in this workspace yet", function(run)
    store.get(run.run, require("divisi.quickfix").failures)
  end)
end

--- Lists what is wrong in the workspace, in the quickfix list.
function M.findings()
  require("divisi.quickfix").findings()
end

--- Opens the list of runs.
---@param mods? vim.api.keyset.cmd_mods
function M.runs(mods)
  if servers.of(vim.api.nvim_get_current_buf()) then
    require("divisi.runs_view").open(mods)
  end
end

--- Opens the graph of the DAG in the current buffer.
---@param mods? vim.api.keyset.cmd_mods
function M.graph(mods)
  if servers.of(vim.api.nvim_get_current_buf()) then
    require("divisi.graph_view").open(mods)
  end
end

--- Trusts the workspace of the current buffer.
function M.trust()
  local buffer = vim.api.nvim_get_current_buf()
  local client = servers.of(buffer)
  if client then
    servers.execute(client, "divisi.server.trust", { uri = vim.uri_from_bufnr(buffer) }, function()
      say.info("this workspace may now run programs")
    end)
  end
end

--- Ids of the runs that are known and fit, for completion.
---@param which "any"|"live"|"unfinished"
---@return string[]
function M.ids(which)
  local fits = ({ any = is_any, live = is_live, unfinished = is_unfinished })[which]
  return vim.tbl_map(function(run)
    return run.run
  end, vim.tbl_filter(fits, store.runs()))
end

return M
