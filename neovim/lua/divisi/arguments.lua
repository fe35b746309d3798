--- The arguments of a DAG: typed as `name=value`, completed, asked for.
local servers = require("divisi.servers")
local M = {}

---@param value any
---@return string
local function shown(value)
  return type(value) == "string" and value or vim.json.encode(value)
end

--- What somebody typed, as a value of the declared type; as it is where it is none, so that the server says why.
---@param declared divisi.Argument?
---@param text string
---@return any
local function typed(declared, text)
  local kind = declared and declared.type
  if kind == "boolean" and (text == "true" or text == "false") then
    return text == "true"
  end
  if kind == "integer" or kind == "number" then
    return tonumber(text) or text
  end
  if kind == "list" then
    local ok, list = pcall(vim.json.decode, text)
    return ok and type(list) == "table" and list or vim.split(text, "%s*,%s*")
  end
  return text
end

---@param declared divisi.Argument[]
---@param name string
---@return divisi.Argument?
local function find(declared, name)
  for _, argument in ipairs(declared) do
    if argument.name == name then
      return argument
    end
  end
end

--- `name=value` words as a table; nil and the reason where one is malformed.
---@param words string[]
---@param declared divisi.Argument[]
---@return table<string, any>?
---@return string? reason
function M.parse(words, declared)
  local arguments = vim.empty_dict()
  for _, word in ipairs(words) do
    local name, value = word:match("^([^=]+)=(.*)$")
    if not name then
      return nil, ("`%s` is no argument: write name=value"):format(word)
    end
    arguments[name] = typed(find(declared, name), value)
  end
  return arguments
end

---@param argument divisi.Argument
---@return any[]?
local function choices_of(argument)
  if argument.type == "boolean" then
    return { true, false }
  end
  return argument.choices
end

---@param argument divisi.Argument
---@param on_text fun(text: string?)
local function ask_one(argument, on_text)
  local prompt = argument.description and ("%s (%s): "):format(argument.name, argument.description)
    or argument.name .. ": "
  local choices = choices_of(argument)
  if choices then
    return vim.ui.select(vim.tbl_map(shown, choices), { prompt = prompt }, on_text)
  end
  local default = argument.default ~= nil and shown(argument.default) or ""
  vim.ui.input({ prompt = prompt, default = default }, on_text)
end

--- Asks for what is needed and not given, or for all that is not given. Secrets are never typed: the server takes them
--- from the environment. Ends without a call where the user leaves.
---@param declared divisi.Argument[]
---@param given table<string, any> gets the answers
---@param asks_all boolean
---@param on_done fun()
function M.ask(declared, given, asks_all, on_done)
  local open = vim.tbl_filter(function(argument)
    local is_needed = asks_all or (argument.required and argument.default == nil)
    return is_needed and not argument.secret and given[argument.name] == nil
  end, declared)
  local function next_one(at)
    local argument = open[at]
    if not argument then
      return on_done()
    end
    ask_one(argument, function(text)
      if text == nil then
        return
      end
      if text ~= "" or argument.type == "string" then
        given[argument.name] = typed(argument, text)
      end
      next_one(at + 1)
    end)
  end
  next_one(1)
end

--- Completes `name=` and then the value.
---@param lead string
---@return string[]
function M.complete(lead)
  local graph = servers.graph_now(vim.api.nvim_get_current_buf())
  local found = {}
  for _, argument in ipairs(graph and graph.args or {}) do
    local has_value = lead:find("=", 1, true)
    local values = has_value and choices_of(argument) or { "" }
    if has_value and #values == 0 and argument.default ~= nil then
      values = { argument.default }
    end
    for _, value in ipairs(values) do
      table.insert(found, argument.name .. "=" .. shown(value))
    end
  end
  return vim.tbl_filter(function(word)
    return vim.startswith(word, lead)
  end, found)
end

return M
