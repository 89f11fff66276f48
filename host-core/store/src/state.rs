//! The states of a bank, and what leads from one to another.

use core::fmt;

/// What a bank holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum BankState {
    /// Nothing that counts, whatever its bytes are.
    #[default]
    Empty,
    /// An image was accepted, and none of it is certain to be in flash yet.
    Opening,
    /// The first `offset` bytes of an image, which end with a sector, are in flash.
    Receiving {
        /// In bytes from the start of the bank.
        offset: u32,
    },
    /// All of an image.
    Received,
    /// An image that was read back, is what was accepted, and passed the checks of whoever runs it.
    Verified,
    /// It runs until it is confirmed, rejected or withdrawn.
    Trial {
        /// The counts when the trial began.
        since: Boots,
        /// The number that banks have in common which are tried together; 0 for one that is tried alone.
        set: u8,
    },
    /// It runs.
    Confirmed,
    /// It is not to run.
    Rejected(Reason),
}

/// How often the device has started; both counts wrap at 65,536.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Boots {
    /// Starts, for whatever reason.
    pub all: u16,
    /// Those among them that followed a failure: see [`Start`].
    pub failures: u16,
}

impl Boots {
    /// How many there were since `earlier`.
    pub const fn since(self, earlier: Self) -> Self {
        Self {
            all: self.all.wrapping_sub(earlier.all),
            failures: self.failures.wrapping_sub(earlier.failures),
        }
    }

    /// One more.
    pub(crate) const fn after(self, start: Start) -> Self {
        Self {
            all: self.all.wrapping_add(1),
            failures: self
                .failures
                .wrapping_add(matches!(start, Start::Failure) as u16),
        }
    }
}

/// Why the device starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Start {
    /// Power came, or somebody asked for it: nobody's fault.
    Ordinary,
    /// The watchdog was not fed, or the firmware panicked.
    Failure,
}

/// Why an image is not to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Reason {
    /// What is in flash is not what was accepted. It says nothing about the image, which may be sent again.
    Damaged,
    /// The image is of another plugin or security version than was said when it was accepted.
    OtherPlugin,
    /// It was not admitted, or cannot be loaded.
    Refused,
    /// It trapped.
    Trapped,
    /// It used up its fuel.
    OutOfFuel,
    /// It said itself that it is not well.
    Unhealthy,
    /// It was not heard of in time.
    Silent,
    /// The watchdog or a panic reset the device while it ran.
    ResetDevice,
    /// It was not confirmed in time.
    NotConfirmed,
    /// Somebody gave the command.
    Command,
}

impl Reason {
    /// Every reason, by the number that stands for it in flash.
    pub(crate) const ALL: [Self; 10] = [
        Self::Damaged,
        Self::OtherPlugin,
        Self::Refused,
        Self::Trapped,
        Self::OutOfFuel,
        Self::Unhealthy,
        Self::Silent,
        Self::ResetDevice,
        Self::NotConfirmed,
        Self::Command,
    ];

    /// Whether it is a verdict on the image, so that the same one is not accepted again.
    pub const fn is_verdict(self) -> bool {
        !matches!(self, Self::Damaged)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Damaged => "what is in flash is not what was accepted",
            Self::OtherPlugin => "it is of another plugin or security version than was said",
            Self::Refused => "it was refused",
            Self::Trapped => "it trapped",
            Self::OutOfFuel => "it used up its fuel",
            Self::Unhealthy => "it said that it is not well",
            Self::Silent => "it was not heard of in time",
            Self::ResetDevice => "the device was reset while it ran",
            Self::NotConfirmed => "it was not confirmed in time",
            Self::Command => "by command",
        })
    }
}

/// What happens to a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(crate) enum Event {
    /// An image was accepted for it.
    Open,
    /// So many bytes are in flash, up to the end of a sector.
    Progress { offset: u32 },
    /// All bytes are in flash.
    Complete,
    /// Its image was read back and admitted.
    Verify,
    /// It is to run on trial.
    Try { since: Boots, set: u8 },
    /// It is to run from now on.
    Confirm,
    /// Another bank was confirmed for its slot.
    Replace,
    /// Another image was accepted for its slot.
    Supersede,
    /// Its trial ends without a verdict.
    Withdraw,
    /// It is not to run.
    Reject(Reason),
    /// By command, nothing of it counts any more.
    Clear,
}

impl BankState {
    /// What `event` makes of a bank in this state; none if it cannot happen then.
    pub(crate) const fn after(self, event: Event) -> Option<Self> {
        Some(match (self, event) {
            (
                Self::Empty
                | Self::Opening
                | Self::Receiving { .. }
                | Self::Received
                | Self::Verified
                | Self::Rejected(_),
                Event::Open,
            ) => Self::Opening,
            (Self::Opening, Event::Progress { offset }) => Self::Receiving { offset },
            (Self::Receiving { offset: before }, Event::Progress { offset }) if before < offset => {
                Self::Receiving { offset }
            }
            (Self::Opening | Self::Receiving { .. }, Event::Complete) => Self::Received,
            (Self::Received, Event::Verify) => Self::Verified,
            (Self::Verified, Event::Try { since, set }) => Self::Trial { since, set },
            (Self::Trial { .. }, Event::Confirm) => Self::Confirmed,
            (Self::Trial { .. }, Event::Withdraw) => Self::Verified,
            (Self::Confirmed, Event::Replace) => Self::Empty,
            (
                Self::Opening | Self::Receiving { .. } | Self::Received | Self::Verified,
                Event::Supersede,
            ) => Self::Empty,
            // What was not received whole is damaged at worst: nobody has seen the image.
            (Self::Opening | Self::Receiving { .. }, Event::Reject(Reason::Damaged)) => {
                Self::Rejected(Reason::Damaged)
            }
            (Self::Received | Self::Verified | Self::Trial { .. }, Event::Reject(reason)) => {
                Self::Rejected(reason)
            }
            (
                Self::Opening
                | Self::Receiving { .. }
                | Self::Received
                | Self::Verified
                | Self::Trial { .. }
                | Self::Confirmed
                | Self::Rejected(_),
                Event::Clear,
            ) => Self::Empty,
            _ => return None,
        })
    }

    /// The set that it is tried with, if it is not tried alone.
    pub(crate) const fn set(self) -> Option<u8> {
        match self {
            Self::Trial { set, .. } if set > 0 => Some(set),
            _ => None,
        }
    }

    /// Whether an image is on its way into the bank, and not all there.
    pub const fn is_under_way(self) -> bool {
        matches!(self, Self::Opening | Self::Receiving { .. })
    }

    /// Whether an image is on its way into the bank, or waits in it to run.
    pub(crate) const fn is_staged(self) -> bool {
        matches!(
            self,
            Self::Opening | Self::Receiving { .. } | Self::Received | Self::Verified
        )
    }
}

impl fmt::Display for BankState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("empty"),
            Self::Opening => f.write_str("opening"),
            Self::Receiving { offset } => write!(f, "receiving, {offset} bytes"),
            Self::Received => f.write_str("received"),
            Self::Verified => f.write_str("verified"),
            Self::Trial { .. } => f.write_str("on trial"),
            Self::Confirmed => f.write_str("confirmed"),
            Self::Rejected(reason) => write!(f, "rejected: {reason}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::string::String;
    use std::vec::Vec;

    use super::*;

    const SINCE: Boots = Boots {
        all: 3,
        failures: 1,
    };

    fn state(name: &str) -> Option<BankState> {
        Some(match name {
            "–" => return None,
            "Empty" => BankState::Empty,
            "Opening" => BankState::Opening,
            "Receiving" => BankState::Receiving { offset: 2 },
            "Received" => BankState::Received,
            "Verified" => BankState::Verified,
            "Trial" => BankState::Trial {
                since: SINCE,
                set: 1,
            },
            "Confirmed" => BankState::Confirmed,
            "Rejected" => BankState::Rejected(Reason::Trapped),
            "Damaged" => BankState::Rejected(Reason::Damaged),
            _ => panic!("no state: {name}"),
        })
    }

    fn event(name: &str) -> Event {
        match name {
            "Open" => Event::Open,
            "Progress" => Event::Progress { offset: 2 },
            "Complete" => Event::Complete,
            "Verify" => Event::Verify,
            "Try" => Event::Try {
                since: SINCE,
                set: 1,
            },
            "Confirm" => Event::Confirm,
            "Replace" => Event::Replace,
            "Supersede" => Event::Supersede,
            "Withdraw" => Event::Withdraw,
            "Reject" => Event::Reject(Reason::Trapped),
            "Clear" => Event::Clear,
            _ => panic!("no event: {name}"),
        }
    }

    /// The table in the crate's documentation.
    fn table() -> Vec<Vec<&'static str>> {
        let lines = include_str!("lib.rs").lines();
        let mut lines = lines.skip_while(|line| !line.starts_with("//! | | Open"));
        let cells = |line: &'static str| -> Vec<&str> {
            let cells = line
                .trim_start_matches("//! |")
                .trim_end_matches('|')
                .split('|');
            cells.map(str::trim).collect()
        };
        let head = lines.next().map(cells).unwrap();
        let rows = lines
            .skip(1)
            .take_while(|line| line.starts_with("//! |"))
            .map(cells);
        [head].into_iter().chain(rows).collect()
    }

    #[test]
    fn the_documentation_says_what_each_event_makes_of_each_state() {
        let table = table();
        let (head, rows) = table.split_first().unwrap();
        assert_eq!((head.len(), rows.len()), (12, 8));
        for row in rows {
            let mut before = state(row[0]).unwrap();
            if let BankState::Receiving { offset } = &mut before {
                *offset = 1;
            }
            for (name, cell) in head[1..].iter().zip(&row[1..]) {
                let after = state(cell);
                let all = std::format!("{name} in {}", row[0]);
                if *cell == "Damaged" {
                    assert_eq!(before.after(Event::Reject(Reason::Damaged)), after, "{all}");
                    assert_eq!(before.after(event(name)), None, "{all}");
                } else {
                    assert_eq!(before.after(event(name)), after, "{all}");
                }
            }
        }
    }

    #[test]
    fn progress_is_never_less() {
        let before = BankState::Receiving { offset: 2 };
        assert_eq!(before.after(Event::Progress { offset: 1 }), None);
        assert_eq!(before.after(Event::Progress { offset: 2 }), None);
        assert!(before.after(Event::Progress { offset: 3 }).is_some());
    }

    #[test]
    fn reasons_are_numbered_as_they_are_declared() {
        for (number, reason) in Reason::ALL.into_iter().enumerate() {
            assert_eq!(reason as usize, number);
        }
        let texts: Vec<String> = Reason::ALL.map(|reason| std::format!("{reason}")).into();
        assert!(texts.windows(2).all(|two| two[0] != two[1]));
    }
}
