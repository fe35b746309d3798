--- How things are said and what they look like, the same in all views.
local M = {}

---@alias divisi.Look "waiting"|"running"|"attention"|"done"|"failed"|"skipped"

---@type table<string, divisi.Look>
local LOOKS = {
  pending = "waiting",
  ready = "waiting",
  retry_wait = "waiting",
  running = "running",
  stopping = "running",
  merging = "running",
  expanded = "running",
  compensating = "running",
  waiting_approval = "attention",
  waiting_decision = "attention",
  lost = "attention",
  succeeded = "done",
  reused = "done",
  compensated = "skipped",
  skipped = "skipped",
  blocked = "skipped",
  cancelled = "skipped",
  failed = "failed",
  compensation_failed = "failed",
}

---@type table<string, divisi.Look>
local LOOKS_OF_RUNS = {
  planned = "waiting",
  running = "running",
  stopping = "running",
  cancelling = "running",
  compensating = "running",
  paused = "attention",
  halted = "attention",
  orphaned = "attention",
  succeeded = "done",
  failed = "failed",
  compensation_failed = "failed",
  cancelled = "skipped",
  compensated = "skipped",
}

local STATES = {
  pending = "waits",
  waiting_approval = "waits for approval",
  retry_wait = "waits for its next try",
  waiting_decision = "waits for a decision",
  compensation_failed = "could not be undone",
  compensated = "undone",
  compensating = "is being undone",
}

--- Signs for those who do not see colours, and the colours.
local SIGNS =
  { waiting = "·", running = "▶", attention = "!", done = "✓", failed = "✗", skipped = "–" }
local GROUPS = {
  waiting = "DivisiWaiting",
  running = "DivisiRunning",
  attention = "DivisiAttention",
  done = "DivisiDone",
  failed = "DivisiFailed",
  skipped = "DivisiSkipped",
}
local LINKS = {
  DivisiWaiting = "Comment",
  DivisiRunning = "DiagnosticInfo",
  DivisiAttention = "DiagnosticWarn",
  DivisiDone = "DiagnosticOk",
  DivisiFailed = "DiagnosticError",
  DivisiSkipped = "Comment",
  DivisiTitle = "Title",
  DivisiDetail = "Comment",
}

--- Gives the highlight groups their colours, where the colour scheme gives them none.
function M.highlight()
  for group, link in pairs(LINKS) do
    vim.api.nvim_set_hl(0, group, { link = link, default = true })
  end
end

--- A node's state in words: "waits for approval".
---@param state divisi.NodeState
---@return string
function M.state(state)
  return STATES[state.is] or (state.is:gsub("_", " "))
end

--- Whether a state is one that this plugin knows. Others look as if they waited.
---@param state string
---@return boolean
function M.has_look(state)
  return LOOKS[state] ~= nil
end

---@param state divisi.NodeState
---@return string sign
---@return string group
function M.look(state)
  local look = LOOKS[state.is] or "waiting"
  return SIGNS[look], GROUPS[look]
end

--- Whether nothing more comes of a node in this state.
---@param state divisi.NodeState
---@return boolean
function M.is_over(state)
  local look = LOOKS[state.is]
  return look == "done" or look == "failed" or look == "skipped"
end

--- How a run goes, in words: "paused (quota)".
---@param run divisi.Run
---@return string
function M.status(run)
  local status = STATES[run.status] or (run.status:gsub("_", " "))
  return run.pauseCause and ("%s (%s)"):format(status, run.pauseCause) or status
end

---@param run divisi.Run
---@return string sign
---@return string group
function M.look_of_run(run)
  local look = LOOKS_OF_RUNS[run.status] or "waiting"
  return SIGNS[look], GROUPS[look]
end

--- `1h 2m`, `3m 4s`, `12s`, `5.6s`, `78ms`.
---@param ms number
---@return string
function M.duration(ms)
  if ms < 1000 then
    return ("%dms"):format(math.floor(ms))
  end
  if ms < 10000 then
    return ("%.1fs"):format(math.floor(ms / 100) / 10)
  end
  local seconds = math.floor(ms / 1000)
  if seconds < 60 then
    return ("%ds"):format(seconds)
  end
  local minutes = math.floor(seconds / 60)
  if minutes < 60 then
    return ("%dm %ds"):format(minutes, seconds % 60)
  end
  return ("%dh %dm"):format(math.floor(minutes / 60), minutes % 60)
end

--- `$0.42`; small amounts keep two figures that count.
---@param usd number
---@return string
function M.cost(usd)
  return (usd > 0 and usd < 0.01) and ("$%.2g"):format(usd) or ("$%.2f"):format(usd)
end

--- Milliseconds since the epoch, as the server counts.
---@return integer
function M.now()
  local now = assert(vim.uv.clock_gettime("realtime"))
  return now.sec * 1000 + math.floor(now.nsec / 1000000)
end

--- How long an attempt goes on, how long the latest one took, or when the next begins; nil before the first.
---@param node divisi.Node
---@return string?
function M.time_of(node)
  if node.state.is == "retry_wait" and node.retryAt then
    return "in " .. M.duration(math.max(0, node.retryAt - M.now()))
  end
  if node.startedAt then
    return M.duration(math.max(0, M.now() - node.startedAt))
  end
  return node.wallMs and M.duration(node.wallMs) or nil
end

---@param run divisi.Run
---@return string
function M.time_of_run(run)
  return M.duration(math.max(0, (run.endedAt or M.now()) - run.startedAt))
end

return M
