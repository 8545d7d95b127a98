//! The colours chosen: as the system has them, light or dark. The choice is kept in a cookie, so that the server
//! renders it and nothing flashes.

/// The cookie that keeps the choice.
pub const COOKIE: &str = "miorai_theme";

/// The cookie that tells the server the viewer's offset from UTC in minutes, so that it can render times as the viewer's
/// clock shows them.
pub const OFFSET_COOKIE: &str = "miorai_utc_offset";

/// The choice of colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system has them.
    #[default]
    System,
    /// Dark letters on light ground.
    Light,
    /// Light letters on dark ground.
    Dark,
}

impl Theme {
    /// All choices.
    pub const EVERY: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The name in the cookie, in forms and in the page's `data-theme`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::EVERY.into_iter().find(|theme| theme.name() == name)
    }

    /// The one that follows when the button is pressed.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::System => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::System,
        }
    }
}

/// The value of a cookie in a `Cookie` header or in the browser's list of cookies.
pub fn cookie<'a>(cookies: &'a str, name: &str) -> Option<&'a str> {
    cookies
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let cookies = "a=1; miorai_theme=dark; b=2";
        assert_eq!(cookie(cookies, COOKIE).and_then(Theme::from_name), Some(Theme::Dark));
        assert_eq!(cookie(cookies, "theme"), None);
        assert_eq!(cookie("", COOKIE), None);
    }
}
