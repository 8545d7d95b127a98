//! The form of the page where there is no script.

use crate::{address::Query, api_desk::ApiDesk, desk::Actor};
use serde::Deserialize;

/// A form of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "action", rename_all = "lowercase")]
pub(crate) enum Asked {
    /// Let counters and quantiles start anew.
    Reset {},
}

/// Does what a form on the page of this query asks; the query of the page that shows what came of it.
pub(crate) async fn answer(desk: &dyn ApiDesk, query: &str, asked: Asked, actor: &Actor) -> String {
    let Asked::Reset {} = asked;
    desk.reset(actor).await;
    Query::parse(query).with("reset", Some("done".to_owned())).to_string()
}
