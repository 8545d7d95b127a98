//! Collectors, the sampler that makes one frame a second, and who receives it.
//!
//! ```text
//! collectors ──► Sampler ──► Tick ──┬─► Monitor::latest   pages, REST, /metrics
//! (a thread      (on the     (frame,├─► history           the last minutes
//!  each)          second)     each  ├─► health            checks, judged each second
//!                             form  └─► LiveHub ──► Session, one for each client
//!                             made once)
//! things that happen ──► Monitor::record_event ──► journal, log, LiveHub
//! ```
//!
//! | module | subject |
//! |---|---|
//! | [`collector`], [`collectors`] | what a source of numbers is, and those that there are |
//! | [`catalog`] | the series known, each with its number |
//! | [`sampler`] | one frame a second, whatever collectors do |
//! | [`distribution`] | series of many values a second, with their quantiles |
//! | [`frame_builder`] | a frame of readings: gauges as read, counters as rates |
//! | [`tick`], [`messages`] | a frame with all that is made of it, each made at most once |
//! | [`monitor`] | the handle by which everybody reaches all this |
//! | [`live`], [`recent`], [`session`] | the live stream: the hub, the last frames, and what one client is sent |
//! | [`received`] | what other programs send of themselves |
//! | [`health`] | thresholds, and the checks judged by them |
//! | [`chain`] | what a request did that takes time, noted while it is answered |
//! | [`clock`] | the machine's clock, and one that is set by hand |
//!
//! ```
//! use miorai_model::{Kind, SeriesKey, Topic, Topics, Unit, host::Host};
//! use miorai_monitoring::{CollectError, Collector, Monitor, Readings, SystemClock};
//! use std::sync::Arc;
//!
//! /// Counts how often it is asked.
//! struct Asked(f64);
//!
//! impl Collector for Asked {
//!     fn name(&self) -> &'static str {
//!         "asked"
//!     }
//!
//!     fn collect(&mut self, readings: &mut Readings) -> Result<(), CollectError> {
//!         self.0 += 1.0;
//!         let key = SeriesKey::new("example.asked", []);
//!         let id = readings.catalog().register(key, Unit::Count, Kind::Gauge, Topics::of([Topic::Overview]));
//!         readings.push(id, self.0);
//!         Ok(())
//!     }
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! let clock = Arc::new(SystemClock::default());
//! let (monitor, mut sampler) = Monitor::builder(Host::default(), clock).collector(Asked(0.0)).build();
//! // A program runs `sampler.run(stop)` in a task, which does this every second.
//! sampler.tick().await;
//! let latest = monitor.latest().expect("a frame was made");
//! let id = monitor.catalog().find(&SeriesKey::new("example.asked", [])).expect("the collector has registered it");
//! assert_eq!(latest.frame.value(id), Some(1.0));
//! # });
//! ```

pub mod catalog;
pub mod chain;
pub mod clock;
pub mod collector;
pub mod collectors;
pub mod distribution;
mod figures;
pub mod frame_builder;
pub mod health;
mod hold;
pub mod live;
pub mod messages;
pub mod monitor;
pub mod number;
pub mod received;
pub mod recent;
mod roster;
pub mod sampler;
pub mod session;
pub mod tick;
mod worker;

pub use catalog::Catalog;
pub use clock::{ManualClock, SystemClock};
pub use collector::{CollectError, Collector, Readings};
pub use distribution::Distribution;
pub use health::Thresholds;
pub use live::{LiveCounters, LiveEvent};
pub use messages::{Encoding, Messages};
pub use monitor::{Monitor, MonitorBuilder};
pub use sampler::Sampler;
pub use session::{Outgoing, Session, SessionOptions};
pub use tick::{Slot, Tick};
