//! Users: who they are, what they may do, what they have reported.

use super::Store;
use serde::{Deserialize, Serialize};

/// Who a user is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The user's number.
    pub id: i64,
    /// The name shown.
    pub name: String,
    /// Where letters go.
    pub email: String,
}

/// What a user may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permissions {
    /// The user.
    pub user: i64,
    /// Their role: `referee` or `visitor`.
    pub role: String,
    /// Whether they may report results.
    pub may_report: bool,
}

/// What a user has done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserStatistics {
    /// The user.
    pub user: i64,
    /// Results reported.
    pub reported: i64,
    /// Tournaments they were in.
    pub tournaments: i64,
    /// When the last one was played, RFC 3339.
    pub last_at: Option<String>,
}

impl Store {
    /// Who a user is.
    pub async fn profile(&self, user: i64) -> Result<Option<Profile>, sqlx::Error> {
        let row: Option<(i64, String, String)> = sqlx::query_as("SELECT id, name, email FROM users WHERE id = ?")
            .bind(user)
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|(id, name, email)| Profile { id, name, email }))
    }

    /// What a user may do.
    pub async fn permissions(&self, user: i64) -> Result<Option<Permissions>, sqlx::Error> {
        let row: Option<(String,)> =
            sqlx::query_as("SELECT role FROM users WHERE id = ?").bind(user).fetch_optional(&self.pool).await?;
        Ok(row.map(|(role,)| Permissions { user, may_report: role == "referee", role }))
    }

    /// What a user has done.
    pub async fn user_statistics(&self, user: i64) -> Result<Option<UserStatistics>, sqlx::Error> {
        let row: Option<(i64, i64, Option<String>)> = sqlx::query_as(
            "SELECT count(m.id), count(DISTINCT m.tournament),
                    strftime('%Y-%m-%dT%H:%M:%SZ', max(m.played_at), 'unixepoch')
             FROM users u LEFT JOIN matches m ON m.reporter = u.id WHERE u.id = ? GROUP BY u.id",
        )
        .bind(user)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|(reported, tournaments, last_at)| UserStatistics { user, reported, tournaments, last_at }))
    }

    /// Gives a user another name; whether there is such a user.
    pub async fn rename(&self, user: i64, name: &str) -> Result<bool, sqlx::Error> {
        let done =
            sqlx::query("UPDATE users SET name = ? WHERE id = ?").bind(name).bind(user).execute(&self.pool).await?;
        Ok(done.rows_affected() == 1)
    }
}
