--- A program in a real terminal: the one that Neovim has built in. Each wait looks at the screen, has a limit, and
--- shows the screen when that is over.
local S = {}

local channel, buffer

--- Starts a program on a screen of 110 by 38.
function S.start(argv)
  vim.o.laststatus = 0
  vim.o.columns, vim.o.lines = 110, 39
  buffer = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_win_set_buf(0, buffer)
  channel = vim.fn.jobstart(argv, { term = true, env = { TERM = "xterm-256color", COLORTERM = "truecolor" } })
  assert(channel > 0, argv[1] .. " cannot be started")
end

--- What the screen shows.
function S.text()
  local height = vim.api.nvim_win_get_height(0)
  return table.concat(vim.api.nvim_buf_get_lines(buffer, -1 - height, -1, false), "\n")
end

local function wait(what, condition)
  local ok = vim.wait(30000, condition, 20)
  assert(ok, ("waited 30 s for %s; the screen is\n%s"):format(what, S.text()))
end

--- Waits until all parts are on the screen.
function S.await(...)
  for _, part in ipairs({ ... }) do
    wait(("%q on the screen"):format(part), function()
      return S.text():find(part, 1, true) ~= nil
    end)
  end
end

function S.await_gone(part)
  wait(("%q to go"):format(part), function()
    return not S.text():find(part, 1, true)
  end)
end

function S.await_file(path)
  wait(path, function()
    return vim.uv.fs_stat(path) ~= nil
  end)
end

--- Types. `<CR>`, `<Esc>`, `<C-x>` are keys.
function S.type(keys)
  local bytes = vim.api.nvim_replace_termcodes(keys, true, true, true)
  vim.api.nvim_chan_send(channel, bytes)
end

--- Keeps the screen as a file, for people.
function S.keep(name)
  vim.fn.mkdir(vim.env.DIVISI_SCREENS, "p")
  vim.fn.writefile(vim.split(S.text(), "\n"), vim.env.DIVISI_SCREENS .. "/" .. name .. ".txt")
end

--- Waits for the end of the program.
function S.finish()
  local code = vim.fn.jobwait({ channel }, 30000)[1]
  assert(code == 0, ("the program ended with %d; the screen is\n%s"):format(code, S.text()))
end

return S
