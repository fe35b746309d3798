//! The protocol: which tools there are, and calls to them.

use std::sync::Arc;

use divisi_answers::failure::Failure;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation, JsonObject,
    ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool as Definition,
    ToolAnnotations,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler};

use crate::answer::Answer;
use crate::place::Place;
use crate::tools::{self, Effect, Tool};

const INSTRUCTIONS: &str = "Divisi checks, plans and runs DAG files (*.dag.yaml, *.dag.json): graphs of agents and \
programs with dependencies. After writing or changing a DAG, agent, command or skill file call `check` on it and mend \
what it finds; `plan` and `graph` show what would run, `status` what ran and why a node failed. Paths are relative to \
the root of the workspace.";

pub(crate) struct Server {
    place: Arc<Place>,
}

impl Server {
    pub(crate) fn new(place: Place) -> Self {
        Self { place: Arc::new(place) }
    }

    fn offers(&self, tool: &Tool) -> bool {
        tool.effect == Effect::None || self.place.may_run()
    }

    async fn call(&self, tool: &'static Tool, arguments: JsonObject) -> Result<Answer, Failure> {
        let place = Arc::clone(&self.place);
        let work = tokio::task::spawn_blocking(move || (tool.call)(&place, arguments));
        work.await.unwrap_or_else(|error| Err(Failure::new(format!("this is a fault of divisi: {error}"))))
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let server = Implementation::new("divisi", env!("CARGO_PKG_VERSION")).with_title("Divisi");
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(server)
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let offered = tools::ALL.iter().filter(|tool| self.offers(tool));
        Ok(ListToolsResult::with_all_items(offered.map(definition).collect()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let Some(tool) = tools::ALL.iter().find(|tool| tool.name == request.name) else {
            let names: Vec<&str> = tools::ALL.iter().map(|tool| tool.name).collect();
            let message = format!("there is no tool {}; there are: {}", request.name, names.join(", "));
            return Err(ErrorData::invalid_params(message, None));
        };
        let answer = self.call(tool, request.arguments.unwrap_or_default()).await;
        Ok(answer.map_or_else(refused, told).into())
    }
}

fn definition(tool: &Tool) -> Definition {
    let reads = tool.effect == Effect::None;
    let annotations = ToolAnnotations::with_title(tool.title).read_only(reads).open_world(!reads);
    let annotations = if reads { annotations } else { annotations.destructive(true).idempotent(false) };
    Definition::new(tool.name, tool.description, (tool.schema)())
        .with_title(tool.title)
        .with_annotations(annotations)
}

fn told(answer: Answer) -> CallToolResult {
    let mut result = CallToolResult::success(vec![ContentBlock::text(answer.text)]);
    result.structured_content = Some(answer.data);
    result
}

/// The caller reads why, and what to do.
fn refused(failure: Failure) -> CallToolResult {
    let mut lines = vec![failure.message];
    lines.extend(failure.help.iter().map(|help| format!("help: {help}")));
    CallToolResult::error(vec![ContentBlock::text(crate::answer::bounded(lines.join("\n")))])
}
