//! The browser's end of the live stream. It goes on from the frame that the page shows, says when the connection is
//! lost, and comes back with growing pauses and without a gap.

#[cfg(feature = "page-api")]
use crate::address::Query;
use crate::{
    address::Address,
    dashboard::{Connection, Dashboard},
    pages,
};
use leptos::prelude::*;
use miorai_model::{
    Event, Topics,
    live::{BINARY_PROTOCOL, FrameMessage, ServerMessage},
};
use std::{cell::RefCell, rc::Rc, time::Duration};
use wasm_bindgen::{JsCast as _, closure::Closure};
use web_sys::{BinaryType, MessageEvent, WebSocket};

/// The first pause before trying again; it doubles up to the longest.
const FIRST_PAUSE_MS: u32 = 500;
/// The longest pause.
const LONGEST_PAUSE_MS: u32 = 15_000;
/// Without any message for so long, the connection counts as lost: a frame should come each second.
const SILENCE_MS: i64 = 5_000;
/// How often silence is looked for.
const WATCH: Duration = Duration::from_secs(1);

/// One connection after the other, to the same end.
struct Stream {
    dashboard: Dashboard,
    topics: Topics,
    /// The end of the address that names series one by one.
    named: String,
    socket: Option<Socket>,
    /// The number of the newest frame received.
    seq: u64,
    /// When the last message came in.
    heard_at: i64,
    pause_ms: u32,
    /// When to try again, while there is no connection.
    retry_at: Option<i64>,
}

/// A websocket with its handlers, which live as long as it does.
struct Socket {
    web: WebSocket,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_close: Closure<dyn FnMut()>,
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.web.set_onmessage(None);
        self.web.set_onclose(None);
        let _ = self.web.close();
    }
}

type Shared = Rc<RefCell<Stream>>;

/// Connects, and stays connected while the page is open. Follows the page's topics.
pub fn start(address: Address, dashboard: Dashboard) {
    let path = address.path();
    let stream = Rc::new(RefCell::new(Stream {
        dashboard,
        topics: pages::topics(&path),
        named: String::new(),
        socket: None,
        seq: dashboard.shown.get_untracked().seq,
        heard_at: super::now(),
        pause_ms: FIRST_PAUSE_MS,
        retry_at: None,
    }));
    #[cfg(feature = "page-api")]
    follow(&stream, path, address);
    connect(&stream);
    let watcher = Rc::clone(&stream);
    let watch = set_interval_with_handle(move || look_after(&watcher), WATCH);
    // The page's owner lives as long as the page; the interval ends with it.
    if let Ok(handle) = watch {
        on_cleanup(move || handle.clear());
    }
}

/// Names the series that the address does, now and whenever it names others.
#[cfg(feature = "page-api")]
fn follow(stream: &Shared, path: String, address: Address) {
    let named = Memo::new(move |_| address.query.with(|query| named(&path, query)));
    stream.borrow_mut().named = named.get_untracked();
    let stream = Rc::clone(stream);
    Effect::new(move |_| {
        let now = named.get();
        if stream.borrow().named == now {
            return;
        }
        let old = {
            let mut this = stream.borrow_mut();
            this.named = now;
            this.socket.take()
        };
        drop(old);
        connect(&stream);
    });
}

#[cfg(feature = "page-api")]
fn named(path: &str, query: &Query) -> String {
    pages::chosen(path, query).iter().fold(String::new(), |named, key| {
        named + "&series=" + &String::from(js_sys::encode_uri_component(&key.to_string()))
    })
}

fn connect(stream: &Shared) {
    let (address, seq_known) = {
        let this = stream.borrow();
        (url(&this), this.seq)
    };
    let protocols = js_sys::Array::of1(&BINARY_PROTOCOL.into());
    let Ok(web) = WebSocket::new_with_str_sequence(&address, &protocols) else {
        lost(stream);
        return;
    };
    web.set_binary_type(BinaryType::Arraybuffer);
    let receiver = Rc::clone(stream);
    let on_message = Closure::new(move |event: MessageEvent| receive(&receiver, &event));
    let closer = Rc::clone(stream);
    let on_close = Closure::new(move || lost(&closer));
    web.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    web.set_onclose(Some(on_close.as_ref().unchecked_ref()));
    let mut this = stream.borrow_mut();
    this.socket = Some(Socket { web, _on_message: on_message, _on_close: on_close });
    this.heard_at = super::now();
    this.retry_at = None;
    this.seq = seq_known;
}

fn url(Stream { topics, named, seq, .. }: &Stream) -> String {
    let location = window().location();
    let scheme = if location.protocol().is_ok_and(|protocol| protocol == "https:") { "wss" } else { "ws" };
    let host = location.host().unwrap_or_default();
    let names: Vec<&str> = topics.iter().map(miorai_model::Topic::name).collect();
    format!("{scheme}://{host}/api/core/monitoring/live/?topics={}&since={seq}{named}", names.join(","))
}

fn receive(stream: &Shared, event: &MessageEvent) {
    let mut this = stream.borrow_mut();
    this.heard_at = super::now();
    let data = event.data();
    let dashboard = this.dashboard;
    if let Some(text) = data.as_string() {
        match ServerMessage::from_json(&text) {
            Ok(ServerMessage::Hello(hello)) => {
                this.pause_ms = FIRST_PAUSE_MS;
                // A new run of the server counts its frames anew.
                if hello.seq < this.seq {
                    this.seq = 0;
                }
                dashboard.take_hello(&hello);
                if dashboard.connection.get_untracked() != Connection::Live {
                    dashboard.connection.set(Connection::Live);
                }
            }
            Ok(ServerMessage::Series { series }) => dashboard.store.update_value(|store| store.announce(&series)),
            Ok(ServerMessage::Frame(frame)) => take(&mut this, &frame),
            Ok(ServerMessage::Processes { table, .. }) if !dashboard.paused.get_untracked() => {
                dashboard.processes.set(table);
            }
            Ok(ServerMessage::Health(health)) => dashboard.health.set(health),
            Ok(ServerMessage::Log(event)) => dashboard.take_event(Event::clone(&event)),
            Ok(ServerMessage::Missed { .. }) => dashboard.connection.update(|_| ()),
            // What a newer server may add is passed over.
            Ok(_) | Err(_) => {}
        }
    } else if let Ok(buffer) = data.dyn_into::<js_sys::ArrayBuffer>()
        && let Ok(frame) = FrameMessage::decode(&js_sys::Uint8Array::new(&buffer).to_vec())
    {
        take(&mut this, &frame);
    }
}

fn take(stream: &mut Stream, frame: &FrameMessage) {
    stream.seq = stream.seq.max(frame.seq);
    stream.dashboard.take_frame(frame);
}

/// The connection is gone: says so, and sets the time of the next try.
fn lost(stream: &Shared) {
    let mut this = stream.borrow_mut();
    // Its handler may be running just now: it is put away by the watcher's next round, not here.
    let now = super::now();
    let retry_at = now + i64::from(this.pause_ms);
    this.pause_ms = (this.pause_ms * 2).min(LONGEST_PAUSE_MS);
    this.retry_at = Some(retry_at);
    let since = match this.dashboard.connection.get_untracked() {
        Connection::Lost { since, .. } => since,
        Connection::Live => this.heard_at,
    };
    this.dashboard.connection.set(Connection::Lost { since, retry_at });
}

/// Tries again when it is time, and notices silence.
fn look_after(stream: &Shared) {
    let now = super::now();
    let (due, silent) = {
        let this = stream.borrow();
        let silent = this.retry_at.is_none() && now - this.heard_at > SILENCE_MS;
        (this.retry_at.is_some_and(|at| now >= at), silent)
    };
    if due {
        let old = stream.borrow_mut().socket.take();
        drop(old);
        connect(stream);
    } else if silent {
        lost(stream);
    }
}
