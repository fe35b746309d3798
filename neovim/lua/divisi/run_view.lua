--- One run in a split: its nodes with states, times and cost, live.
local actions = require("divisi.actions")
local panel = require("divisi.panel")
local places = require("divisi.places")
local quickfix = require("divisi.quickfix")
local store = require("divisi.store")
local words = require("divisi.words")
local M = {}

local BAR = 24

--- How far it is, and what goes on.
---@param run divisi.KnownRun
---@return divisi.Chunk[]
local function bar(run)
  local full = run.total == 0 and BAR or math.floor(BAR * run.done / run.total)
  local running = {}
  for _, node in ipairs(run.nodes) do
    if node.state.is == "running" and not node.isGroup then
      table.insert(running, node.path)
    end
  end
  local names = table.concat(running, ", ", 1, math.min(3, #running)) .. (#running > 3 and ", …" or "")
  return {
    { ("━"):rep(full), run.failed > 0 and "DivisiFailed" or "DivisiDone" },
    { ("─"):rep(BAR - full), "DivisiWaiting" },
    { ("  %d/%d nodes  "):format(run.done, run.total) },
    { names, "DivisiRunning" },
  }
end

---@param run divisi.KnownRun
---@return divisi.Chunk[]
local function title(run)
  local sign, group = words.look_of_run(run)
  local chunks = {
    { sign .. " ", group },
    { run.dag, "DivisiTitle" },
    { "  " .. words.status(run), group },
    { "  " .. words.time_of_run(run) },
  }
  local usd = vim.tbl_get(run, "usage", "usd")
  if usd then
    table.insert(chunks, { ("  %s%s"):format(run.isCostPartial and "at least " or "", words.cost(usd)) })
  end
  return chunks
end

--- Its id, when it began, its arguments.
---@param run divisi.KnownRun
---@return divisi.Chunk[]
local function particulars(run)
  local told = { run.run, os.date("began %H:%M:%S", math.floor(run.startedAt / 1000)) }
  for _, name in ipairs(vim.fn.sort(vim.tbl_keys(run.args))) do
    local value = run.args[name]
    table.insert(told, ("%s=%s"):format(name, type(value) == "string" and value or vim.json.encode(value)))
  end
  table.insert(told, "g? keys")
  return { { table.concat(told, "  "), "DivisiDetail" } }
end

---@param node divisi.Node
---@param width integer of the longest path
---@param indent string
---@return divisi.Chunk[]
local function chunks_of(node, width, indent)
  local sign, group = words.look(node.state)
  local chunks = {
    { indent .. sign .. " ", group },
    { node.path .. (" "):rep(width - vim.api.nvim_strwidth(node.path)) },
    { "  " .. words.state(node.state), group },
  }
  local time, usd = words.time_of(node), vim.tbl_get(node, "usage", "usd")
  if time then
    table.insert(chunks, { "  " .. time })
  end
  if node.attempt > 1 then
    table.insert(chunks, { "  attempt " .. node.attempt, "DivisiAttention" })
  end
  if usd then
    table.insert(chunks, { "  " .. words.cost(usd) })
  end
  if node.detail and node.detail ~= "" then
    table.insert(chunks, { "  " .. node.detail:match("^[^\n]*"), "DivisiDetail" })
  end
  return chunks
end

---@class divisi.Phase
---@field name? string none for nodes that have no phase
---@field nodes divisi.Node[]

--- The nodes by their phases, in the order in which those come first; before them the nodes that have none. Barriers
--- stand for phases themselves.
---@param nodes divisi.Node[]
---@return divisi.Phase[]
local function phases_of(nodes)
  ---@type divisi.Phase[]
  local phases = { { nodes = {} } }
  local by_name = {}
  for _, node in ipairs(nodes) do
    local phase = phases[1]
    if node.phase then
      phase = by_name[node.phase] or { name = node.phase, nodes = {} }
      if not by_name[node.phase] then
        by_name[node.phase] = phase
        table.insert(phases, phase)
      end
    end
    if not vim.startswith(node.path, "phase:") then
      table.insert(phase.nodes, node)
    end
  end
  return phases
end

--- What a phase is called, and how far it is.
---@param phase divisi.Phase
---@return divisi.Chunk[]
local function heading(phase)
  local done, total = 0, 0
  for _, node in ipairs(phase.nodes) do
    if not node.isGroup then
      total = total + 1
      done = done + (words.is_over(node.state) and 1 or 0)
    end
  end
  return { { phase.name, "DivisiTitle" }, { ("  %d/%d"):format(done, total), "DivisiDetail" } }
end

---@param run divisi.KnownRun
---@return divisi.Row[]
local function rows_of(run)
  local rows =
    { { chunks = title(run) }, { chunks = bar(run) }, { chunks = particulars(run) }, { chunks = {} } }
  local width = 0
  for _, node in ipairs(run.nodes) do
    width = math.max(width, vim.api.nvim_strwidth(node.path))
  end
  for _, phase in ipairs(phases_of(run.nodes)) do
    if phase.name then
      table.insert(rows, { chunks = heading(phase), key = "phase:" .. phase.name })
    end
    for _, node in ipairs(phase.nodes) do
      local chunks = chunks_of(node, width, phase.name and "  " or "")
      table.insert(rows, { chunks = chunks, item = node, key = node.path })
    end
  end
  return rows
end

---@param shown divisi.Panel
---@param id string
local function map_keys(shown, id)
  ---@param lhs string
  ---@param does string
  ---@param action fun(run: divisi.KnownRun)
  local function of_run(lhs, does, action)
    shown:map(lhs, does, function()
      store.get(id, action)
    end)
  end
  ---@param lhs string
  ---@param does string
  ---@param action fun(run: divisi.KnownRun, node: divisi.Node)
  local function of_node(lhs, does, action)
    shown:map(lhs, does, function(node)
      local run = store.peek(id)
      if node and run then
        action(run, node)
      end
    end)
  end
  of_node("<CR>", "go to the node in its file", function(run, node)
    places.jump(run.uri, node)
  end)
  of_node("L", "open the node's log, which grows while it runs", actions.log)
  of_node("P", "show its prompt or program", actions.prompt)
  of_node("O", "show its outputs", actions.outputs)
  of_node("A", "answer its question: approve or reject", actions.answer)
  of_node("D", "decide about its lost attempt: run it again, or how it ended", actions.decide)
  of_node("F", "run again from this node on", function(run, node)
    actions.resume(run, node.path)
  end)
  of_run("X", "cancel the run", actions.cancel)
  of_run("Z", "pause the run, or go on with it", actions.pause)
  of_run("R", "resume the run", actions.resume)
  of_run("C", "list what failed in the quickfix list", quickfix.failures)
end

--- Opens the view of a run.
---@param id string
---@param mods? vim.api.keyset.cmd_mods
function M.open(id, mods)
  local name = "divisi-run:" .. id
  local existing = vim.fn.bufnr("^" .. vim.fn.escape(name, "[]*?") .. "$")
  if existing ~= -1 and vim.api.nvim_buf_is_loaded(existing) then
    return panel.show(existing, mods)
  end
  local shown = panel.new(name, "divisi-run")
  panel.show(shown.buffer, mods)
  map_keys(shown, id)
  local function render(run)
    shown:render(rows_of(run))
  end
  store.get(id, function(run)
    render(run)
    local first = shown:first_item()
    if first and vim.api.nvim_get_current_buf() == shown.buffer then
      vim.api.nvim_win_set_cursor(0, { first, 0 })
    end
  end)
  shown:on_gone(store.listen(function(changed)
    local run = store.peek(id)
    if run and (changed == nil or changed == id) then
      render(run)
    end
  end))
end

return M
