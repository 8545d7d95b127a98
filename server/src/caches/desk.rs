//! What may be asked and done: looking at entries, deleting one, clearing many.

use super::{
    answers::Answers,
    jobs::{Clearing, Jobs, Previewed},
    prefixes,
    watch::Watch,
};
use crate::whole;
use app::cache_desk::{Actor, CacheDesk, DeskError};
use async_trait::async_trait;
use miorai_cache::{
    BrowseCursor, BrowsedKey, CacheError, Glob, KeyFacts, PeekForm, Remaining, Space,
    control::{ClearOutcome, Clearer, ControlError, JobState},
    escaped_key, unescaped_key,
};
use miorai_model::{
    Severity,
    cache::{
        CacheReport, ClearPreview, ClearProgress, ClearRequest, Cleared, KeyDetail, KeyLine, KeyPage, KeyQuery,
        PrefixReport, SpaceReport, ValueForm,
    },
};
use miorai_monitoring::Monitor;
use std::sync::Arc;
use tokio_util::task::TaskTracker;

/// Keys of a page when nothing is said.
const KEYS: usize = 50;
/// Pages of the cache looked through for one page of keys: a filter that keeps little must not hold up anybody.
const KEY_STEPS: usize = 20;
/// The most of a value that is shown.
const SHOWN_BYTES: usize = 16 * 1_024;
/// The most keys that are cleared without a preview when nothing is said.
const LIMIT: u64 = 1_000;

/// Answers what pages and REST ask of the caches. A clone is the same desk.
#[derive(Clone)]
pub struct Desk(Arc<Shared>);

struct Shared {
    watch: Watch,
    monitor: Monitor,
    answers: Answers,
    clearer: Clearer,
    jobs: Jobs,
    /// Where what outlives its request is counted.
    tasks: TaskTracker,
}

impl Desk {
    /// A desk for what is watched. What is done leaves a line in the monitor's journal.
    pub fn new(watch: Watch, monitor: Monitor, tasks: TaskTracker) -> Self {
        let clearer = Clearer::with_clock(Arc::clone(monitor.clock()));
        let (answers, jobs) = (Answers::new(watch.manager()), Jobs::default());
        Self(Arc::new(Shared { watch, monitor, answers, clearer, jobs, tasks }))
    }

    /// Answers that are kept for a moment.
    pub fn answers(&self) -> &Answers {
        &self.0.answers
    }

    /// Clears what matches a pattern at once, when that is no more than the request's limit.
    pub async fn clear_now(&self, request: ClearRequest, actor: &Actor) -> Result<Cleared, DeskError> {
        let (space, _) = self.space(&request.space)?;
        wanted_pattern(&request)?;
        let (desk, actor) = (self.clone(), actor.clone());
        whole::done(&self.0.tasks, async move { desk.clear_at_once(&space, request, &actor).await }).await
    }

    async fn clear_at_once(&self, space: &Space, request: ClearRequest, actor: &Actor) -> Result<Cleared, DeskError> {
        let pattern = wanted_pattern(&request)?;
        let limit = request.limit.unwrap_or(LIMIT);
        let outcome = self.0.clearer.clear_now(space, pattern, request.confirm.as_deref(), limit).await;
        let told = match &outcome {
            Ok(outcome) => {
                format!("{} cleared {} keys like '{pattern}' of {}", actor.0, outcome.cleared, request.space)
            }
            Err(error) => format!("{} could not clear '{pattern}' of {}: {error}", actor.0, request.space),
        };
        self.tell(outcome.is_ok(), &told);
        self.0.answers.forget_prefixes(&request.space).await;
        outcome.map(cleared).map_err(refused)
    }

    /// Waits until a job has ended.
    pub async fn wait(&self, number: u64) -> Result<Cleared, DeskError> {
        self.clearing(number)?.job.wait().await.map(cleared).map_err(refused)
    }

    /// The space of an id, and what is known of it.
    fn space(&self, id: &str) -> Result<(Space, SpaceReport), DeskError> {
        let report = self.0.watch.report();
        let Some(found) = report.space(id) else {
            let known: Vec<&str> = report.spaces.iter().map(|space| space.id.as_str()).collect();
            let words = format!("There is no space '{id}'; known are {}.", known.join(", "));
            return Err(DeskError::Wrong { field: "space", detail: words });
        };
        let space = match &found.application {
            None => self.0.watch.manager().space(&found.name).map_err(unavailable)?,
            Some(_) => self.other(found)?,
        };
        Ok((space, found.clone()))
    }

    /// A space of another program.
    fn other(&self, report: &SpaceReport) -> Result<Space, DeskError> {
        if !self.0.watch.has_redis() {
            return Err(DeskError::Unavailable("This space is not on a Redis that this server reaches.".to_owned()));
        }
        self.0.watch.space_of(report).map_err(unavailable)
    }

    fn clearing(&self, number: u64) -> Result<Clearing, DeskError> {
        self.0.jobs.get(number).ok_or_else(|| DeskError::Unknown(format!("There is no job {number} any more.")))
    }

    fn tell(&self, went_well: bool, words: &str) {
        let severity = if went_well { Severity::Info } else { Severity::Warning };
        self.0.monitor.record_event(severity, "cache", words);
    }

    /// Writes into the journal how a job ends.
    fn follow(&self, clearing: Clearing, actor: Actor) {
        let desk = self.clone();
        self.0.tasks.spawn(async move {
            let Clearing { job, space, pattern } = clearing;
            let words = match job.wait().await {
                Ok(done) if done.is_cancelled => {
                    format!("{}'s clearing of '{pattern}' of {space} was stopped after {} keys", actor.0, done.cleared)
                }
                Ok(done) => format!("{} cleared {} keys like '{pattern}' of {space}", actor.0, done.cleared),
                Err(error) => format!(
                    "{}'s clearing of '{pattern}' of {space} ended after {} keys: {error}",
                    actor.0,
                    job.progress().cleared
                ),
            };
            desk.tell(job.progress().state == JobState::Done, &words);
            desk.0.answers.forget_prefixes(&space).await;
        });
    }
}

#[async_trait]
impl CacheDesk for Desk {
    async fn report(&self) -> CacheReport {
        self.0.watch.report()
    }

    async fn keys(&self, query: KeyQuery) -> Result<KeyPage, DeskError> {
        let (space, _) = self.space(&query.space)?;
        let pattern = query.pattern.as_deref().filter(|pattern| !pattern.is_empty()).unwrap_or("*");
        let limit = query.limit.unwrap_or(KEYS).clamp(1, 1_000);
        let bad = |_| DeskError::Wrong { field: "cursor", detail: "This cursor is not one of ours.".to_owned() };
        let mut cursor = query.cursor.as_deref().map(str::parse::<BrowseCursor>).transpose().map_err(bad)?;
        let mut keys: Vec<KeyLine> = Vec::new();
        for _ in 0..KEY_STEPS {
            let page = space.browse(pattern, cursor, limit - keys.len()).await.map_err(unavailable)?;
            keys.extend(page.keys.iter().map(line).filter(|line| query.keeps(line)));
            cursor = page.next;
            if keys.len() >= limit || cursor.is_none() {
                break;
            }
        }
        Ok(KeyPage { keys, cursor: cursor.map(|cursor| cursor.to_string()) })
    }

    async fn key(&self, space: &str, key: &str) -> Result<KeyDetail, DeskError> {
        let (space, _) = self.space(space)?;
        let raw = raw(key)?;
        let peek = space.peek(&raw, SHOWN_BYTES).await.map_err(unavailable)?;
        let gone = || DeskError::Unknown("There is no entry of this key any more.".to_owned());
        let peek = peek.ok_or_else(gone)?;
        let form = match peek.form {
            PeekForm::Json => ValueForm::Json,
            PeekForm::Text | PeekForm::Elements => ValueForm::Text,
            PeekForm::Binary => ValueForm::Binary,
            PeekForm::Nothing => ValueForm::Nothing,
        };
        Ok(KeyDetail { line: key_line(&raw, &peek.facts), form, value: peek.text, shortened: peek.is_shortened })
    }

    async fn delete(&self, space: &str, key: &str, actor: &Actor) -> Result<bool, DeskError> {
        let ((of, _), raw) = (self.space(space)?, raw(key)?);
        let (desk, space, key, actor) = (self.clone(), space.to_owned(), key.to_owned(), actor.clone());
        let work = async move {
            let deleted = of.delete(&raw).await.map_err(unavailable)?;
            if deleted {
                desk.tell(true, &format!("{} deleted the key '{key}' of {space}", actor.0));
                desk.0.answers.forget_prefixes(&space).await;
            }
            Ok(deleted)
        };
        whole::done(&self.0.tasks, work).await
    }

    async fn prefixes(&self, space: &str) -> Result<PrefixReport, DeskError> {
        let (of, _) = self.space(space)?;
        self.0.answers.prefixes(space, || async { prefixes::sample(&of).await.map_err(unavailable) }).await
    }

    async fn preview(&self, request: ClearRequest) -> Result<ClearPreview, DeskError> {
        let (space, report) = self.space(&request.space)?;
        let pattern = wanted_pattern(&request)?;
        let everything = Glob::new(pattern).map_err(unavailable)?.is_everything();
        // Looking harms nobody: the name is wanted before anything is cleared.
        let preview = self.0.clearer.preview(&space, pattern, Some(space.name())).await.map_err(refused)?;
        let must_confirm = everything && request.confirm.as_deref() != Some(space.name());
        let (token, pattern) = (preview.token.clone(), pattern.to_owned());
        self.0.jobs.previewed(Previewed { token, pattern, must_confirm });
        let of_others = report.mean_compute_seconds.map(|mean| mean * preview.matched as f64);
        Ok(ClearPreview {
            matched: preview.matched,
            sample: preview.sample,
            bytes: preview.bytes,
            recompute_seconds: of_others.or(preview.recompute_seconds),
            seconds_estimated: preview.seconds_estimated,
            confirm: everything,
            token: preview.token,
        })
    }

    async fn start(&self, request: ClearRequest, actor: &Actor) -> Result<ClearProgress, DeskError> {
        let (space, _) = self.space(&request.space)?;
        let token = request.token.as_deref().unwrap_or_default();
        let previewed = self.0.jobs.preview(token);
        if previewed.as_ref().is_some_and(|preview| preview.must_confirm)
            && request.confirm.as_deref() != Some(space.name())
        {
            return Err(refused(ControlError::NameWanted { space: space.name().to_owned() }));
        }
        let pattern = previewed.map(|preview| preview.pattern).unwrap_or_default();
        let job = self.0.clearer.start(&space, token).map_err(refused)?;
        self.tell(true, &format!("{} begins to clear '{pattern}' of {}", actor.0, request.space));
        let clearing = Clearing { job, space: request.space, pattern };
        let number = self.0.jobs.add(clearing.clone());
        let progress = clearing.progress(number);
        self.follow(clearing, actor.clone());
        Ok(progress)
    }

    async fn progress(&self, job: u64) -> Result<ClearProgress, DeskError> {
        Ok(self.clearing(job)?.progress(job))
    }

    async fn cancel(&self, job: u64, _: &Actor) -> Result<ClearProgress, DeskError> {
        let clearing = self.clearing(job)?;
        clearing.job.cancel();
        // It ends after the batch that is under way; how, the journal tells.
        let _ = clearing.job.wait().await;
        Ok(clearing.progress(job))
    }
}

fn wanted_pattern(request: &ClearRequest) -> Result<&str, DeskError> {
    let missing = || DeskError::Wrong { field: "pattern", detail: "Say which keys, such as tournament:5:*".to_owned() };
    request.pattern.as_deref().filter(|pattern| !pattern.is_empty()).ok_or_else(missing)
}

fn raw(key: &str) -> Result<Vec<u8>, DeskError> {
    let wrong = || DeskError::Wrong {
        field: "key",
        detail: "A backslash is followed by another one, or by x and two hexadecimal digits.".to_owned(),
    };
    unescaped_key(key).filter(|key| !key.is_empty()).ok_or_else(wrong)
}

fn line(key: &BrowsedKey) -> KeyLine {
    key_line(&key.key, &key.facts)
}

fn key_line(key: &[u8], facts: &KeyFacts) -> KeyLine {
    let ttl_seconds = match facts.remaining {
        Remaining::For(time) => Some(time.as_secs_f64()),
        Remaining::Forever | Remaining::Missing => None,
    };
    KeyLine { key: escaped_key(key), kind: facts.kind.clone(), ttl_seconds, bytes: facts.bytes }
}

fn cleared(outcome: ClearOutcome) -> Cleared {
    Cleared { cleared: outcome.cleared, duration_ms: outcome.duration.as_secs_f64() * 1e3 }
}

fn unavailable(error: CacheError) -> DeskError {
    match &error {
        CacheError::BadPattern { .. } => DeskError::Wrong { field: "pattern", detail: error.to_string() },
        CacheError::BadKey { .. } => DeskError::Wrong { field: "key", detail: error.to_string() },
        CacheError::UnknownSpace { .. } => DeskError::Wrong { field: "space", detail: error.to_string() },
        _ => DeskError::Unavailable(error.to_string()),
    }
}

fn refused(error: ControlError) -> DeskError {
    let detail = error.to_string();
    match error {
        ControlError::Cache(error) => unavailable(error),
        ControlError::NameWanted { .. } => DeskError::Wrong { field: "confirm", detail },
        ControlError::NoPreview { .. } | ControlError::Drifted { .. } | ControlError::TooMany { .. } => {
            DeskError::Conflict(detail)
        }
    }
}
