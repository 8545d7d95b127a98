//! The forms of the page where there is no script: each does one thing at the desk, and leads to a page that shows what
//! came of it.

use super::{Clearing, Wanted, wanted::within};
use crate::{
    address::Query,
    cache_desk::{Actor, CacheDesk, DeskError},
};
use miorai_model::cache::ClearRequest;
use serde::{Deserialize, Deserializer, de::Error as _};

/// A form of the page.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "action", rename_all = "lowercase")]
pub(crate) enum Asked {
    /// Show what would go.
    Preview {
        /// Which entries.
        pattern: String,
    },
    /// Clear what was shown.
    Clear {
        /// Which entries.
        pattern: String,
        /// The token of the preview.
        token: String,
        /// The name of the space, typed.
        #[serde(default)]
        confirm: Option<String>,
    },
    /// Stop a job.
    Cancel {
        /// Its number.
        #[serde(deserialize_with = "number")]
        job: u64,
    },
    /// Delete one entry.
    Delete {
        /// Its key.
        key: String,
    },
}

/// A number in a field of a form: the fields of a tagged form are all read as text.
fn number<'de, D: Deserializer<'de>>(field: D) -> Result<u64, D::Error> {
    String::deserialize(field)?.parse().map_err(D::Error::custom)
}

/// What to answer with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    /// The page, which shows how clearing stands.
    Page(Clearing),
    /// The page at this query.
    Go(String),
}

/// Does what a form on the page of this query asks.
pub(crate) async fn answer(desk: &dyn CacheDesk, query: &str, asked: Asked, actor: &Actor) -> Answer {
    let query = Query::parse(query);
    let space = Wanted::from_query(&query).space().unwrap_or_default().to_owned();
    let to_job = |job: u64| Answer::Go(within(&query, &[("job", Some(&job.to_string()))]).to_string());
    let failed =
        |pattern: String| |error: DeskError| Answer::Page(Clearing::Failed { pattern, words: error.to_string() });
    match asked {
        Asked::Preview { pattern } => {
            let request =
                ClearRequest { space, pattern: Some(pattern.clone()), preview: true, ..ClearRequest::default() };
            let preview = desk.preview(request).await;
            preview
                .map_or_else(failed(pattern.clone()), |preview| Answer::Page(Clearing::Previewed { pattern, preview }))
        }
        Asked::Clear { pattern, token, confirm } => {
            let request = ClearRequest { space, token: Some(token), confirm, follow: true, ..ClearRequest::default() };
            desk.start(request, actor).await.map_or_else(failed(pattern), |progress| to_job(progress.job))
        }
        Asked::Cancel { job } => {
            desk.cancel(job, actor).await.map_or_else(failed(String::new()), |progress| to_job(progress.job))
        }
        Asked::Delete { key } => match desk.delete(&space, &key, actor).await {
            Ok(_) => Answer::Go(within(&query, &[("key", None)]).with("deleted", Some(key)).to_string()),
            // The page of the key tells what is wrong with it, or with its server.
            Err(_) => Answer::Go(within(&query, &[("key", Some(&key))]).to_string()),
        },
    }
}
