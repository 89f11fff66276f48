//! Names and versions of interfaces.

use corelet_abi::version_track;

use crate::Version;

/// An interface as a module or a manifest names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InterfaceName<'a> {
    /// Without the version, for instance `corelet:host/sensor`.
    pub(crate) name: &'a str,
    /// None if it is not named.
    pub(crate) version: Option<Version>,
}

impl<'a> InterfaceName<'a> {
    /// Takes `corelet:host/sensor@0.1.0` apart; none if what follows `@` is not three numbers.
    pub(crate) fn parse(interface: &'a str) -> Option<Self> {
        Some(match interface.split_once('@') {
            Some((name, version)) => Self {
                name,
                version: Some(parse_version(version)?),
            },
            None => Self {
                name: interface,
                version: None,
            },
        })
    }
}

fn parse_version(text: &str) -> Option<Version> {
    let mut parts = text.split('.').map(|part| part.parse().ok());
    let version = Version::new(parts.next()??, parts.next()??, parts.next()??);
    parts.next().is_none().then_some(version)
}

/// Whether one version may stand for the other: both are of one [track](version_track).
pub(crate) fn are_compatible(one: Version, other: Version) -> bool {
    let track = |version: Version| {
        version_track(
            version.major.into(),
            version.minor.into(),
            version.patch.into(),
        )
    };
    track(one) == track(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interface_is_taken_apart_into_name_and_version() {
        let parsed = |text| InterfaceName::parse(text).map(|it| (it.name, it.version));
        assert_eq!(
            parsed("corelet:host/sensor@0.1.12"),
            Some(("corelet:host/sensor", Some(Version::new(0, 1, 12))))
        );
        assert_eq!(parsed("a:b/c"), Some(("a:b/c", None)));
        for malformed in [
            "a:b/c@",
            "a:b/c@1",
            "a:b/c@1.2",
            "a:b/c@1.2.3.4",
            "a:b/c@1.2.x",
        ] {
            assert_eq!(parsed(malformed), None, "{malformed}");
        }
    }

    #[test]
    fn versions_before_one_are_compatible_within_a_minor() {
        let version = Version::new(0, 2, 1);
        assert!(are_compatible(version, Version::new(0, 2, 7)));
        assert!(!are_compatible(version, Version::new(0, 3, 1)));
        assert!(!are_compatible(version, Version::new(1, 2, 1)));
        let early = Version::new(0, 0, 1);
        assert!(!are_compatible(early, Version::new(0, 0, 2)));
        let late = Version::new(2, 0, 0);
        assert!(are_compatible(late, Version::new(2, 9, 9)));
    }
}
