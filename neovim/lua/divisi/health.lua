--- `:checkhealth divisi`.
local M = {}

local function check_neovim()
  if vim.fn.has("nvim-0.11") == 1 then
    vim.health.ok("Neovim " .. tostring(vim.version()))
  else
    vim.health.error("Neovim 0.11 or newer is needed, this is " .. tostring(vim.version()))
  end
end

--- Checks the program; its path where it can be asked more.
---@return string?
local function check_program()
  local command = vim.lsp.config.divisi.cmd[1]
  if vim.fn.executable(command) == 0 then
    vim.health.error(("`%s` is not a program that can be started"):format(command), {
      "Put `divisi` on the PATH",
      "Or set vim.g.divisi_command to its path, before the plugin loads",
    })
    return nil
  end
  local answer = vim.system({ command, "--version" }, { text = true, timeout = 5000 }):wait()
  local version = answer.code == 0 and vim.version.parse(answer.stdout) or nil
  if not version then
    vim.health.error(("`%s --version` did not tell its version: %s"):format(command, answer.stderr))
    return nil
  end
  local own = assert(vim.version.parse(require("divisi.version")))
  local text = ("%s is divisi %s"):format(vim.fn.exepath(command), tostring(version))
  if version.major == own.major and version.minor == own.minor then
    vim.health.ok(text)
  else
    local advice = "Take the plugin and the program from the same release"
    vim.health.warn(("%s, the plugin belongs to %s"):format(text, tostring(own)), advice)
  end
  return command
end

local function check_servers()
  local clients = vim.lsp.get_clients({ name = "divisi" })
  if #clients == 0 then
    vim.health.info("No server is running: it starts when a DAG, an agent or a command is opened")
  end
  for _, client in ipairs(clients) do
    local count = vim.tbl_count(client.attached_buffers)
    local buffers = count == 1 and "1 buffer" or count .. " buffers"
    vim.health.ok(("A server for %s, %s"):format(client.root_dir or "no folder", buffers))
  end
end

---@param command string
local function check_trust(command)
  local answer = vim.system({ command, "trust", "--list" }, { text = true, timeout = 5000 }):wait()
  local trusted = vim.split(answer.stdout or "", "\n", { trimempty = true })
  for _, client in ipairs(vim.lsp.get_clients({ name = "divisi" })) do
    local folder = client.root_dir or ""
    if vim.tbl_contains(trusted, folder) or vim.tbl_contains(trusted, vim.uv.fs_realpath(folder)) then
      vim.health.ok(folder .. " is trusted: its DAGs may run programs")
    else
      vim.health.info(folder .. " is not trusted: :DivisiTrust lets its DAGs run programs")
    end
  end
end

function M.check()
  vim.health.start("divisi")
  check_neovim()
  local command = check_program()
  check_servers()
  if command then
    check_trust(command)
  end
end

return M
