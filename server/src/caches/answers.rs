//! The server's own expensive answers, kept for a moment in its own cache: the past over long ranges, and the biggest
//! prefixes. However many dashboards ask at once, each is made once.

use miorai_cache::{CacheManager, Entry, Space, key::KeyText};
use miorai_model::{
    Timestamp,
    cache::PrefixReport,
    history::{HistoryAnswer, HistoryQuery},
};
use miorai_storage::{History, HistoryError};
use std::time::Duration;

/// Where answers are kept.
const SPACE: &str = "default";
/// Ranges from this length on are kept: shorter ones are in memory.
const LONG: Duration = Duration::from_mins(30);
/// The longest that an answer about the past is kept, and its ends are rounded by.
const LONGEST_STEP: Duration = Duration::from_secs(30);
/// With points closer than this, every second is to be seen.
const SHORTEST_STEP: Duration = Duration::from_secs(5);
/// The most series in a key; who asks for more copies the past rather than looks at it.
const MOST_SERIES: usize = 100;
/// How long a sample of prefixes is shown.
const SAMPLE_LIVES: Duration = Duration::from_secs(10);

/// Answers by this run of the server. A clone shares them.
#[derive(Clone, Debug)]
pub struct Answers {
    /// None when the space is not there; then nothing is kept.
    space: Option<Space>,
    /// Other servers on the same Redis have other answers.
    run: u64,
}

impl Answers {
    pub(super) fn new(manager: &CacheManager) -> Self {
        Self { space: manager.space(SPACE).ok(), run: fastrand::u64(..) }
    }

    /// The past. That of a long range is up to one of its points old, at most 30 s.
    pub async fn history(&self, of: &dyn History, question: &HistoryQuery) -> Result<HistoryAnswer, HistoryError> {
        let (Some(space), Some((question, step))) = (&self.space, stepped(question)) else {
            return of.query(question).await;
        };
        let HistoryQuery { series, from, to, points, extremes } = &question;
        let mut key = self.key("history").text(&format!("{}-{}:{points}:{extremes}", from.as_millis(), to.as_millis()));
        for series in series {
            key = key.text(":").value(&series.to_string());
        }
        space.entry(key.finish()).ttl(step).get_or_compute(|| of.query(&question)).await
    }

    /// The biggest prefixes of a space, of the last ten seconds.
    pub(super) async fn prefixes<E, F, Fut>(&self, of: &str, sample: F) -> Result<PrefixReport, E>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<PrefixReport, E>>,
    {
        match self.prefixes_entry(of) {
            Some(entry) => entry.ttl(SAMPLE_LIVES).get_or_compute(sample).await,
            None => sample().await,
        }
    }

    /// Entries of a space have been cleared: its prefixes are others now.
    pub(super) async fn forget_prefixes(&self, of: &str) {
        if let Some(space) = &self.space {
            // What cannot be deleted is out of date for ten seconds.
            let _ = space.delete(self.prefixes_key(of)).await;
        }
    }

    fn prefixes_entry(&self, of: &str) -> Option<Entry<'_>> {
        self.space.as_ref().map(|space| space.entry(self.prefixes_key(of)))
    }

    fn prefixes_key(&self, of: &str) -> String {
        self.key("prefixes").value(of).finish()
    }

    fn key(&self, kind: &str) -> KeyText {
        KeyText::new().text(&format!("answer:{kind}:{:x}:", self.run))
    }
}

/// The question with ends rounded to whole steps, and the step; none when it is answered anew each time. A step is
/// no longer than the distance of two points, so that none is missed.
fn stepped(question: &HistoryQuery) -> Option<(HistoryQuery, Duration)> {
    let range = Duration::from_millis(u64::try_from(question.to.as_millis() - question.from.as_millis()).ok()?);
    let apart = range.as_secs() / u64::try_from(question.points.max(1)).ok()?;
    let step = Duration::from_secs(apart).min(LONGEST_STEP);
    if range < LONG || step < SHORTEST_STEP || question.series.len() > MOST_SERIES {
        return None;
    }
    let millis = i64::try_from(step.as_millis()).ok()?;
    let rounded = |time: i64| Timestamp::from_millis(time.div_euclid(millis) * millis);
    // The end is rounded up: what a server that has just begun has measured is all in its last step.
    let (from, to) = (rounded(question.from.as_millis()), rounded(question.to.as_millis() + millis - 1));
    Some((HistoryQuery { from, to, ..question.clone() }, step))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(minutes: u64, points: usize) -> HistoryQuery {
        let to = Timestamp::from_millis(1_700_000_012_345);
        HistoryQuery { series: Vec::new(), from: to.minus(Duration::from_mins(minutes)), to, points, extremes: false }
    }

    #[test]
    fn long_ranges_are_asked_in_steps_that_are_no_longer_than_their_points_are_apart() {
        for (minutes, points, step) in
            [(15, 300, None), (30, 300, Some(6)), (60, 300, Some(12)), (60, 3_600, None), (24 * 60, 300, Some(30))]
        {
            let stepped = stepped(&question(minutes, points));
            let told = stepped.as_ref().map(|(_, step)| step.as_secs());
            assert_eq!(told, step, "{minutes} min, {points} points");
            let Some((rounded, step)) = stepped else { continue };
            let millis = i64::try_from(step.as_millis()).unwrap();
            assert_eq!((rounded.from.as_millis() % millis, rounded.to.as_millis() % millis), (0, 0));
            assert!(question(minutes, points).to.as_millis() - rounded.to.as_millis() < millis);
        }
    }

    #[tokio::test]
    async fn a_sample_is_taken_once_until_entries_are_cleared() {
        let answers = Answers::new(&CacheManager::builder().build().unwrap());
        let sampled = |keys| PrefixReport { sampled: keys, complete: true, prefixes: Vec::new() };
        let ask = async |keys| answers.prefixes("shop/default", || async move { Ok::<_, String>(sampled(keys)) }).await;
        assert_eq!(ask(1).await, Ok(sampled(1)));
        assert_eq!(ask(2).await, Ok(sampled(1)));
        answers.forget_prefixes("shop/default").await;
        assert_eq!(ask(3).await, Ok(sampled(3)));
    }
}
