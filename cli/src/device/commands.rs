//! Corelet's own group, and what of the others is told once.

use std::marker::PhantomData;

use corelet_smp::{Command, GROUP};
use mcumgr_toolkit::commands::McuMgrCommand;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use super::link::{Device, Trouble};
use super::slots::{Slot, Slots};

/// A line that a plugin logged.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct LogLine {
    /// Milliseconds since the device was reset.
    pub(crate) time: u64,
    pub(crate) plugin: String,
    /// As in `corelet:host/logging`, 0 (trace) to 5 (critical).
    pub(crate) level: u8,
    pub(crate) text: String,
}

/// Something that a plugin was denied.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Denial {
    pub(crate) slot: u32,
    pub(crate) plugin: String,
    pub(crate) interface: String,
    pub(crate) function: String,
    pub(crate) reason: String,
    /// When it last happened, in milliseconds since the device was reset.
    pub(crate) time: u64,
    pub(crate) count: u32,
}

/// What is in every slot.
pub(crate) fn slots(device: &mut Device) -> Result<Slots, Trouble> {
    #[derive(Deserialize)]
    struct Told {
        epoch: Option<u32>,
        slots: Vec<Slot>,
        next: Option<u32>,
    }
    let mut epoch = None;
    let rows = all(device, Command::Slots, |told: Told| {
        epoch = told.epoch;
        (told.slots, told.next)
    })?;
    Ok(Slots { rows, epoch })
}

/// What plugins were denied.
pub(crate) fn audit(device: &mut Device) -> Result<Vec<Denial>, Trouble> {
    #[derive(Deserialize)]
    struct Told {
        denials: Vec<Denial>,
        next: Option<u32>,
    }
    all(device, Command::Audit, |told: Told| {
        (told.denials, told.next)
    })
}

/// Some of the lines from number `from` on, and the number after them. None are left if there are none.
pub(crate) fn logs(device: &mut Device, from: u32) -> Result<(Vec<LogLine>, u32), Trouble> {
    #[derive(Deserialize)]
    struct Told {
        lines: Vec<LogLine>,
        next: u32,
    }
    let asked = Own::<Told>::read(Command::Logs, from);
    let told = device.ask(|client| client.raw_command(&asked))?;
    Ok((told.lines, told.next))
}

/// The image with this digest starts as a trial.
pub(crate) fn test(device: &mut Device, hash: &[u8; 32]) -> Result<(), Trouble> {
    set_state(device, Some(hash), false)
}

/// What waits in these slots starts as one trial.
pub(crate) fn test_together(device: &mut Device, slots: Vec<u8>) -> Result<(), Trouble> {
    let asked = Asked {
        slots: Some(slots),
        ..Asked::default()
    };
    tell(device, Command::TestTogether, asked)
}

/// The image with this digest is confirmed, or all that runs.
pub(crate) fn confirm(device: &mut Device, hash: Option<&[u8; 32]>) -> Result<(), Trouble> {
    set_state(device, hash, true)
}

fn set_state(device: &mut Device, hash: Option<&[u8; 32]>, confirm: bool) -> Result<(), Trouble> {
    let hash = hash.map(|hash| &hash[..]);
    match device.tell(|client| client.image_set_state(hash, confirm)) {
        // All images follow in one answer, and there may be too many for one.
        Err(Trouble::Refused(refusal)) if refusal.is_too_long() => Ok(()),
        answer => answer.map(drop),
    }
}

/// What waits in a slot is erased, or what runs there.
pub(crate) fn erase(device: &mut Device, slot: u8, active: bool) -> Result<(), Trouble> {
    let position = u32::from(slot) * 2 + u32::from(!active);
    device.tell(|client| client.image_erase(Some(position)))
}

/// The device starts anew.
pub(crate) fn reset(device: &mut Device) -> Result<(), Trouble> {
    device.tell(|client| client.os_system_reset(false, None))
}

/// A slot goes back to what was confirmed before.
pub(crate) fn rollback(device: &mut Device, slot: u8) -> Result<(), Trouble> {
    let asked = Asked {
        slot: Some(slot),
        ..Asked::default()
    };
    tell(device, Command::Rollback, asked)
}

/// The keys of this set take the place of those that the device trusts.
pub(crate) fn set_keys(device: &mut Device, set: &[u8]) -> Result<(), Trouble> {
    let asked = Asked {
        set: Some(ByteBuf::from(set)),
        ..Asked::default()
    };
    tell(device, Command::Keys, asked)
}

/// The image with this digest, which was rejected, may be tried again.
pub(crate) fn forgive(device: &mut Device, hash: &[u8; 32]) -> Result<(), Trouble> {
    let asked = Asked {
        hash: Some(ByteBuf::from(*hash)),
        ..Asked::default()
    };
    tell(device, Command::Forgive, asked)
}

fn tell(device: &mut Device, command: Command, asked: Asked) -> Result<(), Trouble> {
    #[derive(Deserialize)]
    struct Done {}
    let order = Own::<Done> {
        write: true,
        command,
        asked,
        told: PhantomData,
    };
    device.tell(|client| client.raw_command(&order)).map(drop)
}

/// All items of a list that may be longer than one answer.
fn all<T: DeserializeOwned, I>(
    device: &mut Device,
    command: Command,
    mut items: impl FnMut(T) -> (Vec<I>, Option<u32>),
) -> Result<Vec<I>, Trouble> {
    let mut list = Vec::new();
    let mut from = 0;
    loop {
        let asked = Own::<T>::read(command, from);
        let told = device.ask(|client| client.raw_command(&asked))?;
        let (some, next) = items(told);
        list.extend(some);
        match next {
            // A list that does not go on would never end.
            Some(next) if next > from => from = next,
            _ => return Ok(list),
        }
    }
}

#[derive(Default, Serialize)]
struct Asked {
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    slot: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    slots: Option<Vec<u8>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hash: Option<ByteBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    set: Option<ByteBuf>,
}

/// A command of the group, answered with `T`.
struct Own<T> {
    write: bool,
    command: Command,
    asked: Asked,
    told: PhantomData<T>,
}

impl<T> Own<T> {
    fn read(command: Command, from: u32) -> Self {
        Self {
            write: false,
            command,
            asked: Asked {
                from: Some(from),
                ..Asked::default()
            },
            told: PhantomData,
        }
    }
}

impl<T: DeserializeOwned> McuMgrCommand for Own<T> {
    type Payload = Asked;
    type Response = T;

    fn is_write_operation(&self) -> bool {
        self.write
    }
    fn group_id(&self) -> u16 {
        GROUP
    }
    fn command_id(&self) -> u8 {
        self.command as u8
    }
    fn data(&self) -> &Asked {
        &self.asked
    }
}
