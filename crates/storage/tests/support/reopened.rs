//! Stores that are closed and opened again before each question, so that nothing is answered from memory.

use async_trait::async_trait;
use miorai_model::{
    Event, Frame, Series, Severity, Timestamp,
    history::{HistoryAnswer, HistoryQuery},
};
use miorai_storage::{
    History, HistoryError, Journal, JournalError, JournalFilter, SqlHistory, SqlJournal, Store, StoreOptions, sql::open,
};
use std::sync::{Arc, Mutex};

/// The store at an address, closed and opened again before each question.
pub(crate) struct Reopened {
    address: String,
    store: Mutex<Option<Store>>,
}

impl Reopened {
    pub(crate) async fn new(address: &str) -> Self {
        let store = open(address, StoreOptions::default()).await.unwrap();
        Self { address: address.to_owned(), store: Mutex::new(Some(store)) }
    }

    fn history(&self) -> Arc<SqlHistory> {
        Arc::clone(&self.store.lock().unwrap().as_ref().unwrap().history)
    }

    fn journal(&self) -> Arc<SqlJournal> {
        Arc::clone(&self.store.lock().unwrap().as_ref().unwrap().journal)
    }

    async fn reopen(&self) {
        let store = self.store.lock().unwrap().take().unwrap();
        store.writer.stop().await;
        let store = open(&self.address, StoreOptions::default()).await.unwrap();
        *self.store.lock().unwrap() = Some(store);
    }
}

#[async_trait]
impl History for Reopened {
    fn record(&self, frame: &Frame, series: &Arc<Vec<Series>>) {
        self.history().record(frame, series);
    }

    async fn query(&self, query: &HistoryQuery) -> Result<HistoryAnswer, HistoryError> {
        self.reopen().await;
        self.history().query(query).await
    }

    fn extent(&self) -> Option<(Timestamp, Timestamp)> {
        self.history().extent()
    }

    fn memory_bytes(&self) -> usize {
        self.history().memory_bytes()
    }
}

#[async_trait]
impl Journal for Reopened {
    fn append_detailed(
        &self,
        at: Timestamp,
        severity: Severity,
        source: &str,
        message: &str,
        detail: Option<&str>,
    ) -> Event {
        self.journal().append_detailed(at, severity, source, message, detail)
    }

    async fn recent(&self, filter: &JournalFilter) -> Result<Vec<Event>, JournalError> {
        self.reopen().await;
        self.journal().recent(filter).await
    }
}
