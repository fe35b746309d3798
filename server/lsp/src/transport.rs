//! Bytes to messages and back.
//!
//! Each request is polled once in the order in which it came, so that its event
//! reaches the main loop in that order; only then may it wait beside others.
//! There is no limit on how many wait: none of them computes anything here.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::thread;

use serde_json::{Map, Value};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::sync::{Notify, mpsc};
use tower_lsp_server::LspService;
use tower_lsp_server::jsonrpc::{Error, Id, Request, Response};
use tower_service::Service;
use tracing::{debug, error, warn};

use crate::backend::{self, Backend};
use crate::event::Event;
use crate::frames::{Frame, FrameReader};
use crate::main_loop;
use crate::outbox::{Message, Outbox};
use crate::{Ending, Options};

pub(crate) async fn serve<I, O>(reader: I, writer: O, options: Options) -> Ending
where
    I: AsyncRead + Unpin + Send,
    O: AsyncWrite + Unpin + Send + 'static,
{
    let (messages, outgoing) = mpsc::unbounded_channel();
    let (events, incoming) = crossbeam_channel::unbounded();
    let orphaned = Arc::new(Notify::new());
    let main_loop = {
        let (events, outbox, orphaned) = (events.clone(), Outbox::new(messages.clone()), orphaned.clone());
        thread::Builder::new()
            .name("main loop".to_owned())
            .spawn(move || main_loop::run(events, &incoming, outbox, options, orphaned))
    };
    let main_loop = match main_loop {
        Ok(main_loop) => main_loop,
        Err(error) => {
            error!("no thread for the main loop: {error}");
            return Ending::Abrupt;
        }
    };
    let writing = tokio::spawn(write(writer, outgoing));

    let session = Session { service: backend::service(events.clone()), events, messages, shut_down: false };
    let ending = tokio::select! {
        ending = session.read(FrameReader::new(reader)) => ending,
        () = orphaned.notified() => Ending::Abrupt,
    };
    // The session and its sender are gone; the loop ends by this event, and the writer with the last sender.
    let _joined = tokio::task::spawn_blocking(move || main_loop.join()).await;
    let _written = writing.await;
    ending
}

struct Session {
    service: LspService<Backend>,
    events: crossbeam_channel::Sender<Event>,
    messages: mpsc::UnboundedSender<Message>,
    shut_down: bool,
}

impl Drop for Session {
    fn drop(&mut self) {
        let _loop_is_gone = self.events.send(Event::Disconnected);
    }
}

impl Session {
    async fn read<I: AsyncRead + Unpin>(mut self, mut frames: FrameReader<I>) -> Ending {
        loop {
            match frames.next().await {
                Ok(Frame::Body(body)) => {
                    if self.take(&body).await {
                        return if self.shut_down { Ending::Orderly } else { Ending::Abrupt };
                    }
                }
                Ok(Frame::BadHeader(reason)) => self.refuse(Error::parse_error(), reason),
                Ok(Frame::End) => return Ending::Abrupt,
                Err(error) => {
                    warn!("the client's stream cannot be read: {error}");
                    return Ending::Abrupt;
                }
            }
        }
    }

    /// Hands one message on; whether it was `exit`.
    async fn take(&mut self, body: &[u8]) -> bool {
        let value = match serde_json::from_slice(body) {
            Ok(value) => with_expected_params(value),
            Err(error) => {
                self.refuse(Error::parse_error(), &error.to_string());
                return false;
            }
        };
        if value.get("method").is_some() {
            match serde_json::from_value::<Request>(value) {
                Ok(request) => return self.call(request).await,
                Err(error) => self.refuse(Error::invalid_request(), &error.to_string()),
            }
        } else {
            match serde_json::from_value::<Response>(value) {
                Ok(answer) => drop(self.events.send(Event::Answer(answer))),
                Err(error) => self.refuse(Error::invalid_request(), &error.to_string()),
            }
        }
        false
    }

    async fn call(&mut self, request: Request) -> bool {
        if poll_fn(|context| self.service.poll_ready(context)).await.is_err() {
            return true;
        }
        let is_exit = request.method() == "exit";
        // What comes after `initialize` is judged by its outcome.
        let is_waited_for = request.method() == "initialize";
        self.shut_down |= request.method() == "shutdown";

        let mut future = self.service.call(request);
        let polled = poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await;
        match polled {
            Poll::Ready(answer) => self.answer(answer.ok().flatten()),
            Poll::Pending if is_waited_for => {
                let answer = future.await;
                self.answer(answer.ok().flatten());
            }
            Poll::Pending => {
                let messages = self.messages.clone();
                tokio::spawn(async move {
                    if let Ok(Some(answer)) = future.await {
                        let _writer_is_gone = messages.send(Message::Answer(answer));
                    }
                });
            }
        }
        is_exit
    }

    fn answer(&self, answer: Option<Response>) {
        if let Some(answer) = answer {
            let _writer_is_gone = self.messages.send(Message::Answer(answer));
        }
    }

    fn refuse(&self, mut error: Error, reason: &str) {
        warn!("a message of the client is refused: {reason}");
        error.data = Some(reason.into());
        self.answer(Some(Response::from_error(Id::Null, error)));
    }
}

/// Some messages have nothing to say beside their names. Clients send nothing with them, null, or an empty object, and
/// the framework takes only one or two of these.
fn with_expected_params(mut message: Value) -> Value {
    let Some(fields) = message.as_object_mut() else { return message };
    match fields.get("method").and_then(Value::as_str) {
        Some("shutdown" | "exit") => drop(fields.remove("params")),
        Some("initialized") => drop(fields.insert("params".to_owned(), Value::Object(Map::new()))),
        _ => {}
    }
    message
}

async fn write<O: AsyncWrite + Unpin>(mut writer: O, mut messages: mpsc::UnboundedReceiver<Message>) {
    while let Some(message) = messages.recv().await {
        let body = match message.to_json() {
            Ok(body) => body,
            Err(error) => {
                error!("a message cannot be written as JSON: {error}");
                continue;
            }
        };
        let header = format!("Content-Length: {}\r\n\r\n", body.len());
        let mut bytes = header.into_bytes();
        bytes.extend_from_slice(&body);
        if let Err(error) = writer.write_all(&bytes).await {
            debug!("the client reads no more: {error}");
            return;
        }
        if messages.is_empty() && writer.flush().await.is_err() {
            return;
        }
    }
}
