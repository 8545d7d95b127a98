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

/// An entry. Times are those of the clock that never jumps.
#[derive(Clone)]
pub(crate) struct Held {
    /// None for "there is no such thing".
    pub value: Option<Arc<dyn Value>>,
    /// Which writing of the key this is, so that what is known of an earlier one is not taken for it.
    pub id: u64,
    /// Until when it is fresh.
    pub fresh_until: Duration,
    /// Until when it is there at all.
    pub ends: Duration,
    /// What it takes of the space's bytes.
    pub weight: u32,
    pub tags: Option<Arc<[Box<[u8]>]>>,
}

impl Held {
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
