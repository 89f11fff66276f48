//! What a plugin was granted: its manifest's wishes within the firmware's policy.

use alloc::vec::Vec;
use core::fmt;

use corelet_abi::{CodecError, MeetError};

use crate::{Blame, Interface};

/// The interfaces that are granted, each with the bytes of its `grant` record.
///
/// On the heap: 12 bytes for each granted interface, and the records.
#[derive(Debug)]
pub(crate) struct Grants {
    list: Vec<Granted>,
    records: Vec<u8>,
}

#[derive(Debug)]
struct Granted {
    interface: u8,
    start: usize,
    length: usize,
}

impl Grants {
    pub(crate) const NONE: Self = Self {
        list: Vec::new(),
        records: Vec::new(),
    };

    /// Grants the interface of index `index`, with the common part of both records. Again is no more than once.
    pub(crate) fn add<B: 'static>(
        &mut self,
        index: u8,
        interface: &Interface<B>,
        asked: &[u8],
        allowed: &[u8],
    ) -> Result<(), GrantError> {
        if self.list.iter().any(|granted| granted.interface == index) {
            return Ok(());
        }
        let name = interface.name;
        let of_policy = |error| GrantError::Policy {
            interface: name,
            error,
        };
        let of_both = |error| GrantError::Meet {
            interface: name,
            error,
        };
        let start = self.records.len();
        let mut length = 0;
        if !asked.is_empty() || !allowed.is_empty() {
            let meet = interface.meet_grants.ok_or_else(|| {
                let error = MeetError::Codec(CodecError::Trailing);
                if allowed.is_empty() {
                    of_both(error)
                } else {
                    of_policy(error)
                }
            })?;
            // Every part of the result is a part of one of the two.
            let most = asked.len().saturating_add(allowed.len());
            self.records
                .try_reserve(most)
                .map_err(|_| GrantError::OutOfMemory)?;
            self.records.resize(start.saturating_add(most), 0);
            let room = self.records.get_mut(start..).unwrap_or(&mut []);
            // The policy's record by itself first: the plugin is not to blame for it. A side that says nothing sets no limit.
            let met = match (asked, allowed) {
                (asked, []) => meet(asked, asked, room).map_err(of_both),
                ([], allowed) => meet(allowed, allowed, room).map_err(of_policy),
                (asked, allowed) => meet(allowed, allowed, room)
                    .map_err(of_policy)
                    .and_then(|_| meet(asked, allowed, room).map_err(of_both)),
            };
            length = *met.as_ref().unwrap_or(&0);
            self.records.truncate(start.saturating_add(length));
            met?;
        }
        self.list
            .try_reserve(1)
            .map_err(|_| GrantError::OutOfMemory)?;
        self.list.push(Granted {
            interface: index,
            start,
            length,
        });
        Ok(())
    }

    /// The record of the interface of index `index`, if it is granted.
    #[inline]
    pub(crate) fn get(&self, index: u8) -> Option<&[u8]> {
        let granted = self
            .list
            .iter()
            .find(|granted| granted.interface == index)?;
        self.records.get(granted.start..)?.get(..granted.length)
    }

    /// Bit *n* for the interface of index *n*.
    pub(crate) fn mask(&self) -> u16 {
        let bits = self
            .list
            .iter()
            .map(|granted| 1 << (granted.interface & 15));
        bits.fold(0, |mask, bit: u16| mask | bit)
    }
}

/// Why an interface cannot be granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum GrantError {
    /// The policy's record is no `grant` record of this interface.
    Policy {
        /// Whose grant it is, for instance `corelet:host/storage`.
        interface: &'static str,
        /// What is wrong.
        error: MeetError,
    },
    /// The records of manifest and policy have no common part, or the manifest's is no `grant` record of this interface.
    Meet {
        /// Whose grant it is, for instance `corelet:host/storage`.
        interface: &'static str,
        /// What is wrong.
        error: MeetError,
    },
    /// The heap has no room for the records.
    OutOfMemory,
}

impl GrantError {
    /// Who is at fault: the firmware allows what is no grant, the guest asks what cannot be, or the board has no memory left.
    pub const fn blame(&self) -> Blame {
        match self {
            Self::Policy { .. } => Blame::Host,
            Self::Meet { .. } => Blame::Guest,
            Self::OutOfMemory => Blame::Board,
        }
    }
}

impl fmt::Display for GrantError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Policy { interface, error } => write!(
                f,
                "the slot's policy has no valid grant for {interface}: {error}"
            ),
            Self::Meet {
                interface,
                error: MeetError::Codec(error),
            } => write!(
                f,
                "the plugin's grant of {interface} is not one of this firmware's contract: {error}; build the plugin again with it"
            ),
            Self::Meet { interface, error } => write!(
                f,
                "the grant of {interface} does not go with the firmware's policy: {error}; compare [grants] in corelet.toml with what the slot allows"
            ),
            Self::OutOfMemory => f.write_str("the heap has no room for the plugin's grants"),
        }
    }
}

impl core::error::Error for GrantError {}

#[cfg(test)]
mod tests {
    use corelet_abi::{Seq, meet_encoded};

    use super::*;
    use crate::Version;

    /// A limit, and a list of channels.
    const SENSOR: Interface<()> = Interface {
        name: "corelet:host/sensor",
        version: Version::new(0, 1, 0),
        meet_grants: Some(meet_encoded::<(u8, Seq<u8, 4>)>),
        functions: &[],
    };

    const CLOCK: Interface<()> = Interface {
        meet_grants: None,
        ..SENSOR
    };

    fn met(interface: &Interface<()>, asked: &[u8], allowed: &[u8]) -> Result<Vec<u8>, GrantError> {
        let mut grants = Grants::NONE;
        grants.add(9, &CLOCK, &[], &[])?;
        grants.add(3, interface, asked, allowed)?;
        Ok(grants.get(3).unwrap().to_vec())
    }

    #[test]
    fn the_common_part_of_both_records_holds() {
        let both = met(&SENSOR, &[100, 2, 0, 1], &[60, 2, 1, 2]);
        assert_eq!(both, Ok(std::vec![60, 1, 1]));
    }

    #[test]
    fn one_record_alone_holds_as_it_is() {
        assert_eq!(met(&SENSOR, &[100, 1, 0], &[]), Ok(std::vec![100, 1, 0]));
        assert_eq!(met(&SENSOR, &[], &[60, 1, 0]), Ok(std::vec![60, 1, 0]));
        assert_eq!(met(&SENSOR, &[], &[]), Ok(std::vec![]));
    }

    #[test]
    fn a_malformed_record_is_refused_even_alone() {
        let error = GrantError::Meet {
            interface: "corelet:host/sensor",
            error: MeetError::Codec(CodecError::End),
        };
        assert_eq!(met(&SENSOR, &[100], &[]), Err(error));
        assert_eq!(met(&SENSOR, &[100], &[60, 0]), Err(error));
        assert!(met(&CLOCK, &[1], &[]).is_err());
    }

    #[test]
    fn a_malformed_record_of_the_policy_is_the_firmwares_fault() {
        let error = GrantError::Policy {
            interface: "corelet:host/sensor",
            error: MeetError::Codec(CodecError::End),
        };
        assert_eq!(met(&SENSOR, &[], &[60]), Err(error));
        assert_eq!(met(&SENSOR, &[100, 0], &[60]), Err(error));
        assert_eq!(met(&SENSOR, &[100], &[60]), Err(error));
        let error = met(&CLOCK, &[], &[1]).unwrap_err();
        assert_eq!(error.blame(), Blame::Host);
    }

    #[test]
    fn the_mask_names_what_is_granted() {
        let mut grants = Grants::NONE;
        grants.add(0, &CLOCK, &[], &[]).unwrap();
        grants.add(15, &SENSOR, &[], &[]).unwrap();
        grants.add(15, &SENSOR, &[1, 0], &[]).unwrap();
        assert_eq!(grants.mask(), 0x8001);
        assert!(grants.get(1).is_none());
        assert_eq!(grants.get(15).unwrap(), []);
    }
}
