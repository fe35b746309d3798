-- The example in a real Neovim on a real screen, as a user goes through it.
local S = dofile(vim.env.DIVISI_SCREEN)

S.start({ vim.v.progpath, "--clean", "-n", "-u", vim.env.DIVISI_INIT, "review-all.dag.yaml" })
S.await("name: review-all")

-- Not trusted: the question names what would be started, and a no runs nothing.
S.type(":DivisiRun scope=reviews<CR>")
S.await("1: Trust and run", "runner.sh")
S.keep("neovim-trust")
S.type("2<CR>")
S.await("so nothing was run")
assert(not vim.uv.fs_stat("review"), "something ran")
S.type("<CR>")

-- A typo in an agent's name is found; the name is completed.
S.type("/agent: senior<CR>WC")
S.type("senior-reviewr<C-Bslash><C-n>")
S.await("no agent `senior-reviewr`")
S.keep("neovim-finding")
S.type("0WWCse<C-x><C-o>")
S.await("Reviews code for how well it can be understood")
S.keep("neovim-completion")
S.type("<C-n><C-y><C-Bslash><C-n>")
S.await_gone("no agent")
S.await("agent: senior-reviewer")

-- It is renamed, with its file.
S.type("grn")
S.await("New Name: senior-reviewer")
S.type("<C-u>lead-reviewer<CR>")
S.await("agent: lead-reviewer")
S.await_file(".claude/agents/lead-reviewer.md")
S.type(":silent wall<CR>")
S.await_gone("[+]")

-- A run with an argument: its start is told, the states stand beside the nodes.
S.type(":DivisiRun scope=reviews<CR>")
S.await("1: Trust and run")
S.type("1<CR>")
S.await("`review-all` started: 7 nodes")
S.await_file("surveying")
S.type("gg")
S.await("▶ running")

-- The view follows it. Cancelled from there, it stops.
S.type(":DivisiShow<CR>")
S.await("▶ codebase-analysis  running", "· synthesis          waits", "scope=reviews")
S.keep("neovim-live")
S.type("g?")
S.await("cancel the run")
S.keep("neovim-keys")
S.type("qX")
S.await("– review-all  cancelled", "– codebase-analysis  cancelled")
S.keep("neovim-cancelled")

-- Resumed, it fails: nothing does the work of the agent with the new name.
vim.fn.writefile({}, "go")
S.type("R")
S.await("✗ review-all  failed", "✗ quality", "there is no program for the agent lead-reviewer")
S.await("divisi: `review-all` failed after", "(:DivisiShow)")
S.keep("neovim-failed")
S.type("C")
S.await("[Quickfix List]")
S.keep("neovim-quickfix")
S.type(":cclose<CR>")
S.await_gone("[Quickfix List]")

-- Mended, it goes on from there, and the list of runs has it.
assert(vim.uv.fs_rename("reviews/senior-reviewer.sh", "reviews/lead-reviewer.sh"))
S.type(":DivisiShow<CR>R")
S.await("✓ review-all  succeeded")
S.type(":DivisiRuns<CR>")
S.await("✓ review-all  succeeded  7/7")
S.keep("neovim-runs")

S.type(":qall<CR>")
S.finish()
