--- What is known of the runs of this Neovim. The server folds a run's events; here they only tell that it is to be
--- asked anew, so nothing shown can drift from what is stored.
local servers = require("divisi.servers")
local M = {}

--- Between two questions about one run pass at least this many milliseconds, and `PATIENCE` times as many as the last
--- answer took: a run of thousands of nodes must not keep the editor busy.
local PAUSE = 100
local PATIENCE = 4

---@class divisi.Entry
---@field client vim.lsp.Client
---@field run? divisi.Run as it was listed
---@field known? divisi.KnownRun
---@field is_live boolean
---@field is_asked boolean a question is under way, or the pause after it
---@field is_stale boolean something happened since it was asked
---@field waiting fun(known: divisi.KnownRun)[]

---@type table<string, divisi.Entry> by the run's id
local entries = {}
---@type table<fun(run: string?), true>
local listeners = {}

--- Calls `listener` with the id of a run that changed; with none where any may have. The answer ends it.
---@param listener fun(run: string?)
---@return fun()
function M.listen(listener)
  listeners[listener] = true
  return function()
    listeners[listener] = nil
  end
end

---@param run string?
local function changed(run)
  for listener in pairs(vim.deepcopy(listeners, true)) do
    listener(run)
  end
end

---@type uv.uv_timer_t?
local beat

--- While a run goes on its times grow each second.
local function keep_beating()
  local is_live = #M.live() > 0
  if is_live and not beat then
    beat = assert(vim.uv.new_timer())
    beat:start(
      1000,
      1000,
      vim.schedule_wrap(function()
        for _, run in ipairs(M.live()) do
          changed(run)
        end
      end)
    )
  elseif not is_live and beat then
    beat:close()
    beat = nil
  end
end

---@param entry divisi.Entry
---@param run divisi.Run
local function take(entry, run)
  entry.run = run
  entry.is_live = run.isLive
end

---@param id string
---@param entry divisi.Entry
local function ask(id, entry)
  if entry.is_asked then
    entry.is_stale = true
    return
  end
  entry.is_asked, entry.is_stale = true, false
  local began = vim.uv.hrtime()
  local function rest()
    local took = (vim.uv.hrtime() - began) / 1000000
    vim.defer_fn(function()
      entry.is_asked = false
      if entry.is_stale then
        ask(id, entry)
      end
    end, math.ceil(math.max(PAUSE, PATIENCE * took)))
  end
  servers.request(entry.client, "divisi/run", { root = entry.run.root, run = id }, function(known)
    entry.known = known
    take(entry, known)
    local waiting = entry.waiting
    entry.waiting = {}
    for _, on_known in ipairs(waiting) do
      on_known(known)
    end
    keep_beating()
    changed(id)
    rest()
  end, rest)
end

---@param client vim.lsp.Client
---@param id string
---@return divisi.Entry
local function entry_of(client, id)
  entries[id] = entries[id]
    or { client = client, is_live = false, is_asked = false, is_stale = false, waiting = {} }
  entries[id].client = client
  return entries[id]
end

---@param client vim.lsp.Client
---@param runs divisi.Run[]
local function take_list(client, runs)
  for _, run in ipairs(runs) do
    local entry = entry_of(client, run.run)
    take(entry, run)
    -- What goes on is followed in full from here on.
    if run.isLive or entry.known then
      ask(run.run, entry)
    end
  end
end

--- Asks all servers for their runs.
---@param on_done? fun()
function M.refresh(on_done)
  local clients = servers.all()
  local missing = #clients
  local function answered()
    missing = missing - 1
    if missing <= 0 then
      keep_beating()
      changed(nil)
      if on_done then
        on_done()
      end
    end
  end
  if missing == 0 then
    answered()
  end
  for _, client in ipairs(clients) do
    servers.request(client, "divisi/runs", vim.empty_dict(), function(answer)
      take_list(client, answer.runs)
      answered()
    end, answered)
  end
end

--- Takes in that something happened to a run.
---@param client vim.lsp.Client
---@param event { run: string, type: string }
function M.hear(client, event)
  local entry = entry_of(client, event.run)
  entry.is_live = event.type ~= "run_ended"
  if entry.run then
    ask(event.run, entry)
  elseif not entry.is_asked then
    -- It is not in the list yet, which alone says where it belongs.
    entry.is_asked = true
    M.refresh(function()
      entry.is_asked = false
      if entry.run then
        ask(event.run, entry)
      end
    end)
  end
end

--- All runs that are known, the latest first. What was heard of but not listed yet is left out.
---@return divisi.Run[]
function M.runs()
  local runs = {}
  for _, entry in pairs(entries) do
    if entry.run then
      table.insert(runs, entry.run)
    end
  end
  table.sort(runs, function(one, other)
    return one.run > other.run
  end)
  return runs
end

--- Ids of the runs that are live, the latest first.
---@return string[]
function M.live()
  local live = {}
  for id, entry in pairs(entries) do
    if entry.is_live then
      table.insert(live, id)
    end
  end
  table.sort(live, function(one, other)
    return one > other
  end)
  return live
end

--- What is known of a run by now.
---@param id string
---@return divisi.KnownRun?
function M.peek(id)
  return entries[id] and entries[id].known
end

--- Hands over all that is known of a run, asked for where it is not known yet.
---@param id string
---@param on_known fun(known: divisi.KnownRun)
function M.get(id, on_known)
  local entry = entries[id]
  if not entry or not entry.run then
    return
  end
  if entry.known then
    return on_known(entry.known)
  end
  table.insert(entry.waiting, on_known)
  ask(id, entry)
end

--- The server that a run belongs to.
---@param id string
---@return vim.lsp.Client?
function M.client_of(id)
  return entries[id] and entries[id].client
end

return M
