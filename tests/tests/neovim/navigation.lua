local T = dofile(vim.env.DIVISI_TESTLIB)

local client = T.open("review.dag.yaml")
T.wait_codes({})

--- What one of Neovim's own commands lists, as `file:line:column`; asked until it lists something.
local function listed(ask)
  local places
  T.wait("a list", function()
    local done
    ask({
      on_list = function(list)
        done = list.items
      end,
    })
    vim.wait(200, function()
      return done ~= nil
    end, 5)
    places = vim.tbl_map(function(item)
      return ("%s:%d:%d"):format(vim.fs.basename(item.filename), item.lnum, item.col)
    end, done or {})
    return #places > 0
  end)
  table.sort(places)
  return places
end
local function references(options)
  vim.lsp.buf.references(nil, options)
end

-- An agent leads to its file and to its uses in all files.
T.after("agent: code-rev")
T.equal(listed(vim.lsp.buf.definition), { "code-reviewer.md:2:7" }, "the agent's file")
T.equal(
  listed(references),
  { "code-reviewer.md:2:7", "other.dag.yaml:4:12", "review.dag.yaml:7:12" },
  "uses of the agent"
)

-- A node, from a template behind an emoji of four bytes.
T.after("{{ nodes.m")
T.equal(listed(vim.lsp.buf.definition), { "review.dag.yaml:3:9" }, "the node")
T.equal(
  listed(references),
  { "review.dag.yaml:3:9", "review.dag.yaml:8:35", "review.dag.yaml:9:18" },
  "uses of the node"
)

-- The other uses light up.
vim.lsp.buf.document_highlight()
local namespace = vim.api.nvim_create_namespace("nvim.lsp.references")
T.wait("highlights", function()
  return #vim.api.nvim_buf_get_extmarks(0, namespace, 0, -1, {}) == 3
end)

-- Outline and search.
local outline = T.symbols(function(options)
  vim.lsp.buf.document_symbol(options)
end)
T.contains(outline, "map", "the outline has the nodes")
T.contains(outline, "review", "the outline has the nodes")
local found = T.symbols(function(options)
  vim.lsp.buf.workspace_symbol("ask", options)
end)
T.contains(found, "ask", "nodes of other files are found")

-- What waits for a node, and what it waits for.
for command, expected in pairs({ incoming_calls = "review", outgoing_calls = "map" }) do
  vim.fn.setqflist({}, "r")
  T.after(command == "incoming_calls" and "id: ma" or "id: revie")
  vim.lsp.buf[command]()
  T.wait(command, function()
    return #vim.fn.getqflist() > 0
  end)
  T.contains(vim.inspect(vim.fn.getqflist()), expected, command)
  vim.cmd("cclose")
end

-- Paths are links.
local links = T.request(client, "textDocument/documentLink", { textDocument = { uri = vim.uri_from_bufnr(0) } })
T.equal(#links, 1, "links")
T.equal(links[1].target, vim.uri_from_fname(vim.fn.fnamemodify("other.dag.yaml", ":p")), "the link's target")

client:stop()
