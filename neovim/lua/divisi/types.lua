---@meta
--- What the server sends, as far as the plugin reads it. `tools/check-messages/own.d.ts` has all of it.

---@class divisi.NodeState
---@field is string

---@class divisi.Usage
---@field input_tokens integer
---@field output_tokens integer
---@field usd? number

---@class divisi.Run One run at a glance.
---@field run string
---@field root string URI of the folder that it belongs to
---@field dag string
---@field uri string of the DAG's file
---@field startedAt integer milliseconds since the epoch
---@field endedAt? integer
---@field isLive boolean
---@field status string
---@field pauseCause? string
---@field done integer
---@field total integer
---@field failed integer

---@class divisi.KnownRun: divisi.Run All that is known of a run.
---@field isPaused boolean
---@field args table<string, any>
---@field usage? divisi.Usage
---@field isCostPartial boolean
---@field nodes divisi.Node[]

---@class divisi.Node
---@field path string
---@field title? string
---@field phase? string what its phase is called
---@field line? integer zero-based, when the run was planned
---@field isGroup boolean
---@field state divisi.NodeState
---@field detail? string
---@field attempt integer
---@field startedAt? integer
---@field retryAt? integer
---@field wallMs? integer
---@field usage? divisi.Usage
---@field outputs table<string, string>
---@field text? string its prompt, program or question

---@class divisi.Graph
---@field nodes { id: string, name: string }[]
---@field places { range: lsp.Range, idRange: lsp.Range }[] for each node
---@field args divisi.Argument[]

---@class divisi.Argument What a DAG asks for.
---@field name string
---@field type "string"|"integer"|"number"|"boolean"|"list"
---@field default? any
---@field required boolean
---@field description? string
---@field choices? any[]
---@field secret boolean
