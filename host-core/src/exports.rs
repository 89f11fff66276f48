//! The functions that a plugin answers to.

use alloc::vec::Vec;
use core::marker::PhantomData;

use corelet_abi::{Function, NameKey, Shape};
use corelet_admission::Declared;

use crate::{CallError, LoadError};

/// The exports of one plugin, found by name within a compatible version.
///
/// On the heap: 24 bytes for each. Admission bounds how many there are.
#[derive(Debug)]
pub(crate) struct Exports {
    list: Vec<Export>,
}

#[derive(Debug)]
struct Export {
    /// The key of the name without that part of the version which may differ.
    family: NameKey,
    key: NameKey,
    shape: Shape,
}

impl Exports {
    pub(crate) fn of(module: &Declared<'_>) -> Result<Self, LoadError> {
        let mut list = Vec::new();
        list.try_reserve_exact(module.exports().count())
            .map_err(|_| LoadError::OutOfMemory)?;
        list.extend(module.exports().map(|export| Export {
            family: match export.name.split_once('#') {
                Some((interface, function)) => family(interface, function),
                None => export.key,
            },
            key: export.key,
            shape: export.shape,
        }));
        Ok(Self { list })
    }

    /// The export that is `F`, in a compatible version and of the same shape.
    pub(crate) fn find<F: Function>(&self) -> Result<NameKey, CallError> {
        let mut error = CallError::NoSuchExport {
            interface: F::INTERFACE,
            function: F::NAME,
        };
        for export in &self.list {
            if export.family != Family::<F>::KEY {
                continue;
            }
            if export.shape == F::SHAPE {
                return Ok(export.key);
            }
            error = CallError::WrongShape {
                interface: F::INTERFACE,
                function: F::NAME,
            };
        }
        Err(error)
    }
}

/// The key of a host's function, computed by the compiler.
struct Family<F>(PhantomData<F>);

impl<F: Function> Family<F> {
    const KEY: NameKey = family(F::INTERFACE, F::NAME);
}

const fn family(interface: &str, function: &str) -> NameKey {
    NameKey::of(stem(interface), function)
}

/// `interface` up to the first number of its version that is not 0: equal for compatible versions and no others.
const fn stem(interface: &str) -> &str {
    let mut rest = interface.as_bytes();
    let mut version = false;
    let mut decided = false;
    while let Some((&byte, tail)) = rest.split_first() {
        match byte {
            b'@' => version = true,
            b'1'..=b'9' if version => decided = true,
            b'.' if decided => break,
            _ => {}
        }
        rest = tail;
    }
    match interface.split_at_checked(interface.len().saturating_sub(rest.len())) {
        Some((stem, _)) => stem,
        None => interface,
    }
}

#[cfg(test)]
mod tests {
    use std::format;

    use super::stem;
    use crate::interface_name::{InterfaceName, are_compatible};

    #[test]
    fn compatible_versions_have_one_stem() {
        assert_eq!(stem("a:b/c@1.20.3"), "a:b/c@1");
        assert_eq!(stem("a:b/c@10.0.0"), "a:b/c@10");
        assert_eq!(stem("a:b/c@0.1.9"), "a:b/c@0.1");
        assert_eq!(stem("a:b/c@0.10.9"), "a:b/c@0.10");
        assert_eq!(stem("a:b/c@0.0.9"), "a:b/c@0.0.9");
        assert_eq!(stem("a1:b2/c3"), "a1:b2/c3");
    }

    #[test]
    fn stems_are_equal_for_compatible_versions_and_no_others() {
        let versions = [
            "0.0.0", "0.0.1", "0.0.2", "0.0.10", "0.1.0", "0.1.9", "0.10.0", "0.2.0", "1.0.0",
            "1.2.3", "1.20.3", "2.0.0", "10.0.0", "10.1.0",
        ];
        for one in versions {
            for other in versions {
                let [one, other] = [one, other].map(|version| format!("a:b/c@{version}"));
                let version = |name| InterfaceName::parse(name).unwrap().version.unwrap();
                assert_eq!(
                    stem(&one) == stem(&other),
                    are_compatible(version(&one), version(&other)),
                    "{one} {other}"
                );
            }
        }
    }
}
