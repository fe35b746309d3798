-- The help, `:checkhealth divisi`, and the words for states.
local T = dofile(vim.env.DIVISI_TESTLIB)

-- Each tag of the help leads somewhere, and each command has one.
local help = vim.env.DIVISI_PLUGIN .. "/doc"
vim.fn.mkdir("doc", "p")
vim.uv.fs_copyfile(help .. "/divisi.txt", "doc/divisi.txt")
vim.cmd("helptags doc")
local tags = {}
for _, line in ipairs(vim.fn.readfile("doc/tags")) do
  tags[line:match("^[^\t]+")] = true
end
for name in pairs(vim.api.nvim_get_commands({})) do
  assert(not vim.startswith(name, "Divisi") or tags[":" .. name], "no help for :" .. name)
end
vim.opt.runtimepath:append(vim.uv.cwd())
vim.cmd("runtime! doc")
for reference in table.concat(vim.fn.readfile("doc/divisi.txt"), "\n"):gmatch("|([^|%s]+)|") do
  assert(tags[reference] or #vim.fn.getcompletion(reference, "help") > 0, "no help on " .. reference)
end
vim.cmd("help divisi")
T.equal(vim.fn.expand("%:t"), "divisi.txt", "the help opens")
vim.cmd("helpclose")

-- Each state of a node has a look of its own choice.
local words = require("divisi.words")
for state in vim.env.DIVISI_STATES:gmatch("%S+") do
  assert(words.has_look(state), "no look for the state " .. state)
end
T.equal(words.duration(59999), "59s", "seconds")
T.equal(words.duration(3723000), "1h 2m", "hours")
T.equal({ words.cost(0.0042), words.cost(1.5) }, { "$0.0042", "$1.50" }, "cost")

local function health()
  vim.cmd("silent checkhealth divisi")
  local text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n")
  vim.cmd("silent bwipeout!")
  return text
end

T.open("review.dag.yaml")
T.wait_codes({ "unknown-agent" })
local text = health()
T.contains(text, "OK Neovim 0.", "the version of Neovim")
T.contains(text, "is divisi " .. require("divisi.version"), "the version of the program fits")
T.contains(text, "A server for " .. vim.uv.cwd() .. ", 1 buffer", "the server")
T.contains(text, "is not trusted: :DivisiTrust", "no trust yet")
vim.cmd("DivisiTrust")
T.wait("trust", function()
  return health():find("is trusted: its DAGs may run programs", 1, true) ~= nil
end)

-- What is wrong is told with what to do.
vim.lsp.config("divisi", { cmd = { "/nowhere/divisi", "lsp" } })
T.contains(health(), "ERROR `/nowhere/divisi` is not a program", "no program")

vim.lsp.get_clients({ name = "divisi" })[1]:stop()
