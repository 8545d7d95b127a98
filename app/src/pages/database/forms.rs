//! The forms of the page where there is no script.

use super::{Ending, end::told};
use crate::{
    database_desk::DatabaseDesk,
    desk::{Actor, DeskError},
};
use serde::Deserialize;

/// A form of the page.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Asked {
    /// `cancel` or `terminate`.
    action: String,
    /// The server.
    database: String,
    /// The process of the backend.
    pid: i32,
}

/// Does what a form asks: a sentence that says what became of it.
pub(crate) async fn answer(desk: &dyn DatabaseDesk, asked: Asked, actor: &Actor) -> Result<String, String> {
    let Asked { action, database, pid } = asked;
    let Some(signal) = Ending::signal(&action) else {
        return Err("A backend can be cancelled or ended, nothing else.".to_owned());
    };
    let done = desk.signal(&database, pid, signal, actor).await;
    done.map(|action| told(&action)).map_err(|error: DeskError| error.to_string())
}
