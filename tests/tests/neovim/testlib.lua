--- Small helpers of the scenarios. Every wait has a limit and says what it waited for.
local T = {}

-- A question would wait for a person.
vim.ui.select = function(items, options)
  error(("asked %q: %s"):format(options.prompt or "", vim.inspect(items)))
end

-- Nothing may be called that Neovim will drop.
vim.deprecate = function(name, instead)
  io.stderr:write(debug.traceback(("%s is deprecated: %s"):format(name, instead or "")) .. "\n")
  vim.cmd("cquit 3")
end

function T.wait(what, condition)
  local ok = vim.wait(30000, condition, 20)
  assert(ok, "waited 30 s for: " .. what)
end

function T.equal(actual, expected, what)
  assert(
    vim.deep_equal(actual, expected),
    ("%s:\n  expected %s\n  got      %s"):format(what, vim.inspect(expected), vim.inspect(actual))
  )
end

function T.contains(text, part, what)
  assert(text and text:find(part, 1, true), ("%s: %q is not in:\n%s"):format(what, part, tostring(text)))
end

--- What this buffer holds.
function T.text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n")
end

--- Waits until this buffer holds `part`.
function T.wait_text(part)
  local ok = vim.wait(30000, function()
    return T.text():find(part, 1, true) ~= nil
  end, 20)
  assert(ok, ("waited 30 s for %q in:\n%s"):format(part, T.text()))
end

--- Opens a file and waits for its server.
function T.open(path)
  vim.cmd.edit(path)
  T.wait("the server to attach to " .. path, function()
    local client = vim.lsp.get_clients({ name = "divisi", bufnr = 0 })[1]
    return client and client.initialized
  end)
  return vim.lsp.get_clients({ name = "divisi", bufnr = 0 })[1]
end

--- Codes of the findings in this buffer, sorted.
function T.codes()
  local codes = vim.tbl_map(function(finding)
    return finding.code
  end, vim.diagnostic.get(0))
  table.sort(codes)
  return codes
end

function T.wait_codes(expected)
  local ok = vim.wait(30000, function()
    return vim.deep_equal(T.codes(), expected)
  end, 20)
  assert(ok, ("waited 30 s for the findings %s, have %s"):format(vim.inspect(expected), vim.inspect(vim.diagnostic.get(0))))
end

--- Puts the cursor right after the first occurrence of `text`.
function T.after(text)
  for row, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    local _, last = line:find(text, 1, true)
    if last then
      vim.api.nvim_win_set_cursor(0, { row, last })
      return row - 1, last
    end
  end
  error(text .. " is not in the buffer")
end

--- Asks the server and waits for its answer.
function T.request(client, method, params)
  local answer = client:request_sync(method, params, 30000, vim.api.nvim_get_current_buf())
  assert(answer, method .. " was not answered")
  assert(not answer.err, vim.inspect(answer.err))
  return answer.result
end

--- Waits until the name after `text` leads to `file`: agents are read in the background.
function T.wait_definition(client, text, file)
  T.after(text)
  T.wait("the way to " .. file, function()
    local result = T.request(client, "textDocument/definition", {
      textDocument = { uri = vim.uri_from_bufnr(0) },
      position = vim.lsp.util.make_position_params(0, client.offset_encoding).position,
    })
    return vim.inspect(result):find(file, 1, true) ~= nil
  end)
end

--- Names that one of Neovim's own commands lists, one a line.
function T.symbols(ask)
  local names
  ask({
    on_list = function(list)
      names = vim.tbl_map(function(item)
        return item.text
      end, list.items)
    end,
  })
  T.wait("a list of symbols", function()
    return names ~= nil
  end)
  return table.concat(names, "\n")
end

--- The buffer's text in a range of the protocol.
function T.text_of(client, range)
  local function column(position)
    local line = vim.api.nvim_buf_get_lines(0, position.line, position.line + 1, true)[1]
    return vim.str_byteindex(line, client.offset_encoding, position.character)
  end
  local from, to = range.start, range["end"]
  return table.concat(vim.api.nvim_buf_get_text(0, from.line, column(from), to.line, column(to), {}), "\n")
end

function T.replace_line(number, text)
  vim.api.nvim_buf_set_lines(0, number - 1, number, true, { text })
end

--- Labels of the completion items at the cursor position after `text`.
function T.labels_after(client, text)
  local row, column = T.after(text)
  local result = T.request(client, "textDocument/completion", {
    textDocument = { uri = vim.uri_from_bufnr(0) },
    position = { line = row, character = column },
  })
  local labels = {}
  for _, item in ipairs(result.items or result) do
    table.insert(labels, item.label)
  end
  return labels
end

return T
