--- Lists of places, in the quickfix list.
local say = require("divisi.say")
local servers = require("divisi.servers")
local M = {}

local TYPES = { "E", "W", "I", "N" }

---@param title string
---@param items table[]
local function show(title, items)
  vim.fn.setqflist({}, " ", { title = title, items = items })
  vim.cmd("botright copen")
end

--- Lists the nodes that failed in a run.
---@param run divisi.KnownRun
function M.failures(run)
  local items = {}
  for _, node in ipairs(run.nodes) do
    local is_failed = node.state.is == "failed" or node.state.is == "compensation_failed"
    -- A group fails by what it holds.
    if is_failed and not (node.isGroup and node.state.kind == "children") then
      table.insert(items, {
        filename = vim.uri_to_fname(run.uri),
        lnum = (node.line or 0) + 1,
        type = "E",
        text = ("%s: %s"):format(node.path, node.detail or "failed"),
      })
    end
  end
  if #items == 0 then
    return say.info(("nothing failed in `%s`"):format(run.dag))
  end
  show(("%s: what failed in %s"):format(run.dag, run.run), items)
end

---@param report { uri: string, items: lsp.Diagnostic[] }
---@param encoding "utf-8"|"utf-16"|"utf-32"
---@return table[]
local function items_of(report, encoding)
  local locations = vim.tbl_map(function(finding)
    return { uri = report.uri, range = finding.range, finding = finding }
  end, report.items or {})
  local items = vim.lsp.util.locations_to_items(locations, encoding)
  for _, item in ipairs(items) do
    local finding = item.user_data.finding
    item.type = TYPES[finding.severity]
    item.text = ("%s [%s]"):format(finding.message, finding.code)
    item.user_data = nil
  end
  return items
end

--- Lists what is wrong in all files of the workspace, open or not.
function M.findings()
  local clients = servers.all()
  local missing, items = #clients, {}
  if missing == 0 then
    say.error("no server is running: open a DAG file first")
  end
  local function answered()
    missing = missing - 1
    if missing > 0 then
      return
    end
    if #items == 0 then
      return say.info("nothing is wrong in this workspace")
    end
    show("divisi: findings", items)
  end
  for _, client in ipairs(clients) do
    servers.request(client, "workspace/diagnostic", { previousResultIds = {} }, function(answer)
      for _, report in ipairs(answer.items) do
        vim.list_extend(items, items_of(report, client.offset_encoding))
      end
      answered()
    end, answered)
  end
end

return M
