--- What can be done with a run, wherever it is asked for: a command, a key of a view.
local documents = require("divisi.documents")
local say = require("divisi.say")
local servers = require("divisi.servers")
local store = require("divisi.store")
local M = {}

---@param run divisi.Run
---@param command string
---@param argument table
local function ask(run, command, argument)
  local client = store.client_of(run.run)
  if client then
    servers.execute(client, command, vim.tbl_extend("error", { run = run.run }, argument), function()
      store.refresh()
    end)
  end
end

---@param run divisi.Run
function M.cancel(run)
  ask(run, "divisi.server.cancel", {})
end

--- Starts nothing new in a run, or goes on with one in which nothing was.
---@param run divisi.Run
function M.pause(run)
  ask(run, run.status == "paused" and "divisi.server.unpause" or "divisi.server.pause", {})
end

--- Goes on with an unfinished run, or does it again from a node on.
---@param run divisi.Run
---@param from? string
function M.resume(run, from)
  ask(run, "divisi.server.resume", { from = from and { from } or nil })
end

--- Asks for the answer to the question of a node, and for a comment.
---@param run divisi.Run
---@param node divisi.Node
function M.answer(run, node)
  if node.state.is ~= "waiting_approval" then
    return say.info(("`%s` asks nothing"):format(node.path))
  end
  local question = node.detail or node.text or ""
  vim.ui.select({ "Approve", "Reject" }, { prompt = ("%s: %s"):format(node.path, question) }, function(answer)
    if not answer then
      return
    end
    vim.ui.input({ prompt = "Comment: " }, function(comment)
      if comment then
        local argument = { node = node.path, approve = answer == "Approve" }
        argument.comment = comment ~= "" and comment or nil
        ask(run, "divisi.server.approve", argument)
      end
    end)
  end)
end

---@type table<string, string>
local DECISIONS =
  { ["Run again"] = "retry", ["Mark as succeeded"] = "succeeded", ["Mark as failed"] = "failed" }

--- Asks what becomes of a node whose attempt was lost with its host.
---@param run divisi.Run
---@param node divisi.Node
function M.decide(run, node)
  if node.state.is ~= "waiting_decision" then
    return say.info(("`%s` lost no attempt"):format(node.path))
  end
  local prompt = ("%s: its attempt was lost"):format(node.path)
  vim.ui.select({ "Run again", "Mark as succeeded", "Mark as failed" }, { prompt = prompt }, function(answer)
    if answer then
      ask(run, "divisi.server.decide", { node = node.path, decision = DECISIONS[answer] })
    end
  end)
end

---@param run divisi.Run
---@param node divisi.Node
function M.log(run, node)
  if node.attempt == 0 then
    return say.info(("`%s` has not started, so it wrote nothing"):format(node.path))
  end
  documents.open_log(run, node.path)
end

--- Shows the prompt, the program or the question of a node.
---@param run divisi.Run
---@param node divisi.Node
function M.prompt(run, node)
  if not node.text then
    return say.info(("`%s` has no text"):format(node.path))
  end
  documents.text(("divisi-prompt:%s/%s"):format(run.run, node.path), node.text)
end

---@param run divisi.Run
---@param node divisi.Node
function M.outputs(run, node)
  local names = vim.tbl_keys(node.outputs)
  if #names == 0 then
    return say.info(("`%s` has no outputs yet"):format(node.path))
  end
  table.sort(names)
  local parts = vim.tbl_map(function(name)
    return ("%s:\n%s\n"):format(name, node.outputs[name])
  end, names)
  documents.text(("divisi-outputs:%s/%s"):format(run.run, node.path), table.concat(parts, "\n"))
end

return M
