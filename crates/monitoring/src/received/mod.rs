//! What other programs send of themselves: OTLP metrics (<https://opentelemetry.io/docs/specs/otlp/>) as series.
//!
//! ```text
//! request ──► protobuf, json ──► Intake ──► Book ──► Outputs ──► the next frame
//!             (point by point)   (whose,    (last    (gauges, running totals,
//!                                 sound?)    points)  sketches)
//! ```
//!
//! | module | subject |
//! |---|---|
//! | [`wire`], [`attributes`], [`protobuf`], [`json`] | the two forms of a request |
//! | [`intake`], [`points`] | the way of a point, and what comes with it |
//! | [`labels`], [`unit`], [`http`] | how names, attributes and units become series |
//! | [`book`], [`sender`], [`stream`], [`identity`] | who sends what, and what the last point has told |
//! | [`cumulative`], [`explicit`], [`exponential`], [`buckets`] | running totals and histograms: what has come since |
//! | [`output`], [`figures`] | what the next frame shows of all that |
//! | [`requests`] | requests that were answered, as the board of the API counts them |
//! | [`report`] | what is told of senders |
//! | [`limits`], [`refusal`], [`unreadable`], [`answer`] | the bounds, what is beyond them, and what senders are told |
//!
//! - A *gauge* holds until the next point, or a little longer than its sender's points are apart.
//! - A *sum* that only grows is a counter; what came in an interval of its sender is shown over the next one. Resets are
//!   seen by start times, and by totals that have become smaller. Other sums are gauges.
//! - A *histogram* is a distribution: the buckets of what has come since the last point, as a sketch.
//! - A *summary* is a gauge for each quantile, with the label `quantile`.
//!
//! Every series bears the label `service.name`, which none of the server's own has: the same names collide with nothing.
//! Series of one sender that have the same name and labels (of two libraries, say) are added up.

mod answer;
mod attributes;
mod book;
mod buckets;
mod cumulative;
mod explicit;
mod exponential;
mod figures;
mod http;
mod identity;
mod intake;
mod json;
mod labels;
pub mod limits;
mod metric;
mod output;
mod points;
mod protobuf;
pub mod refusal;
mod report;
mod requests;
mod sender;
mod stream;
mod unit;
pub mod unreadable;
mod wire;

pub use limits::Limits;
pub use refusal::{Refusal, Refused};
pub use unreadable::Unreadable;

use book::Book;
use identity::Identities;
use intake::Intake;
use miorai_model::Clock;
use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The form of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `application/x-protobuf`
    Protobuf,
    /// `application/json`
    Json,
}

/// What became of the points of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Points that were taken.
    pub taken: u64,
    /// Points that were not.
    pub refused: Refused,
}

/// What other programs send. A clone shares it.
#[derive(Clone)]
pub struct Received(Arc<Shared>);

struct Shared {
    limits: Limits,
    clock: Arc<dyn Clock>,
    identities: Identities,
    book: Mutex<Book>,
    /// Held by the frame while it waits for the book: those who take in a request let it go first.
    turnstile: Mutex<()>,
}

impl Received {
    /// Nothing has been received yet.
    pub fn new(limits: Limits, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Shared {
            book: Mutex::new(Book::new(limits)),
            limits,
            clock,
            identities: Identities::default(),
            turnstile: Mutex::default(),
        }))
    }

    /// Takes in an export request. It works through all of its points: a large one belongs on a thread that may block.
    ///
    /// # Errors
    /// When the body cannot be read. Points before the damage may have been taken.
    pub fn take(&self, body: &[u8], form: Form) -> Result<Outcome, Unreadable> {
        let mut intake = Intake::new(&self.0);
        let read = match form {
            Form::Protobuf => protobuf::read(body, &mut intake),
            Form::Json => json::read(body, &mut intake),
        };
        let outcome = intake.finish();
        read.map(|()| outcome)
    }
}

impl Shared {
    /// The book, for some points of a request.
    fn book(&self) -> MutexGuard<'_, Book> {
        drop(self.turnstile.lock().unwrap_or_else(PoisonError::into_inner));
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The book, before all who take in requests.
    fn book_at_once(&self) -> MutexGuard<'_, Book> {
        let _turn = self.turnstile.lock().unwrap_or_else(PoisonError::into_inner);
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let book = self.0.book();
        let (senders, series) = (book.senders(), book.series());
        f.debug_struct("Received").field("senders", &senders).field("series", &series).finish_non_exhaustive()
    }
}
