//! Work that goes on to its end, also when whoever has asked for it goes away.
//!
//! As soon as a connection closes, the handler of its request is dropped where it waits: a question that nobody wants the
//! answer of costs nothing more. What changes something must not be left in the middle like that, or be done without its
//! line in the journal. It is done in a task of its own, and stopping the server waits for it.

use app::desk::DeskError;
use std::panic;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

/// What has become of `work`. It goes on when this is dropped.
///
/// # Errors
/// Those of `work`.
///
/// # Panics
/// As `work` does, so that it is told as a panic in a handler is.
pub(crate) async fn done<T: Send + 'static>(
    tasks: &TaskTracker,
    work: impl Future<Output = Result<T, DeskError>> + Send + 'static,
) -> Result<T, DeskError> {
    match tasks.spawn(work.in_current_span()).await {
        Ok(outcome) => outcome,
        Err(error) => match error.try_into_panic() {
            Ok(cause) => panic::resume_unwind(cause),
            Err(_) => Err(DeskError::Unavailable("The server is stopping.".to_owned())),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::oneshot;

    #[tokio::test]
    async fn what_nobody_waits_for_any_more_is_done_all_the_same() {
        let tasks = TaskTracker::new();
        let (go_on, wait) = oneshot::channel::<()>();
        let (tell, told) = oneshot::channel();
        let work = async move {
            wait.await.map_err(|error| DeskError::Unavailable(error.to_string()))?;
            tell.send("done").map_err(|_| DeskError::Unavailable("nobody listens".to_owned()))
        };
        let mut asked = Box::pin(done(&tasks, work));
        assert!(futures_util::poll!(&mut asked).is_pending());
        drop(asked);
        go_on.send(()).expect("it still waits");
        assert_eq!(told.await, Ok("done"));
        tasks.close();
        tasks.wait().await;
    }

    #[tokio::test]
    #[should_panic(expected = "a mistake")]
    async fn a_panic_is_that_of_who_asked() {
        let _ = done::<()>(&TaskTracker::new(), async { panic!("a mistake") }).await;
    }
}
