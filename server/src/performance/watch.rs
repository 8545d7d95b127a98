//! What is measured: this program's requests by the layer, its statements by the query monitor, and the board where
//! everything is put together.

use miorai_model::Clock;
use miorai_monitoring::{
    QueryMonitor, Readings,
    http::{HttpMonitor, ROUTES},
    performance::{Board, BoardOptions},
    received::Received,
};
use std::sync::Arc;

/// The layer, the query monitor and the board. A clone is the same.
#[derive(Clone)]
pub struct Watch {
    /// Measures this program's requests.
    pub http: HttpMonitor,
    /// Where everything is put together.
    pub board: Board,
    /// Watches this program's statements.
    pub queries: QueryMonitor,
}

impl Watch {
    /// Nothing is counted yet.
    pub fn new(clock: &Arc<dyn Clock>, queries: QueryMonitor) -> Self {
        Self {
            http: HttpMonitor::with(ROUTES, Arc::clone(clock)),
            board: Board::new(BoardOptions::default(), Arc::clone(clock)),
            queries,
        }
    }

    /// Puts what was counted since the last frame on the board, with what other programs have sent, and the board's
    /// figures into the frame.
    pub fn figures(&self, received: &Received) -> impl FnMut(&mut Readings) + Send + 'static {
        let (Self { http, board, .. }, received) = (self.clone(), received.clone());
        move |readings| {
            board.take_told(&received.requests());
            board.take_own(http.drain());
            board.push(readings);
        }
    }
}
