-- Helix with the settings that the guide gives. Nothing is typed right after an escape: the two would be one key.
local S = dofile(vim.env.DIVISI_SCREEN)

S.start({ vim.env.DIVISI_HELIX, "review.dag.yaml" })
S.await("name: review", "NOR")

-- The finding, at its place and in the status line.
S.await("● 1")
S.type("6ggglh")
S.await("no agent `code-reviewr`")
S.keep("helix-finding")

-- Its mend.
S.type(" a")
S.await("Change to `code-reviewer`")
S.type("<CR>")
S.await("agent: code-reviewer")
S.await_gone("● 1")

-- Completion.
S.type("ghf:llvgld")
S.await_gone("code-reviewer")
S.type("A")
S.await("INS")
S.type("<C-x>")
S.await("code-reviewer      class")
S.type("<C-n>")
S.await("agent: code-reviewer", "Reads changes and says what is wrong")
S.keep("helix-completion")
S.type("<Esc>")
S.await("NOR")

-- What it is, and where.
S.type("glh k")
S.await("Grep")
S.keep("helix-hover")
S.type("<Esc>")
S.await_gone("Grep")
S.type("gd")
S.await("You review code.", "code-reviewer.md")
S.type("<C-o>")
S.await("Review it")

-- A node, with its uses.
S.type("3ggglh r")
S.await("rename-to:")
S.type("<C-u>scan<CR>")
S.await("- id: scan", "depends_on: [scan]")

-- Formatting.
S.await("prompt:   Review it")
S.type(":format<CR>")
S.await("prompt: Review it")

-- The outline.
S.type(" s")
S.await("3/3")
S.keep("helix-outline")
S.type("<Esc>")
S.await_gone("3/3")

S.type(":quit!<CR>")
S.finish()
