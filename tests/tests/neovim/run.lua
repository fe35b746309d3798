local T = dofile(vim.env.DIVISI_TESTLIB)

local asked, answer
vim.ui.select = function(items, options, on_choice)
  asked = options.prompt
  for _, item in ipairs(items) do
    if (type(item) == "table" and item.title or item) == answer then
      return on_choice(item)
    end
  end
  error("no such answer: " .. vim.inspect(items))
end

local events, progress = {}, {}
vim.api.nvim_create_autocmd("User", {
  pattern = "DivisiRunEvent",
  callback = function(event)
    table.insert(events, event.data)
  end,
})
vim.api.nvim_create_autocmd("LspProgress", {
  callback = function(event)
    table.insert(progress, event.data.params.value.kind .. " " .. (event.data.params.value.message or ""))
    vim.lsp.status()
  end,
})
local messages = {}
vim.notify = function(message)
  table.insert(messages, message)
end

local function wait_end()
  T.wait("the run to end", function()
    return #events > 0 and events[#events].type == "run_ended"
  end)
  local last = events[#events]
  events = {}
  return last
end

T.open("pipeline.dag.yaml")
T.wait_codes({})

-- Not trusted: the question shows what would be started, and a no means no.
answer = "Cancel"
vim.cmd("DivisiRun")
T.wait("the question", function()
  return asked ~= nil
end)
T.contains(asked, "cat first.txt", "the question shows the programs")
T.wait("the refusal", function()
  return #messages > 0
end)
T.contains(messages[1], "divisi trust", "the refusal says what to do")
T.equal(vim.fn.filereadable("first.txt"), 0, "nothing ran")

-- Trusted: it runs, the last node fails, and the failure is a finding on it.
answer = "Trust and run"
vim.cmd("DivisiRun word=bonjour")
T.equal(wait_end().verdict, "failed", "the verdict")
T.equal(vim.fn.readfile("first.txt"), { "bonjour" }, "the argument reached the program")
T.wait_codes({ "node-failed" })
T.equal(vim.diagnostic.get(0)[1].lnum, 9, "on the node's id")
T.wait("the end of the progress", function()
  return vim.startswith(progress[#progress] or "", "end")
end)
assert(vim.startswith(progress[1], "begin"), vim.inspect(progress))
local seen = table.concat(progress, "\n")
T.contains(seen, "/3", "progress counts nodes")
T.wait("a message at the end that names what failed", function()
  return messages[#messages]:find("third", 1, true) ~= nil
end)

-- Mended, it succeeds without another question, and the finding goes.
asked = nil
vim.fn.writefile({}, "allowed")
vim.cmd("DivisiRun")
T.equal(wait_end().verdict, "succeeded", "the second verdict")
T.equal(asked, nil, "asked once only")
T.wait_codes({})

vim.lsp.get_clients({ name = "divisi" })[1]:stop()
