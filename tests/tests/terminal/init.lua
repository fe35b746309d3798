-- What a user may have in their init.lua beside the plugin.
dofile(vim.env.DIVISI_PLUGIN .. "/../tests/tests/neovim/init.lua")
vim.diagnostic.config({ virtual_text = true })
vim.o.statusline = " %f %m%=%{v:lua.vim.lsp.status()} "
vim.api.nvim_create_autocmd("LspProgress", { command = "redrawstatus" })
