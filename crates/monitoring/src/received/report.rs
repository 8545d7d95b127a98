//! What is told of senders: who they are, and what became of their points.

use super::{
    Received,
    refusal::{Refusal, Refused},
};
use miorai_model::received::{ReceivedReport, RefusedPoints, SenderReport};

impl Received {
    /// Who sends and what was refused. Series are not in it: frames have those.
    pub fn report(&self) -> ReceivedReport {
        let now = self.0.clock.monotonic();
        let book = self.0.book();
        let senders = book.senders.values().map(|sender| SenderReport {
            service: sender.about.service.clone(),
            instance: sender.about.instance.clone(),
            language: sender.about.language.clone(),
            sdk: sender.about.sdk.clone(),
            heard_seconds_ago: now.saturating_sub(sender.heard).as_secs_f64(),
            series: sender.streams.len(),
            points: sender.points,
            points_per_second: sender.points_per_second(now),
            refused: told(&sender.refused),
        });
        let mut report = ReceivedReport {
            points: book.points,
            refused: told(&book.refused),
            senders_limit: book.limits.senders,
            series_of_sender_limit: book.limits.series_of_sender,
            series_limit: book.limits.series,
            senders: senders.collect(),
            ..ReceivedReport::default()
        };
        drop(book);
        report.senders.sort_by(|a, b| (&a.service, &a.instance).cmp(&(&b.service, &b.instance)));
        report
    }
}

/// The reasons that there were, those of most points first.
fn told(refused: &Refused) -> Vec<RefusedPoints> {
    let of_reason = |reason: Refusal| RefusedPoints {
        reason: reason.name().to_owned(),
        why: reason.words().to_owned(),
        points: refused.of(reason),
    };
    let mut told: Vec<RefusedPoints> =
        Refusal::EVERY.into_iter().map(of_reason).filter(|told| told.points > 0).collect();
    told.sort_by_key(|told| std::cmp::Reverse(told.points));
    told
}
