//! What code declares by attributes: spaces and key schemes, known to every manager and so to the dashboard.

use crate::options::SpaceOptions;

/// A key scheme of a function with `#[cached]`, or a space that an attribute declares. The macros submit it; it is
/// collected when the program is linked.
#[derive(Clone, Copy, Debug)]
pub struct Declared {
    /// The space that is meant.
    pub space: &'static str,
    /// The scheme of keys, as it was written: `tournament:{id}`.
    pub key: Option<&'static str>,
    /// How the space is set up, where it is declared.
    pub options: Option<fn() -> SpaceOptions>,
}

inventory::collect!(Declared);

impl Declared {
    /// Everything that the code of this program declares.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        inventory::iter::<Self>.into_iter()
    }

    /// The spaces that are declared, by name; one that is declared twice counts once.
    pub fn spaces() -> Vec<SpaceOptions> {
        let mut spaces: Vec<SpaceOptions> = Self::all().filter_map(|declared| declared.options).map(|f| f()).collect();
        spaces.sort_by(|one, other| one.name.cmp(&other.name));
        spaces.dedup_by(|one, other| one.name == other.name);
        spaces
    }

    /// The key schemes of a space, in order.
    pub fn keys(space: &str) -> Vec<&'static str> {
        let mut keys: Vec<_> = Self::all().filter(|one| one.space == space).filter_map(|one| one.key).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}
