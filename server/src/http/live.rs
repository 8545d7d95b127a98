//! The live stream over a websocket.
//!
//! What a client is sent is decided by its [`Session`]; here are the socket, its bounds and its end:
//!
//! | close code | why |
//! |---|---|
//! | 1001 | the server stops |
//! | 1003 | the client sent a binary message |
//! | 1008 | the client sent text that is not understood, took nothing for too long, or answered no ping |
//! | 1009 | the client sent a message that is too large |

use crate::http::{ApiError, HttpState, place::Place};
use axum::{
    Extension,
    extract::{
        RawQuery, State, WebSocketUpgrade,
        ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code, rejection::WebSocketUpgradeRejection},
    },
    response::Response,
};
use miorai_model::{
    SeriesKey, Topics,
    live::{BINARY_PROTOCOL, MOST_CHOSEN},
};
use miorai_monitoring::{Encoding, LiveEvent, Outgoing, Session, SessionOptions};
use std::time::Duration;
use tokio::{
    sync::broadcast::{self, error::RecvError},
    time::{Instant, MissedTickBehavior, interval_at, timeout},
};

/// The largest message that a client may send: the only one there is names topics.
const MAX_MESSAGE: usize = 4 * 1_024;
/// Clients send little: this is enough to read it, and it is held for each of them.
const READ_BUFFER: usize = 1_024;
/// A client that answers none of so many pings is gone.
const PINGS_UNANSWERED: u32 = 2;
/// How long a client may take to hear why its stream ends.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// The longest reason that a close frame can carry.
const MAX_REASON: usize = 123;

/// The live stream (websocket).
///
/// Sends `hello`, the frames missed since `since` that are still in memory, and then a frame each second for each
/// topic; with the subprotocol `miorai.binary.v1` frames are binary messages.
#[utoipa::path(get, path = "/api/core/monitoring/live/", tag = "monitoring",
    params(
        ("topics" = Option<String>, Query, description = "Names separated by commas: overview, system, server, all, processes, health, log"),
        ("since" = Option<u64>, Query, description = "The number of the last frame that the client has"),
        ("series" = Option<Vec<String>>, Query, description = "The series of the topic `chosen`, at most 32: names with labels as `history` takes them"),
    ),
    responses(
        (status = 101, description = "The stream begins"),
        (status = 403, description = "The request comes from a page of another site", body = miorai_model::problem::Problem),
        (status = 422, description = "A parameter is wrong", body = miorai_model::problem::Problem),
        (status = 503, description = "There are too many clients", body = miorai_model::problem::Problem),
    ))]
pub async fn live(
    State(state): State<HttpState>,
    RawQuery(query): RawQuery,
    connection: Option<Extension<Place>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let mut options = parse(query.as_deref().unwrap_or_default())?;
    let upgrade =
        upgrade.map_err(|why| ApiError::Unreadable(format!("this path takes websockets only: {}", why.body_text())))?;
    let place =
        state.live_places().clone().try_acquire_owned().map_err(|_| {
            ApiError::unavailable("there are too many clients of the live stream; see live.max_clients")
        })?;
    let upgrade = upgrade
        .protocols([BINARY_PROTOCOL])
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_message_size(MAX_MESSAGE)
        .max_frame_size(MAX_MESSAGE);
    if upgrade.selected_protocol().is_some() {
        options.encoding = Encoding::Binary;
    }
    let token = state.tasks().token();
    Ok(upgrade.on_upgrade(move |socket| async move {
        let connection = connection.map(|Extension(connection)| connection);
        Client { socket, state, connection, unanswered: 0 }.run(options).await;
        drop((place, token));
    }))
}

fn parse(query: &str) -> Result<SessionOptions, ApiError> {
    let mut options = SessionOptions::default();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "topics" => {
                options.topics = Topics::parse(&value).map_err(|unknown| {
                    let known: Vec<_> = miorai_model::Topic::EVERY.into_iter().map(miorai_model::Topic::name).collect();
                    ApiError::invalid(
                        "topics",
                        format!("there is no topic '{unknown}'; known are {}", known.join(", ")),
                    )
                })?;
            }
            "since" => {
                let number = value.parse().map_err(|_| ApiError::invalid("since", "expected the number of a frame"))?;
                options.since = Some(number);
            }
            "series" => {
                let key = value.parse::<SeriesKey>().map_err(|error| ApiError::invalid("series", error.to_string()))?;
                if options.chosen.len() == MOST_CHOSEN {
                    return Err(ApiError::invalid("series", format!("at most {MOST_CHOSEN} can be named")));
                }
                options.chosen.push(key);
            }
            other => {
                return Err(ApiError::invalid(other, "there is no such parameter; known are topics, since, series"));
            }
        }
    }
    Ok(options)
}

/// Why a stream ends.
enum End {
    /// The client is gone, or has said good-bye: there is nobody to tell.
    Gone,
    /// The client is told this code and reason.
    Close(u16, String),
}

struct Client {
    socket: WebSocket,
    state: HttpState,
    /// Keeps the connection's place among all for as long as the stream lasts.
    connection: Option<Place>,
    unanswered: u32,
}

impl Client {
    async fn run(mut self, options: SessionOptions) {
        let events = self.state.monitor().subscribe();
        let (session, first) = Session::open(self.state.monitor(), options);
        let end = match self.send(first).await {
            Ok(()) => self.stream(session, events).await,
            Err(end) => end,
        };
        if let End::Close(code, reason) = end {
            tracing::debug!(code, reason, "a live stream was closed");
            let frame = CloseFrame { code, reason: shortened(&reason).into() };
            // Who does not take it has gone already.
            let _ = timeout(LAST_WORDS, self.socket.send(Message::Close(Some(frame)))).await;
            if code == close_code::SIZE
                && let Some(connection) = &self.connection
            {
                connection.drain(LAST_WORDS).await;
            }
        }
    }

    async fn stream(&mut self, mut session: Session, mut events: broadcast::Receiver<LiveEvent>) -> End {
        let period = self.state.options().ping_interval;
        let mut pings = interval_at(Instant::now() + period, period);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let stop = self.state.stop().clone();
        loop {
            let mut out = Vec::new();
            let happened = tokio::select! {
                biased;
                () = stop.cancelled() => return End::Close(close_code::AWAY, "the server stops".to_owned()),
                event = events.recv() => match event {
                    Ok(event) => { session.on_event(&event, &mut out); Ok(()) }
                    Err(RecvError::Lagged(_)) => { session.on_lagged(&mut out); Ok(()) }
                    Err(RecvError::Closed) => Err(End::Close(close_code::AWAY, "the server stops".to_owned())),
                },
                message = self.socket.recv() => self.heard(message, &mut session, &mut out),
                _ = pings.tick() => self.ping().await,
                () = std::future::ready(()), if session.is_behind() => { session.catch_up(&mut out); Ok(()) }
            };
            let sent = match happened {
                Ok(()) => self.send(out).await,
                Err(end) => Err(end),
            };
            if let Err(end) = sent {
                return end;
            }
        }
    }

    fn heard(
        &mut self,
        message: Option<Result<Message, axum::Error>>,
        session: &mut Session,
        out: &mut Vec<Outgoing>,
    ) -> Result<(), End> {
        match message {
            Some(Ok(message)) => {
                self.unanswered = 0;
                match message {
                    Message::Text(text) => {
                        session.on_client_text(&text, out).map_err(|why| End::Close(close_code::POLICY, why))
                    }
                    Message::Binary(_) => {
                        Err(End::Close(close_code::UNSUPPORTED, "only text messages are understood".to_owned()))
                    }
                    Message::Ping(_) | Message::Pong(_) => Ok(()),
                    Message::Close(_) => Err(End::Gone),
                }
            }
            Some(Err(error)) => {
                let text = error.to_string();
                if text.contains("too long") || text.contains("too large") || text.contains("too big") {
                    return Err(End::Close(close_code::SIZE, format!("messages have at most {MAX_MESSAGE} bytes")));
                }
                Err(End::Close(close_code::PROTOCOL, text))
            }
            None => Err(End::Gone),
        }
    }

    async fn ping(&mut self) -> Result<(), End> {
        if self.unanswered >= PINGS_UNANSWERED {
            return Err(End::Close(close_code::POLICY, "no answer to pings".to_owned()));
        }
        self.unanswered += 1;
        self.put(Message::Ping(bytes::Bytes::new())).await
    }

    async fn send(&mut self, messages: Vec<Outgoing>) -> Result<(), End> {
        for message in messages {
            let message = match message {
                Outgoing::Text(text) => {
                    Message::Text(Utf8Bytes::try_from(text).expect("text messages are made of UTF-8"))
                }
                Outgoing::Binary(bytes) => Message::Binary(bytes),
            };
            self.put(message).await?;
        }
        Ok(())
    }

    async fn put(&mut self, message: Message) -> Result<(), End> {
        let stop = self.state.stop().clone();
        tokio::select! {
            biased;
            sent = timeout(self.state.options().write_timeout, self.socket.send(message)) => match sent {
                Ok(Ok(())) => Ok(()),
                Ok(Err(_)) => Err(End::Gone),
                Err(_) => Err(End::Close(close_code::POLICY, "nothing was taken for too long".to_owned())),
            },
            () = stop.cancelled() => Err(End::Close(close_code::AWAY, "the server stops".to_owned())),
        }
    }
}

/// A reason as a close frame can carry it.
fn shortened(reason: &str) -> &str {
    &reason[..reason.floor_char_boundary(MAX_REASON)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use miorai_model::Topic;

    #[test]
    fn parameters_are_read_or_named() {
        let options = parse("topics=overview,health&since=7").unwrap();
        assert_eq!(options.topics, Topics::of([Topic::Overview, Topic::Health]));
        assert_eq!(options.since, Some(7));
        for (query, field) in [("topics=cash", "topics"), ("since=-1", "since"), ("x=1", "x")] {
            let Err(ApiError::Invalid(errors)) = parse(query) else { panic!("{query} is wrong") };
            assert_eq!(errors[0].field, field);
        }
    }

    #[test]
    fn reasons_are_cut_between_characters() {
        assert_eq!(shortened("short"), "short");
        assert_eq!(shortened(&"ü".repeat(100)), "ü".repeat(61));
    }
}
