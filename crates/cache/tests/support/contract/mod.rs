//! What every backend promises, as functions over a space. `contract!(World)` makes a test of each.

pub mod bad_input;
pub mod clearing;
pub mod computing;
pub mod entries;
pub mod invalidation;

use miorai_cache::{CacheManager, CacheManagerBuilder, Space, SpaceOptions};
use std::time::Duration;

/// Where entries are held in a test; ended when it is dropped.
pub trait World: Sized + Send + Sync {
    /// Starts what it needs.
    async fn start() -> Self;
    /// Says to the builder where entries are.
    fn attach(&self, builder: CacheManagerBuilder) -> CacheManagerBuilder;

    /// A manager with a space `test` that is set up like this.
    fn cache(&self, set_up: impl FnOnce(&mut SpaceOptions)) -> CacheManager {
        let mut options = SpaceOptions::new("test", "prefix", Duration::from_mins(5));
        set_up(&mut options);
        self.attach(CacheManager::builder().space(options)).build().unwrap()
    }

    /// The space `test` with everything as is usual.
    fn space(&self) -> Space {
        self.space_with(|_| {})
    }

    /// The space `test` that is set up like this.
    fn space_with(&self, set_up: impl FnOnce(&mut SpaceOptions)) -> Space {
        self.cache(set_up).space("test").unwrap()
    }
}

/// Makes a test of everything that is promised, on a backend.
macro_rules! contract {
    ($world:ty) => {
        $crate::support::contract::tests! { $world:
            entries { a_value_is_given_back, a_value_is_given_back_as_another_type, an_entry_ends_after_its_lifetime,
                a_lifetime_can_be_changed, a_deleted_entry_is_gone, numbers_are_counted, a_text_is_not_counted,
                many_at_once, every_form_of_values_is_given_back, statistics_tell_what_happened }
            computing { what_is_there_is_not_computed, a_thousand_callers_of_a_missing_key_compute_once,
                an_error_is_the_callers_own_and_is_not_kept, a_leader_that_goes_away_hands_over,
                a_panic_stays_with_its_caller, a_stale_value_is_given_out_while_it_is_computed_anew,
                a_stale_value_is_refreshed_behind, a_stale_value_is_given_out_when_computing_fails,
                nothing_is_remembered, nothing_is_not_remembered_unless_wanted,
                what_is_invalidated_while_it_is_computed_is_not_kept }
            invalidation { entries_go_by_pattern, entries_go_by_tag, a_new_version_puts_all_out_of_sight,
                keys_are_browsed_in_pages, values_are_shown_safely,
                a_space_knows_about_how_large_it_is }
            clearing { what_was_previewed_is_cleared, a_preview_holds_once_for_five_minutes_for_its_space,
                nothing_is_cleared_when_more_match_than_were_previewed,
                all_of_a_space_is_cleared_only_when_its_name_is_typed, without_a_preview_only_little_is_cleared,
                a_clearing_can_be_stopped }
            bad_input { keys_may_have_any_bytes, an_empty_key_is_refused, a_key_of_a_megabyte_is_taken,
                a_value_that_is_too_large_is_refused, hostile_globs_do_no_harm, a_value_of_another_type_is_a_miss }
        }
    };
}

/// Makes a test of each function.
macro_rules! tests {
    ($world:ty: $($module:ident { $($name:ident),* $(,)? })*) => {
        $($(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                $crate::support::contract::$module::$name(
                    &<$world as $crate::support::contract::World>::start().await,
                )
                .await;
            }
        )*)*
    };
}

pub(crate) use {contract, tests};
