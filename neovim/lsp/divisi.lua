-- The client's configuration for `vim.lsp.config` (Neovim 0.11+); `plugin/divisi.lua` enables it.

--- Whether the server has something to say about this file. DAG files have a file type of their own; agents
--- and commands are ordinary Markdown, and other Markdown is none of our business.
local function is_ours(path, filetype)
  if filetype:find("divisi", 1, true) or path:find("%.dag%.ya?ml$") or path:find("%.dag%.json$") then
    return true
  end
  if filetype == "markdown" then
    return path:find("/%.claude/agents/") ~= nil or path:find("/%.claude/commands/") ~= nil
  end
  return path:find("/commands/v2/[^/]+%.json$") ~= nil
end

return {
  cmd = { vim.g.divisi_command or "divisi", "lsp" },
  filetypes = { "yaml.divisi", "jsonc.divisi", "markdown", "json" },
  root_dir = function(buffer, on_dir)
    local path = vim.api.nvim_buf_get_name(buffer)
    if not is_ours(path, vim.bo[buffer].filetype) then
      return
    end
    on_dir(vim.fs.root(buffer, { "divisi.toml", ".claude", ".git" }) or vim.fs.dirname(path))
  end,
  capabilities = {
    workspace = {
      -- Neovim leaves file watching off on Linux unless the client asks for it.
      didChangeWatchedFiles = { dynamicRegistration = true },
      -- Logs and graphs are documents of the server; `documents.lua` shows them.
      textDocumentContent = { dynamicRegistration = false },
    },
  },
  -- Without it the server would send no lenses that count uses: showing them is the editor's part.
  init_options = { showReferences = "divisi.showReferences" },
  commands = {
    ["divisi.showReferences"] = function(command, context)
      require("divisi.lenses").show_references(command, context)
    end,
  },
  on_init = function()
    require("divisi.words").highlight()
    require("divisi.marks").start()
    -- Runs that go on already are shown.
    require("divisi.store").refresh()
  end,
  on_attach = function(client, buffer)
    require("divisi.lenses").on_attach(client, buffer)
  end,
  handlers = {
    ["window/showMessage"] = function(_, params)
      require("divisi.notifications").message(params)
      return vim.NIL
    end,
    ["divisi/runEvent"] = function(_, params, context)
      local client = vim.lsp.get_client_by_id(context.client_id)
      if client then
        require("divisi.notifications").run_event(client, params)
      end
    end,
    ["workspace/textDocumentContent/refresh"] = function(_, params)
      require("divisi.documents").refresh(params.uri)
      return vim.NIL
    end,
  },
}
