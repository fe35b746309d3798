-- What a user has in their init.lua, and nothing else.
vim.o.swapfile = false
vim.g.divisi_command = vim.env.DIVISI_COMMAND
vim.opt.runtimepath:append(vim.env.DIVISI_PLUGIN)
vim.cmd("filetype plugin on")
vim.cmd("runtime! plugin/divisi.lua")
