//! An entry as it is held in the process: the value itself, not its bytes.

use crate::{codec, options::Codec};
use serde::{Serialize, de::DeserializeOwned};
use std::{any::Any, sync::Arc, time::Duration};

/// Any value that can be written as bytes.
pub(crate) trait Value: Any + Send + Sync {
    fn encode(&self, codec: Codec) -> Result<Vec<u8>, String>;
}

impl<T: Serialize + Send + Sync + 'static> Value for T {
    fn encode(&self, codec: Codec) -> Result<Vec<u8>, String> {
        codec::encode(codec, self)
    }
}

/// An entry. Times are those of the clock that never jumps. It is kept small: who looks up one of many entries waits for
/// memory more than for anything else.
#[derive(Clone)]
pub(crate) struct Held {
    /// None for "there is no such thing".
    pub value: Option<Arc<dyn Value>>,
    /// Which writing of the key this is, so that what is known of an earlier one is not taken for it.
    pub id: u64,
    fresh_until: Moment,
    ends: Moment,
    pub tags: Option<Arc<Vec<Box<[u8]>>>>,
    /// What it takes of the space's bytes.
    pub weight: u32,
}

/// Nanoseconds; half as large as a [`Duration`].
#[derive(Clone, Copy)]
struct Moment(u64);

impl Moment {
    const NEVER: Self = Self(u64::MAX);
}

impl From<Duration> for Moment {
    fn from(time: Duration) -> Self {
        u64::try_from(time.as_nanos()).map_or(Self::NEVER, Self)
    }
}

impl From<Moment> for Duration {
    fn from(moment: Moment) -> Self {
        if moment.0 == Moment::NEVER.0 { Self::MAX } else { Self::from_nanos(moment.0) }
    }
}

impl Held {
    pub(crate) fn new(value: Option<Arc<dyn Value>>, id: u64, weight: usize) -> Self {
        let weight = u32::try_from(weight).unwrap_or(u32::MAX);
        Self { value, id, fresh_until: Moment::NEVER, ends: Moment::NEVER, tags: None, weight }
    }

    /// Until when it is fresh; the greatest time for ever.
    pub(crate) fn fresh_until(&self) -> Duration {
        self.fresh_until.into()
    }

    /// Until when it is there at all; the greatest time for ever.
    pub(crate) fn ends(&self) -> Duration {
        self.ends.into()
    }

    pub(crate) fn set_times(&mut self, fresh_until: Duration, ends: Duration) {
        (self.fresh_until, self.ends) = (fresh_until.into(), ends.into());
    }

    /// The value as a `T`: itself when it was stored as one, else what its bytes say. None for "there is no such
    /// thing"; an error when it is no `T`.
    pub(crate) fn read<T: DeserializeOwned + Clone + 'static>(&self, codec: Codec) -> Result<Option<T>, String> {
        let Some(value) = &self.value else { return Ok(None) };
        let any: &dyn Any = &**value;
        match any.downcast_ref::<T>() {
            Some(value) => Ok(Some(value.clone())),
            None => codec::decode(codec, &value.encode(codec)?).map(Some),
        }
    }
}
