local T = dofile(vim.env.DIVISI_TESTLIB)

local client = T.open("review.dag.yaml")
T.equal(vim.bo.filetype, "yaml.divisi", "the file type")
T.wait_codes({ "unknown-agent" })

local finding = vim.diagnostic.get(0)[1]
T.equal(finding.severity, vim.diagnostic.severity.ERROR, "its severity")
T.equal({ finding.lnum, finding.col, finding.end_col }, { 5, 11, 23 }, "it stands under the name")
T.contains(finding.message, "code-reviewer", "it names what was meant")

-- Mended by hand, it goes; a cycle, typed, comes.
vim.cmd([[%s/code-reviewr/code-reviewer/]])
T.wait_codes({})
vim.api.nvim_buf_set_lines(0, 3, 4, false, { "    run: echo mapped", "    depends_on: [review]" })
T.wait_codes({ "cycle" })
vim.api.nvim_buf_set_lines(0, 4, 5, false, {})
T.wait_codes({})

-- A new agent file on disk is seen without the editor's help.
vim.cmd([[%s/code-reviewer/late-comer/]])
T.wait_codes({ "unknown-agent" })
local file = assert(io.open(".claude/agents/late-comer.md", "w"))
file:write("---\nname: late-comer\ndescription: Comes late\n---\n")
file:close()
T.wait_codes({})

client:stop()
