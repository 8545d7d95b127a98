//! What a desk says and is asked to change.

use crate::cache_desk::{Actor, CacheDesk, DeskError};
use async_trait::async_trait;
use miorai_model::{
    Status,
    cache::{
        Backend, CacheReport, ClearPreview, ClearProgress, ClearRequest, ClearState, CommandReport, KeyDetail, KeyLine,
        KeyPage, KeyQuery, Latency, PrefixLine, PrefixReport, ServerReport, SlowCommand, SpaceReport, ValueForm,
    },
};
use std::sync::Mutex;

/// A desk with one space of 4 312 keys, that remembers what it was asked to change.
#[derive(Default)]
pub(super) struct Desk {
    report: CacheReport,
    done: Mutex<Vec<String>>,
    /// Whether more keys match by now than were previewed.
    pub(super) drifted: bool,
}

impl Desk {
    fn done(&self, what: String) {
        self.done.lock().expect("no test panics while it holds the lock").push(what);
    }

    /// What it was asked to change.
    pub(super) fn has_done(&self) -> Vec<String> {
        self.done.lock().expect("no test panics while it holds the lock").clone()
    }
}

#[async_trait]
impl CacheDesk for Desk {
    async fn report(&self) -> CacheReport {
        self.report.clone()
    }

    async fn keys(&self, query: KeyQuery) -> Result<KeyPage, DeskError> {
        let pattern = query.pattern.clone().unwrap_or_default();
        match pattern.as_str() {
            "[" => Err(DeskError::Wrong { field: "pattern", detail: "The bracket is never closed.".to_owned() }),
            "nothing*" => Ok(KeyPage { keys: Vec::new(), cursor: None }),
            _ => {
                let keys = (1..=12).map(|number| line(&format!("tournament:{number}:standings"))).collect();
                Ok(KeyPage { keys, cursor: Some("7".to_owned()) })
            }
        }
    }

    async fn key(&self, _: &str, key: &str) -> Result<KeyDetail, DeskError> {
        if key == "gone" {
            return Err(DeskError::Unknown("There is no entry of this key any more.".to_owned()));
        }
        let value = "{\n  \"name\": \"<b>Open</b>\",\n  \"players\": 64\n}".to_owned();
        Ok(KeyDetail { line: line(key), form: ValueForm::Json, value, shortened: true })
    }

    async fn delete(&self, space: &str, key: &str, actor: &Actor) -> Result<bool, DeskError> {
        self.done(format!("{} deletes {key} of {space}", actor.0));
        Ok(true)
    }

    async fn prefixes(&self, _: &str) -> Result<PrefixReport, DeskError> {
        let prefix =
            |prefix: &str, keys, bytes, share_ratio| PrefixLine { prefix: prefix.to_owned(), keys, bytes, share_ratio };
        let prefixes = vec![prefix("tournament:", 900, 1_200_000, 0.75), prefix("player:", 100, 400_000, 0.25)];
        Ok(PrefixReport { sampled: 1_000, complete: false, prefixes })
    }

    async fn preview(&self, request: ClearRequest) -> Result<ClearPreview, DeskError> {
        let pattern = request.pattern.unwrap_or_default();
        let matched = if pattern == "nothing*" { 0 } else { 4_312 };
        let sample = (0..20).map(|number| format!("tournament:5:match:{number}")).take(matched as usize).collect();
        Ok(ClearPreview {
            matched,
            sample,
            bytes: 8_400_000,
            recompute_seconds: Some(97.0),
            seconds_estimated: 0.4,
            confirm: pattern == "*",
            token: "t1".to_owned(),
        })
    }

    async fn start(&self, request: ClearRequest, actor: &Actor) -> Result<ClearProgress, DeskError> {
        if self.drifted {
            return Err(DeskError::Conflict(
                "5 210 keys match by now, 4 312 were previewed: nothing was cleared.".to_owned(),
            ));
        }
        self.done(format!("{} clears {} of {}", actor.0, request.token.unwrap_or_default(), request.space));
        Ok(progress(ClearState::Running))
    }

    async fn progress(&self, job: u64) -> Result<ClearProgress, DeskError> {
        match job {
            7 => Ok(progress(ClearState::Running)),
            8 => Ok(progress(ClearState::Done)),
            _ => Err(DeskError::Unknown("There is no such job any more.".to_owned())),
        }
    }

    async fn cancel(&self, job: u64, actor: &Actor) -> Result<ClearProgress, DeskError> {
        self.done(format!("{} stops {job}", actor.0));
        Ok(progress(ClearState::Cancelled))
    }
}

fn line(key: &str) -> KeyLine {
    KeyLine { key: key.to_owned(), kind: "string".to_owned(), ttl_seconds: Some(272.0), bytes: Some(1_432) }
}

fn progress(state: ClearState) -> ClearProgress {
    ClearProgress {
        job: 7,
        space: "default".to_owned(),
        pattern: "tournament:5:*".to_owned(),
        state,
        scanned: 2_000,
        cleared: if state == ClearState::Done { 4_312 } else { 1_200 },
        total: 4_312,
        keys_per_second: 12_400.0,
        duration_ms: 310.0,
        message: String::new(),
    }
}

fn space(name: &str, application: Option<&str>, status: Status) -> SpaceReport {
    SpaceReport {
        id: application.map_or_else(|| name.to_owned(), |application| format!("{application}/{name}")),
        name: name.to_owned(),
        application: application.map(str::to_owned),
        instances: 2,
        status,
        message: "It answers.".to_owned(),
        response_time_ms: Some(0.3),
        backend: Backend::Redis,
        prefix: name.to_owned(),
        database: 1,
        hits: 912_000,
        misses: 88_000,
        hit_ratio: Some(0.912),
        hit_ratio_objective: 0.8,
        operations_per_second: Some(4_210.0),
        stale_hits: 12,
        negative_hits: 3,
        near_hits: 640_000,
        sets: 88_000,
        deletes: 40,
        evictions: 0,
        errors: 0,
        corrupted: 0,
        waits: 19,
        computations: 88_000,
        mean_compute_seconds: Some(0.022),
        latency: Some(Latency {
            mean_seconds: 0.000_2,
            p50_seconds: 0.000_15,
            p95_seconds: 0.000_6,
            p99_seconds: 0.001_4,
        }),
        keys: Some(4_312),
        memory_bytes: Some(8_400_000),
        ttl_seconds: Some(300.0),
        schemas: vec!["tournament:{id}".to_owned(), "player:{id}:form".to_owned()],
    }
}

fn server() -> ServerReport {
    let command = |command: &str, calls, mean_seconds| CommandReport {
        command: command.to_owned(),
        calls,
        failed: 0,
        mean_seconds,
        p50_seconds: Some(mean_seconds),
        p99_seconds: Some(mean_seconds * 9.0),
    };
    let mut server = ServerReport::unknown("main", "127.0.0.1:6379");
    "redis".clone_into(&mut server.product);
    "7.0.15".clone_into(&mut server.version);
    "It answers.".clone_into(&mut server.message);
    server.uptime_seconds = Some(93_000);
    server.memory.used_bytes = Some(410_000_000);
    server.memory.limit_bytes = Some(536_870_912);
    server.memory.fragmentation_ratio = Some(1.08);
    server.commands = vec![command("get", 912_000, 2.1e-6), command("scan", 120, 0.001_2)];
    server.slow_log = vec![SlowCommand {
        id: 1,
        age_seconds: 65.0,
        duration_seconds: 0.031,
        command: "SORT scores BY weight_* (? more arguments)".to_owned(),
        client: "127.0.0.1:51234".to_owned(),
    }];
    server
}

/// A desk of three spaces, one of which is not well, and one server.
pub(super) fn desk() -> Desk {
    let spaces = vec![
        space("default", None, Status::Healthy),
        space("sessions", Some("tournament"), Status::Healthy),
        space("ml_predictions", Some("tournament"), Status::Degraded),
    ];
    Desk { report: CacheReport { spaces, servers: vec![server()] }, ..Desk::default() }
}
