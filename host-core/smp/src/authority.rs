//! Who may do what over a port.

/// What a manager asks for, where it changes the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Action {
    /// To send an image. Nothing runs by that: what is sent must be signed, and waits.
    Upload {
        /// For which slot.
        slot: u8,
    },
    /// To start an image as a trial.
    Test {
        /// Of which slot.
        slot: u8,
    },
    /// To confirm an image.
    Confirm {
        /// Of which slot.
        slot: u8,
        /// It runs now. If it does not, it is confirmed without a trial.
        active: bool,
    },
    /// To erase an image.
    Erase {
        /// Of which slot.
        slot: u8,
    },
    /// To go back to the version before.
    Rollback {
        /// Of which slot.
        slot: u8,
    },
    /// To have a rejected image tried again.
    Forgive,
    /// To replace the keys that are trusted. Who may do that says the root key, which signed the set.
    Keys,
    /// To reset the device.
    Reset,
}

/// The firmware's decision what may be done over a port. Reading is always allowed.
///
/// A closure will do: `|action: Action| matches!(action, Action::Upload { .. } | Action::Test { slot: 1 })`. It is asked each
/// time, so it can depend on a button, a jumper or a log-in.
pub trait Authority {
    /// Whether this may be done now.
    fn allows(&mut self, action: Action) -> bool;
}

impl<F: FnMut(Action) -> bool> Authority for F {
    fn allows(&mut self, action: Action) -> bool {
        self(action)
    }
}

/// Allows what somebody signed whom the device trusts: to upload images, and to replace keys. Refuses the rest.
#[derive(Clone, Copy, Debug, Default)]
pub struct UploadOnly;

impl Authority for UploadOnly {
    fn allows(&mut self, action: Action) -> bool {
        matches!(action, Action::Upload { .. } | Action::Keys)
    }
}

/// Allows everything: for a port that only its owner reaches.
#[derive(Clone, Copy, Debug, Default)]
pub struct Everything;

impl Authority for Everything {
    fn allows(&mut self, _: Action) -> bool {
        true
    }
}
