//! The log of what was invalidated lately in a space, for those who compute meanwhile in other processes.

use crate::{
    error::CacheError,
    redis::{
        RedisStore, answer,
        entries::{lock_command, on_key, unlock_command},
        link::Repeat,
    },
};
use bytes::Bytes;
use redis::{Cmd, Pipeline, RedisError, Value};
use std::time::Duration;

/// So many lines are kept at least. Who finds as many new ones takes it that everything was invalidated.
const KEPT: usize = 1_000;
/// The log goes when nothing was invalidated for so long; no computation takes as long.
const LIVES: Duration = Duration::from_hours(1);

/// What is out of date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cleared {
    Key(Bytes),
    Glob(Bytes),
    Tag(Bytes),
    Everything,
}

/// Where the log ended at some time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogEnd(Bytes);

impl RedisStore {
    /// Writes down what is out of date, to be done before entries are deleted.
    pub(crate) async fn log_cleared(&self, log: &[u8], lines: &[Cleared]) -> Result<(), CacheError> {
        let mut add = on_key("XADD", log);
        add.arg("MAXLEN").arg("~").arg(KEPT).arg("*");
        for line in lines {
            let (kind, what) = line.parts();
            add.arg(kind).arg(what);
        }
        let mut expire = on_key("EXPIRE", log);
        expire.arg(LIVES.as_secs());
        let mut commands = Pipeline::with_capacity(2);
        commands.add_command(add).add_command(expire);
        let [added, _] = self.ask_for(&commands, log).await?;
        self.read(log, Value::extract_error(added)).map(drop)
    }

    /// Tries for the lock of one computation across processes, with a random token: where the log ends before it, and
    /// the token when it was got. A lock ends by itself after the lease.
    pub(crate) async fn lock(
        &self,
        key: &[u8],
        lease: Duration,
        log: &[u8],
    ) -> Result<(LogEnd, Option<u64>), CacheError> {
        let token = fastrand::u64(..);
        let mut last = on_key("XREVRANGE", log);
        last.arg("+").arg("-").arg("COUNT").arg(1);
        let mut commands = Pipeline::with_capacity(2);
        commands.add_command(last).add_command(lock_command(key, token, lease));
        let answers = self.link.run_all(&commands, key, Repeat::Never).await?;
        let [last, locked]: [Value; 2] = answers.try_into().unwrap_or([const { Value::Nil }; 2]);
        let last = self.read(log, lines(last))?.pop().map_or(Bytes::from_static(b"0-0"), |(id, _)| id);
        let locked = self.read(key, Value::extract_error(locked))?;
        Ok((LogEnd(last), (locked == Value::Okay).then_some(token)))
    }

    /// Gives a lock back, unless its lease has ended and somebody else has it; what was invalidated since the log ended
    /// there.
    pub(crate) async fn unlock(
        &self,
        lock: Option<(&[u8], u64)>,
        log: &[u8],
        since: &LogEnd,
    ) -> Result<Vec<Cleared>, CacheError> {
        let mut commands = Pipeline::with_capacity(2);
        commands.add_command(new_lines(log, since));
        if let Some((key, token)) = lock {
            commands.add_command(unlock_command(key, token));
        }
        let answers = self.link.run_all(&commands, log, Repeat::Once).await?;
        let new = self.read(log, lines(answers.into_iter().next().unwrap_or(Value::Nil)))?;
        let new: Vec<_> = new.into_iter().filter(|(id, _)| *id != since.0).collect();
        if new.len() >= KEPT {
            return Ok(vec![Cleared::Everything]);
        }
        Ok(new.into_iter().flat_map(|(_, line)| line).collect())
    }
}

/// The lines from there on. Leaving out the first of them in the question needs a newer server.
fn new_lines(log: &[u8], since: &LogEnd) -> Cmd {
    let mut command = on_key("XRANGE", log);
    command.arg(since.0.as_ref()).arg("+").arg("COUNT").arg(KEPT + 1);
    command
}

impl Cleared {
    fn parts(&self) -> (&'static str, &[u8]) {
        match self {
            Self::Key(key) => ("key", key),
            Self::Glob(glob) => ("glob", glob),
            Self::Tag(tag) => ("tag", tag),
            Self::Everything => ("all", b""),
        }
    }

    /// What this version does not know may mean anything.
    fn of(kind: &[u8], what: Bytes) -> Self {
        match kind {
            b"key" => Self::Key(what),
            b"glob" => Self::Glob(what),
            b"tag" => Self::Tag(what),
            _ => Self::Everything,
        }
    }
}

/// Lines with their ids.
fn lines(answer: Value) -> Result<Vec<(Bytes, Vec<Cleared>)>, RedisError> {
    let text = |value| Ok::<_, RedisError>(answer::optional_bytes(value)?.unwrap_or_default());
    let line = |line| {
        let mut parts = answer::list(line)?.into_iter();
        let id = text(parts.next().unwrap_or(Value::Nil))?;
        let fields = answer::list(parts.next().unwrap_or(Value::Nil))?;
        let fields = fields.into_iter().map(text).collect::<Result<Vec<_>, _>>()?;
        let cleared = fields.chunks_exact(2).map(|field| Cleared::of(&field[0], field[1].clone()));
        Ok((id, cleared.collect()))
    };
    answer::list(answer)?.into_iter().map(line).collect()
}
