local T = dofile(vim.env.DIVISI_TESTLIB)

local client = T.open("review.dag.yaml")

local function hover(text)
  local row, column = T.after(text)
  local result = T.request(client, "textDocument/hover", {
    textDocument = { uri = vim.uri_from_bufnr(0) },
    position = { line = row, character = column - 2 },
  })
  return result and result.contents.value
end

-- The agents are read in the background: ask until they are there.
local card
T.wait("the agent's card", function()
  card = hover("agent: code-reviewer")
  return card and card:find("Reads changes", 1, true) ~= nil
end)
T.contains(card, "code-reviewer", "the card has the name")
T.contains(card, "Grep", "the card has the tools")
T.contains(hover("id: review"), "Level 2 of 2", "a node has a level")
T.contains(hover("    depends_on"), "waits", "a key is explained")

client:stop()
