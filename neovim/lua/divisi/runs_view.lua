--- The runs of the workspace in a split, the latest first.
local actions = require("divisi.actions")
local panel = require("divisi.panel")
local places = require("divisi.places")
local quickfix = require("divisi.quickfix")
local run_view = require("divisi.run_view")
local store = require("divisi.store")
local words = require("divisi.words")
local M = {}

local NAME = "divisi-runs:"

---@param run divisi.Run
---@param width integer of the longest name
---@return divisi.Chunk[]
local function chunks_of(run, width)
  local known = store.peek(run.run)
  local sign, group = words.look_of_run(run)
  local chunks = {
    { sign .. " ", group },
    { run.dag .. (" "):rep(width - vim.api.nvim_strwidth(run.dag)), "DivisiTitle" },
    { "  " .. words.status(run), group },
    { ("  %d/%d  %s"):format(run.done, run.total, words.time_of_run(run)) },
  }
  if run.failed > 0 then
    table.insert(chunks, { ("  %d failed"):format(run.failed), "DivisiFailed" })
  end
  local usd = vim.tbl_get(known or {}, "usage", "usd")
  if usd then
    table.insert(chunks, { "  " .. words.cost(usd) })
  end
  local began = os.date("%Y-%m-%d %H:%M:%S", math.floor(run.startedAt / 1000))
  table.insert(chunks, { ("  %s  %s"):format(began, run.run), "DivisiDetail" })
  return chunks
end

---@return divisi.Row[]
local function rows()
  local runs, width = store.runs(), 0
  if #runs == 0 then
    local nothing = "Nothing has run in this workspace yet: :DivisiRun runs a DAG"
    return { { chunks = { { nothing, "DivisiDetail" } } } }
  end
  for _, run in ipairs(runs) do
    width = math.max(width, vim.api.nvim_strwidth(run.dag))
  end
  return vim.tbl_map(function(run)
    return { chunks = chunks_of(run, width), item = run, key = run.run }
  end, runs)
end

---@param shown divisi.Panel
local function map_keys(shown)
  ---@param lhs string
  ---@param does string
  ---@param action fun(run: divisi.Run)
  local function of_run(lhs, does, action)
    shown:map(lhs, does, function(run)
      if run then
        action(run)
      end
    end)
  end
  of_run("<CR>", "open the run", function(run)
    run_view.open(run.run)
  end)
  of_run("gf", "go to its DAG", function(run)
    places.jump(run.uri, { path = "" })
  end)
  of_run("X", "cancel the run", actions.cancel)
  of_run("Z", "pause the run, or go on with it", actions.pause)
  of_run("R", "resume the run", actions.resume)
  of_run("C", "list what failed in the quickfix list", function(run)
    store.get(run.run, quickfix.failures)
  end)
  shown:map("<C-l>", "ask for the list anew", function()
    store.refresh()
  end)
end

--- Opens the list.
---@param mods? vim.api.keyset.cmd_mods
function M.open(mods)
  local existing = vim.fn.bufnr("^" .. NAME .. "$")
  if existing ~= -1 and vim.api.nvim_buf_is_loaded(existing) then
    panel.show(existing, mods)
    return store.refresh()
  end
  local shown = panel.new(NAME, "divisi-runs")
  panel.show(shown.buffer, mods)
  map_keys(shown)
  shown:on_gone(store.listen(function()
    shown:render(rows())
  end))
  store.refresh()
end

return M
