//! `corelet:host/storage`: a plugin's own small values.

use core::cell::Cell;
use core::fmt;

use corelet_abi::{Bytes, Codec, Function, Reader, Seq, Status, Text, Writer};

pub use crate::generated::storage::*;

use super::DAY;
use super::caller::count;
use crate::{Blame, Caller, PluginId};

/// The most bytes of a key, as the contract has it.
pub const KEY_MAX: usize = 24;

/// The most bytes of a value, as the contract has it.
pub const VALUE_MAX: usize = 128;

/// What an entry takes of a plugin's bytes besides its key and its value, as the store of `corelet-board-support` counts.
pub const ENTRY_BYTES: u32 = 24;

/// What an entry takes of a plugin's bytes; `key` and `value` are lengths in bytes.
pub const fn entry_bytes(key: usize, value: usize) -> u32 {
    // Both are bounded by the contract far below 2³².
    ENTRY_BYTES.saturating_add(key.saturating_add(value) as u32)
}

/// The most keys in one answer of `list-keys`, as the contract has it.
const KEYS_MAX: usize = 4;

const _: () = {
    type Set = (Text<KEY_MAX>, Bytes<VALUE_MAX>);
    assert!(Set::MAX == <functions::Set as Function>::REQUEST_MAX);
    type Keys = (Seq<Text<KEY_MAX>, KEYS_MAX>, Option<u64>);
    assert!(Keys::MAX == KeyResponse::MAX);
};

/// What a store's work costs in fuel, whatever it has to look at: so that a unit of fuel stands for no more of the board's
/// instructions here than in a plugin's own code, [`WORST_INSTRUCTIONS`](crate::WORST_INSTRUCTIONS), and a call costs as much today as
/// tomorrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreFuel {
    /// To look at all that there may be, for one key.
    pub search: u64,
    /// To read what a key has.
    pub read: u64,
    /// To write down a change, with its share of what the store does once for many of them.
    pub write: u64,
}

impl StoreFuel {
    /// Of a board without a store.
    pub const NONE: Self = Self {
        search: 0,
        read: 0,
        write: 0,
    };

    /// What `get` and `exists` cost.
    pub const fn get(&self) -> u64 {
        self.search.saturating_add(self.read)
    }

    /// What `set` costs; each byte of key and value costs one more. It looks for the old value, adds up all that the plugin keeps, and
    /// has the store look again before it writes.
    pub const fn set(&self) -> u64 {
        self.get()
            .saturating_mul(2)
            .saturating_add(self.search)
            .saturating_add(self.write)
    }

    /// What `delete` costs. It looks for the value, and has the store look again before it writes.
    pub const fn delete(&self) -> u64 {
        self.get().saturating_mul(2).saturating_add(self.write)
    }

    /// What `list-keys` costs: a search for each key.
    pub const fn list_keys(&self) -> u64 {
        self.get().saturating_mul(KEYS_MAX as u64)
    }
}

/// A board that keeps values over resets. Each owner, which is a plugin under the key that signed it, has its own
/// keys.
///
/// The capability checks quotas and sees to it that keys have 1 to [`KEY_MAX`] bytes, and values at most [`VALUE_MAX`].
pub trait Store {
    /// What it costs; the same for as long as the board is on.
    fn fuel(&self) -> StoreFuel;

    /// Reads the value of `key` into the front of `buffer`, which holds at least [`VALUE_MAX`] bytes; none if there is none.
    ///
    /// # Errors
    /// [`StoreError`], but never `Full`.
    fn get<'b>(
        &mut self,
        owner: PluginId,
        key: &str,
        buffer: &'b mut [u8],
    ) -> Result<Option<&'b [u8]>, StoreError>;

    /// Keeps `value` under `key` in place of what was there. It is in flash when this returns.
    ///
    /// # Errors
    /// [`StoreError`].
    fn set(&mut self, owner: PluginId, key: &str, value: &[u8]) -> Result<(), StoreError>;

    /// Forgets `key`, and tells whether there was a value.
    ///
    /// # Errors
    /// [`StoreError`].
    fn delete(&mut self, owner: PluginId, key: &str) -> Result<bool, StoreError>;

    /// The sum of [`entry_bytes`] over all that `owner` keeps, in one search.
    ///
    /// # Errors
    /// [`StoreError`], but never `Full`.
    fn used(&mut self, owner: PluginId) -> Result<u32, StoreError>;

    /// Reads the first key at or after `cursor` into `buffer`, which holds at least [`KEY_MAX`] bytes, and returns it with the
    /// cursor that stands after it; none at the end. Cursors begin at 0, and only `keys` makes others.
    ///
    /// # Errors
    /// [`StoreError`], but never `Full`.
    fn keys<'b>(
        &mut self,
        owner: PluginId,
        cursor: u64,
        buffer: &'b mut [u8],
    ) -> Result<Option<(&'b str, u64)>, StoreError>;

    /// Forgets all that `owner` keeps, for instance of a plugin that was taken off the device: for the firmware, since nobody else
    /// does. It takes one search for each key; after a power cut, call it again.
    ///
    /// # Errors
    /// [`StoreError`]; some of it may be forgotten then.
    fn forget(&mut self, owner: PluginId) -> Result<(), StoreError> {
        let mut buffer = [0; KEY_MAX];
        while let Some((key, _)) = self.keys(owner, 0, &mut buffer)? {
            if !self.delete(owner, key)? {
                return Err(StoreError::Corrupted);
            }
        }
        Ok(())
    }
}

impl<B: Store + ?Sized> Store for &mut B {
    fn fuel(&self) -> StoreFuel {
        (**self).fuel()
    }

    fn get<'b>(
        &mut self,
        owner: PluginId,
        key: &str,
        buffer: &'b mut [u8],
    ) -> Result<Option<&'b [u8]>, StoreError> {
        (**self).get(owner, key, buffer)
    }

    fn set(&mut self, owner: PluginId, key: &str, value: &[u8]) -> Result<(), StoreError> {
        (**self).set(owner, key, value)
    }

    fn delete(&mut self, owner: PluginId, key: &str) -> Result<bool, StoreError> {
        (**self).delete(owner, key)
    }

    fn used(&mut self, owner: PluginId) -> Result<u32, StoreError> {
        (**self).used(owner)
    }

    fn keys<'b>(
        &mut self,
        owner: PluginId,
        cursor: u64,
        buffer: &'b mut [u8],
    ) -> Result<Option<(&'b str, u64)>, StoreError> {
        (**self).keys(owner, cursor, buffer)
    }
}

/// Without a grant record a plugin keeps nothing.
impl<B: Store> Host for B {
    fn get<'a>(
        &'a mut self,
        cx: &'a mut Caller<'_>,
        key: &'a str,
    ) -> Result<Option<&'a [u8]>, Error> {
        cx.charge(self.fuel().get());
        check(key)?;
        let errors = cx.board_errors;
        told(errors, Store::get(self, cx.plugin_id(), key, cx.scratch()))
    }

    fn set(&mut self, cx: &mut Caller<'_>, key: &str, value: &[u8]) -> Result<(), Error> {
        cx.charge(
            self.fuel()
                .set()
                .saturating_add(key.len().saturating_add(value.len()) as u64),
        );
        check(key)?;
        let (owner, errors) = (cx.plugin_id(), cx.board_errors);
        let old = told(errors, Store::get(self, owner, key, cx.scratch()))?;
        if old == Some(value) {
            return Ok(());
        }
        let freed = old.map_or(0, |old| entry_bytes(key.len(), old.len()));
        let needed = entry_bytes(key.len(), value.len());
        let allowed = cx.grant::<Grant>().map_or(0, |grant| grant.bytes);
        // What does not fit into an empty store needs no look at what is there.
        let fits = needed <= allowed && {
            let used = told(errors, Store::used(self, owner))?;
            used.saturating_sub(freed).saturating_add(needed) <= allowed
        };
        if !fits {
            cx.exhausted();
            return Err(Error::QuotaExceeded);
        }
        spend_write(cx)?;
        told(errors, Store::set(self, owner, key, value))
    }

    fn delete(&mut self, cx: &mut Caller<'_>, key: &str) -> Result<(), Error> {
        cx.charge(self.fuel().delete());
        check(key)?;
        let (owner, errors) = (cx.plugin_id(), cx.board_errors);
        if told(errors, Store::get(self, owner, key, cx.scratch()))?.is_none() {
            return Ok(());
        }
        spend_write(cx)?;
        told(errors, Store::delete(self, owner, key))?;
        Ok(())
    }

    fn exists(&mut self, cx: &mut Caller<'_>, key: &str) -> Result<bool, Error> {
        cx.charge(self.fuel().get());
        check(key)?;
        let errors = cx.board_errors;
        let value = Store::get(self, cx.plugin_id(), key, cx.scratch());
        Ok(told(errors, value)?.is_some())
    }

    fn list_keys<'a>(
        &'a mut self,
        cx: &'a mut Caller<'_>,
        cursor: Option<u64>,
    ) -> Result<KeyResponse<'a>, Error> {
        cx.charge(self.fuel().list_keys());
        let (owner, errors) = (cx.plugin_id(), cx.board_errors);
        let mut next = Some(cursor.unwrap_or(0));
        let mut count = 0_usize;
        // The keys are written down as the list's own message, whose count is known last: it is one byte.
        let (head, body) = cx.scratch().split_first_mut().ok_or(Error::DeviceFailed)?;
        let mut writer = Writer::new(body);
        while let Some(at) = next
            && count < KEYS_MAX
        {
            let mut buffer = [0; KEY_MAX];
            next = match told(errors, Store::keys(self, owner, at, &mut buffer))? {
                Some((key, after)) => {
                    Text::<KEY_MAX>::encode(&key, &mut writer).map_err(|_| Error::DeviceFailed)?;
                    count = count.saturating_add(1);
                    Some(after)
                }
                None => None,
            };
        }
        *head = count as u8;
        let length = writer.length().saturating_add(1);
        let message = cx.scratch().get(..length).unwrap_or(&[]);
        let keys = Seq::<Text<KEY_MAX>, KEYS_MAX>::decode(&mut Reader::new(message))
            .map_err(|_| Error::DeviceFailed)?;
        Ok(KeyResponse { keys, cursor: next })
    }
}

/// The contract bounds a key's length; that it is not empty is checked here.
const fn check(key: &str) -> Result<(), Error> {
    if key.is_empty() {
        return Err(Error::AccessDenied);
    }
    Ok(())
}

/// What the plugin is told of an error, which the host counts.
fn told<T>(errors: &Cell<u32>, result: Result<T, StoreError>) -> Result<T, Error> {
    result.map_err(|error| {
        count(errors);
        Error::from(error)
    })
}

fn spend_write(cx: &mut Caller<'_>) -> Result<(), Error> {
    let limit = cx.grant::<Grant>().and_then(|grant| grant.writes_per_day);
    cx.spend_each(1, &[(limit, DAY)])
        .map_err(|_: Status| Error::TooManyWrites)
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NoStore => Self::NoSuchStore,
            StoreError::Full => Self::QuotaExceeded,
            StoreError::Corrupted | StoreError::Device => Self::DeviceFailed,
        }
    }
}

/// Why a store did not do what it should: the board's affair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum StoreError {
    /// The board has no storage.
    NoStore,
    /// There is no room for the value.
    Full,
    /// What is there cannot be read, and could not be repaired.
    Corrupted,
    /// The flash refuses to do as it should.
    Device,
}

impl StoreError {
    /// Who is at fault: the board.
    pub const fn blame(&self) -> Blame {
        Blame::Board
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoStore => "the board has no storage",
            Self::Full => "the storage has no room for the value",
            Self::Corrupted => "the storage cannot be read, and could not be repaired",
            Self::Device => "the flash of the storage does not do as it should",
        })
    }
}

impl core::error::Error for StoreError {}
