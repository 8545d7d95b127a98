//! What has been received, in each frame: the series of those who send, and what came of their points.

use super::{Received, refusal::Refusal};
use crate::collector::Readings;
use miorai_model::{Kind, SeriesId, SeriesKey, Topic, Topics, Unit, names};

const SERVER: Topics = Topics::of([Topic::Server]);

/// The numbers of the series about receiving.
struct Own {
    points: Option<SeriesId>,
    senders: Option<SeriesId>,
    series: Option<SeriesId>,
    /// By reason.
    refused: [Option<SeriesId>; Refusal::EVERY.len()],
}

impl Received {
    /// Puts everything received into each frame.
    pub fn figures(&self) -> impl FnMut(&mut Readings) + Send + 'static {
        let received = self.clone();
        let mut own: Option<Own> = None;
        move |readings| {
            let (points, refused, senders, series) = {
                let mut book = received.0.book_at_once();
                book.push(readings);
                (book.points, book.refused, book.senders(), book.series())
            };
            let own = own.get_or_insert_with(|| Own::register(readings));
            readings.push(own.points, points as f64);
            readings.push(own.senders, senders as f64);
            readings.push(own.series, series as f64);
            for (reason, id) in Refusal::EVERY.into_iter().zip(own.refused) {
                readings.push(id, refused.of(reason) as f64);
            }
        }
    }
}

impl Own {
    fn register(readings: &Readings) -> Self {
        let add = |key, kind| readings.catalog().register(key, Unit::Count, kind, SERVER);
        let of_reason = |reason: Refusal| SeriesKey::new(names::RECEIVED_REFUSED, [("reason", reason.name())]);
        Self {
            points: add(SeriesKey::new(names::RECEIVED_POINTS, []), Kind::Counter),
            senders: add(SeriesKey::new(names::RECEIVED_SENDERS, []), Kind::Gauge),
            series: add(SeriesKey::new(names::RECEIVED_SERIES, []), Kind::Gauge),
            refused: Refusal::EVERY.map(|reason| add(of_reason(reason), Kind::Counter)),
        }
    }
}
