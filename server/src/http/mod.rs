//! Everything that is answered over HTTP.
//!
//! A request passes [`listen`] (connections, bounded), [`middleware`] (what holds for every request: its id, the doors
//! it may come through, its size and time, who asks) and [`router`], which knows every path with the role it needs.
//! Whatever goes wrong on the way leaves as a [`problem`].
//!
//! | module | subject |
//! |---|---|
//! | [`options`], [`state`] | what is set once, and the handles that handlers use |
//! | [`listen`], [`place`] | accepting connections, what each of them holds, and stopping |
//! | [`middleware`] | a file a layer |
//! | [`router`] | the map of paths |
//! | [`rest`] | a file a domain |
//! | [`live`] | the websocket |
//! | [`otlp`] | metrics that other programs send |
//! | [`site`] | the files of the browser part |
//! | [`problem`] | errors as the outside sees them |
//! | [`moment`] | times in answers and in questions |

pub mod listen;
pub mod live;
pub mod middleware;
pub mod moment;
pub mod options;
pub mod otlp;
pub mod place;
pub mod problem;
pub mod rest;
pub mod router;
pub mod site;
pub mod state;

pub use options::HttpOptions;
pub use problem::ApiError;
pub use router::router;
pub use state::HttpState;
